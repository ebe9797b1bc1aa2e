"""Seconds from Won to the order being recorded, with nothing else in the queue."""

import statistics
import time

from bench import ceiling, orders
from bench.push import BARE, ERP_NAME
from bench.report import Report, rate
from bench.settings import Settings
from bench.site import Site
from harness import erps
from harness.progress import step
from stage.json2 import wait_for

PATIENCE = 120
# An idle queue: the lanes have gone to sleep.
PAUSE = 0.5


def run(settings: Settings) -> Report:
    """Both ERPs, one after the other."""
    table = [
        (
            "",
            "samples",
            "median s",
            "95th s",
            "ERP's own create, median s",
            "95th s",
            "added, median s",
        )
    ]
    figures = {}
    for kind in BARE:
        found = measure(kind, settings)
        figures[kind] = found
        names = (
            "samples",
            "median_seconds",
            "p95_seconds",
            "erp_median_seconds",
            "erp_p95_seconds",
            "added_seconds",
        )
        table.append((kind, *(found[name] for name in names)))
    notes = [
        "From the moment the Won call is sent until the order is recorded here, one deal at a time.",
        "The ERP's own: look up, create, confirm and read one order by a bare script, in turn with ours.",
    ]
    return Report("Won to order, idle queue", table, notes, figures)


def measure(kind: str, settings: Settings) -> dict:
    """Deals and bare orders take turns."""
    erp = erps.new(kind, ERP_NAME)
    site = Site(kind, erp)
    try:
        bare = BARE[kind](erp)
        bare.provide_customers()
        bare.provide_stock()
        linked = site.create_leads(settings.samples)
        # The next round of orders comes from the same customers, who are known by then.
        site.created = orders.CUSTOMERS
        leads = site.create_leads(settings.samples)
        with step("linking the customers: one deal each"):
            for some in (linked[:1], linked[1:]):
                site.win(some)
                site.wait_until_done(settings.patience)
        bare.adopt(site.sample_request())
        values = ceiling.values_of(bare, range(settings.samples), "ONE-")
        ours, theirs = [], []
        with step(f"{kind}: {settings.samples} deals, one at a time"):
            for lead, order in zip(leads, values, strict=True):
                theirs.append(ceiling.one_by_one(bare, [order]))
                time.sleep(PAUSE)
                ours.append(win_one(site, lead))
    finally:
        site.close()
    if not settings.keep:
        erps.drop(ERP_NAME)
    return {
        "samples": len(ours),
        "median_seconds": rate(statistics.median(ours)),
        "p95_seconds": rate(percentile_95(ours)),
        "erp_median_seconds": rate(statistics.median(theirs)),
        "erp_p95_seconds": rate(percentile_95(theirs)),
        "added_seconds": rate(statistics.median(ours) - statistics.median(theirs)),
    }


def win_one(site: Site, lead: int) -> float:
    """Won by a salesperson over HTTP; the order counts once it is committed in the CRM's database."""
    query = "select count(*) from integration_erp_order where lead_id = %s and state = 'confirmed'"
    start = time.perf_counter()
    site.win([lead])
    wait_for(
        lambda: site.database.value(query, lead),
        PATIENCE,
        f"The order of opportunity {lead}",
        every=0.01,
    )
    return time.perf_counter() - start


def percentile_95(values: list[float]) -> float:
    """The value that 95 of 100 stay below."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]

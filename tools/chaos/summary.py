"""What a campaign has found, as a table and as JSON."""

import json
import statistics

from bench.report import Report, rate
from chaos.faults import FAULTS
from chaos.verdict import WRONGS


def make_report(campaign, figures: dict, problems: list, is_empty: bool) -> Report:
    """By kind of fault: how often, what the ERPs' books say about the records it hit, how long they took."""
    twice = {key for found in figures.values() for key in found.pop("twice")}
    missing = {key for found in figures.values() for key in found.pop("missing")}
    table = [
        (
            "fault",
            *(f"times, {kind}" for kind in figures),
            "on orders",
            "duplicates",
            "losses",
            *("recovery s: median", "p95", "max"),
        )
    ]
    everything = []
    for kind in sorted({event.kind for event in campaign.events}):
        events = [event for event in campaign.events if event.kind == kind]
        seconds = [
            found for event in events if (found := campaign.recovery(event)) is not None
        ]
        everything += seconds
        keys = {key for event in events for _job, key in event.jobs}
        per_erp = [sum(event.erp in ("", erp) for event in events) for erp in figures]
        table.append(
            (
                kind,
                *per_erp,
                count_on_orders(events),
                len(keys & twice),
                len(keys & missing),
                *spread(seconds),
            )
        )
    counts = [
        sum(event.erp == erp for event in campaign.events if event.erp)
        for erp in figures
    ]
    table.append(
        (
            "all, kills not counted",
            *counts,
            count_on_orders(campaign.events),
            sum(found["duplicates"] for found in figures.values()),
            sum(found["losses"] for found in figures.values()),
            *spread(everything),
        )
    )
    for name in ("won", "orders", "called_off", "left_to_people", *WRONGS):
        row = [found[name] for found in figures.values()]
        table.append((name.replace("_", " "), *row, "", "", "", "", "", ""))
    spared = [
        kind
        for kind in FAULTS
        if not count_on_orders(event for event in campaign.events if event.kind == kind)
    ]
    kills = sum(not event.erp for event in campaign.events)
    notes = [
        "On orders: of these, at a call that creates orders; the others at any change over there, or at any call.",
        "Recovery: from the fault until the jobs that were being worked on for that ERP then are done, through whatever"
        " else befell them.",
        "Duplicates and losses: counted in the ERPs' own databases; of a kind, among the records that were being worked"
        " on when it struck.",
        f"Kills of lanes or of all the CRM: {kills}. People: {json.dumps(campaign.person)}; jobs that ask a person:"
        f" {len(problems)}; queue empty: {is_empty}.",
        f"Changed after they were won: {campaign.after_won.describe()}.",
        *([f"Never on orders: {', '.join(spared)}."] if spared else []),
        f"Seed {campaign.seed}; {campaign.seconds / 60:.0f} minutes.",
    ]
    machine = {
        "seed": campaign.seed,
        "faults": {kind: count for kind, count in zip(figures, counts, strict=True)},
        "kills": kills,
        "changed": campaign.after_won.done,
        "on_orders": count_on_orders(campaign.events),
        "never_on_orders": spared,
        "minutes": rate(campaign.seconds / 60),
        "asked": len(problems),
        **figures,
    }
    if everything:
        median, p95, most = quantiles(everything)
        machine |= {
            "recovery_median_seconds": rate(median),
            "recovery_p95_seconds": rate(p95),
            "recovery_max_seconds": rate(most),
        }
    return Report("Faults between the CRM and its ERPs", table, notes, machine)


def find_gaps(figures: dict, faults: int) -> list[str]:
    """What was not played, so that nothing can be said of it.

    :param figures: as JSON, see `make_report`
    :param faults: asked for on each ERP; 0 where a time was
    """
    gaps = []
    for kind, count in figures["faults"].items():
        if count < max(faults, 1):
            gaps.append(f"{kind}: {count} faults")
        if not figures[kind]["won"]:
            gaps.append(f"{kind}: no deal was won")
    if not figures["on_orders"]:
        gaps.append("no fault at a call that creates orders")
    gaps += [
        f"no deal that was won was changed: {way}"
        for way, count in figures["changed"].items()
        if not count
    ]
    return gaps


def count_on_orders(events) -> int:
    """Faults that struck while orders were being created."""
    return sum(event.aim == "order" for event in events)


def quantiles(seconds: list[float]) -> tuple[float, float, float]:
    """Median, 95th percentile, maximum."""
    ordered = sorted(seconds)
    return (
        statistics.median(ordered),
        ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        ordered[-1],
    )


def spread(seconds: list[float]) -> tuple:
    """The same, for people."""
    if not seconds:
        return ("-", "-", "-")
    return tuple(f"{found:.1f}" for found in quantiles(seconds))

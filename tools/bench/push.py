"""Orders per second: the suite, the ceiling, and one by one, in one run against one ERP."""

from bench import ceiling, orders
from bench.bare_odoo import BareOdoo
from bench.bare_tryton import BareTryton
from bench.report import Report, rate
from bench.settings import Settings
from bench.site import Site
from harness import erps, processes
from harness.progress import say, step
from stage.database import Database

BARE = {"odoo": BareOdoo, "tryton": BareTryton}
ERP_NAME = "bench"
# The bare scripts' keys; the suite's begin with CRM-.
SEARCH, ONE, BATCHED = "SEARCH-", "ONE-", "BARE-"


class Push:
    """One measurement against one kind of ERP."""

    def __init__(self, kind: str, settings: Settings):
        self.kind = kind
        self.settings = settings
        self.numbers = 0
        self.figures = {}

    def run(self) -> Report:
        """All of it; ERP and CRM are fresh copies."""
        self.make_erp(self.settings.modes(self.kind)[0])
        site = Site(self.kind, self.erp)
        try:
            self.warm_up(site)
            best = self.find_ceiling(site)
            self.compare(site, best)
            self.verify(site)
        finally:
            site.close()
        self.clean_up()
        return self.report()

    def make_erp(self, workers: int) -> None:
        """A fresh copy of the ERP, served in this mode: 0 is one process with threads."""
        self.erp = erps.new(self.kind, ERP_NAME, workers=workers)

    def serve_erp(self, workers: int) -> None:
        """The same ERP in another mode."""
        name = self.erp["database"]
        if processes.read_record(name)["workers"] != workers:
            processes.stop(name)
            self.erp = erps.KINDS[self.kind].serve(name, name, workers)
        self.bare = self.bare.moved_to(self.erp)

    def clean_up(self) -> None:
        """Ten thousand orders are not worth keeping."""
        if not self.settings.keep:
            erps.drop(ERP_NAME)

    def take(self, count: int, prefix: str) -> list[dict]:
        """Further orders for a bare script."""
        numbers = range(self.numbers, self.numbers + count)
        self.numbers += count
        return ceiling.values_of(self.bare, numbers, prefix)

    def warm_up(self, site: Site) -> None:
        """Customers get linked, caches filled; and the bare scripts learn which fields the suite sends."""
        self.bare = BARE[self.kind](self.erp)
        self.bare.provide_customers()
        self.bare.provide_stock()
        leads = site.create_leads(orders.CUSTOMERS)
        with step("linking the customers: one deal each"):
            # One alone first: its request fits into the exchange log and shows what is sent.
            for some in (leads[:1], leads[1:]):
                site.win(some)
                site.wait_until_done(self.settings.patience)
        self.bare.adopt(site.sample_request())

    def find_ceiling(self, site: Site) -> dict:
        """The fastest way to create orders here, over server modes, batch sizes and connections.

        Every mode with the smallest batch; the larger ones in the mode that was best.
        """
        site.pause()
        smallest, *larger = self.settings.batches(self.kind)
        found = []
        for workers in self.settings.modes(self.kind):
            self.serve_erp(workers)
            # The first calls of a server fill its caches.
            ceiling.in_batches(self.bare, self.take(40, SEARCH), 10, 3)
            found += self.try_connections(workers, smallest)
        best = max(found, key=lambda item: item["speed"])
        self.serve_erp(best["workers"])
        ceiling.in_batches(self.bare, self.take(40, SEARCH), 10, 3)
        for batch in larger:
            found += self.try_connections(best["workers"], batch)
        best = max(found, key=lambda item: item["speed"])
        self.searched = found
        say(f"    best: {describe(best)}")
        return best

    def try_connections(self, workers: int, batch: int) -> list[dict]:
        """One batch size over one to three connections."""
        found = []
        for connections in self.settings.connections(self.kind, batch):
            count = self.settings.search_size(batch, connections)
            seconds = ceiling.in_batches(
                self.bare, self.take(count, SEARCH), batch, connections
            )
            found.append(
                {
                    "workers": workers,
                    "batch": batch,
                    "connections": connections,
                    "speed": count / seconds,
                }
            )
            say(f"    {describe(found[-1])}: {count / seconds:.1f} orders/s")
        return found

    def compare(self, site: Site, best: dict) -> None:
        """Half of the bare orders before ours, half after, as the ERP slows down while it grows."""
        size, batch, connections = (
            self.settings.orders(self.kind),
            best["batch"],
            best["connections"],
        )
        leads = site.create_leads(size)
        site.connect(
            self.erp,
            batch_size=batch,
            parallel_calls=connections,
            max_calls_at_once=connections,
        )
        with step(f"winning {size} opportunities"):
            won = site.win(leads)
        half, few = size // 2, self.settings.one_by_one(self.kind) // 2
        speeds = {"ceiling": [], "one_by_one": []}

        def run_bare(count: int) -> None:
            with step(f"bare script, one by one: {few} orders"):
                speeds["one_by_one"].append(
                    ceiling.one_by_one(self.bare, self.take(few, ONE))
                )
            with step(f"bare script, {describe(best)}: {count} orders"):
                values = self.take(count, BATCHED)
                speeds["ceiling"].append(
                    ceiling.in_batches(self.bare, values, batch, connections)
                )

        run_bare(half)
        with step(f"the suite: {size} orders"):
            cpu = site.cpu_seconds()
            seconds = site.work_off(self.settings.patience)
            cpu = site.cpu_seconds() - cpu
        run_bare(size - half)
        per_second = {
            "suite": size / seconds,
            "ceiling": size / sum(speeds["ceiling"]),
            "one_by_one": 2 * few / sum(speeds["one_by_one"]),
        }
        self.best, self.size, self.few = best, size, 2 * few
        self.figures = {
            "orders": size,
            "orders_per_second": {
                name: rate(value) for name, value in per_second.items()
            },
            "ratio_to_ceiling": rate(per_second["suite"] / per_second["ceiling"]),
            "ratio_to_one_by_one": rate(per_second["suite"] / per_second["one_by_one"]),
            "ceiling_batch": batch,
            "ceiling_connections": connections,
            "erp_workers": best["workers"],
            "one_by_one_orders": 2 * few,
            "won_per_second": rate(won),
            "crm_cpu_ms_per_order": rate(1000 * cpu / size),
        }

    def verify(self, site: Site) -> None:
        """Count in the ERP's own database: nothing twice, nothing missing, all confirmed, the same money."""
        database = Database(self.erp["database"])
        try:
            there = self.bare.count(database, site.key_prefix)
            bare = self.bare.count(database, BATCHED)
        finally:
            database.close()
        here = site.count()
        expected = self.size + orders.CUSTOMERS
        wrong = [
            f"{name}: {found}, not {wanted}"
            for name, found, wanted in (
                ("orders in the ERP", there["orders"], expected),
                ("different keys in the ERP", there["keys"], expected),
                ("confirmed orders in the ERP", there["confirmed"], expected),
                ("lines in the ERP", there["lines"], expected * orders.LINES),
                ("orders recorded here", here["orders"], expected),
                ("different ERP ids here", here["keys"], expected),
                ("confirmed orders here", here["confirmed"], expected),
                ("orders that differ", here["differing"], 0),
                ("orders of the bare script", bare["confirmed"], self.size),
            )
            if found != wanted
        ]
        if abs(there["amount"] - here["amount"]) > 0.005:
            wrong.append(
                f"amount in the ERP: {there['amount']}, here: {here['amount']}"
            )
        if wrong:
            raise RuntimeError("The counts are wrong: " + "; ".join(wrong))
        self.counted = f"{there['orders']} orders, {there['lines']} lines, {there['amount']:.2f} untaxed on both sides"

    def report(self) -> Report:
        """As a table."""
        found = self.figures
        speed = found["orders_per_second"]
        rows = [
            ("the suite", self.size, speed["suite"], 1),
            (
                f"ceiling ({describe(self.best)})",
                self.size,
                speed["ceiling"],
                found["ratio_to_ceiling"],
            ),
            ("one by one", self.few, speed["one_by_one"], found["ratio_to_one_by_one"]),
        ]
        table = [("", "orders", "orders/s", "suite / this"), *rows]
        notes = [
            f"won: {found['won_per_second']} opportunities/s",
            f"processor time of the CRM: {found['crm_cpu_ms_per_order']} ms an order",
            f"counted in the ERP's database: {self.counted}, none twice, all confirmed",
        ]
        return Report(f"push to {self.kind}", table, notes, {self.kind: found})


def describe(item: dict) -> str:
    """A way to run."""
    mode = (
        f"{item['workers']} ERP processes" if item["workers"] else "ERP in one process"
    )
    return f"batches of {item['batch']} over {item['connections']}, {mode}"

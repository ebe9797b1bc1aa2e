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
        """In turns: the ERP slows down as it grows, and a machine is never quite the same for an hour.

        With two rounds: a quarter of the bare orders, half of ours, half of the bare ones, the rest of ours, the last
        quarter of the bare ones; a part of the orders one by one beside each bare turn.
        """
        self.best = best
        self.size, rounds = self.settings.orders(self.kind), self.settings.rounds
        leads = site.create_leads(self.size)
        site.connect(
            self.erp,
            batch_size=best["batch"],
            parallel_calls=best["connections"],
            max_calls_at_once=best["connections"],
        )
        self.few = self.settings.one_by_one(self.kind)
        total = dict.fromkeys(("suite", "ceiling", "one_by_one", "winning", "cpu"), 0.0)
        self.run_bare(total, self.size // (2 * rounds), self.few // (rounds + 1))
        done = self.size // (2 * rounds)
        few_done = self.few // (rounds + 1)
        for number in range(rounds):
            start, end = (self.size * turn // rounds for turn in (number, number + 1))
            with step(f"winning {end - start} opportunities"):
                total["winning"] += site.win(leads[start:end])
            with step(f"the suite: {end - start} orders"):
                cpu = site.cpu_seconds()
                total["suite"] += site.work_off(self.settings.patience)
                total["cpu"] += site.cpu_seconds() - cpu
            site.pause()
            is_last = number == rounds - 1
            count = self.size - done if is_last else self.size // rounds
            few = self.few - few_done if is_last else self.few // (rounds + 1)
            self.run_bare(total, count, few)
            done, few_done = done + count, few_done + few
        self.note_figures(total)

    def run_bare(self, total: dict, count: int, few: int) -> None:
        """A turn of the bare scripts."""
        best = self.best
        with step(f"bare script, one by one: {few} orders"):
            total["one_by_one"] += ceiling.one_by_one(self.bare, self.take(few, ONE))
        with step(f"bare script, {describe(best)}: {count} orders"):
            total["ceiling"] += ceiling.in_batches(
                self.bare,
                self.take(count, BATCHED),
                best["batch"],
                best["connections"],
            )

    def note_figures(self, total: dict) -> None:
        """From seconds to orders per second."""
        speed = {
            "suite": self.size / total["suite"],
            "ceiling": self.size / total["ceiling"],
            "one_by_one": self.few / total["one_by_one"],
        }
        self.figures = {
            "orders": self.size,
            "orders_per_second": {name: rate(value) for name, value in speed.items()},
            "ratio_to_ceiling": rate(speed["suite"] / speed["ceiling"]),
            "ratio_to_one_by_one": rate(speed["suite"] / speed["one_by_one"]),
            "ceiling_batch": self.best["batch"],
            "ceiling_connections": self.best["connections"],
            "erp_workers": self.best["workers"],
            "one_by_one_orders": self.few,
            "won_per_second": rate(self.size / total["winning"]),
            "crm_cpu_ms_per_order": rate(1000 * total["cpu"] / self.size),
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

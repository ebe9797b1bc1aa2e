"""The crash matrix: deals are changed or given up after they were won, and the lane that tells the ERP is killed.

What can be done to an order is done each time: another quantity, another price, a line more or less, called off, and brought
back. Tryton changes no order that is being processed, and brings none back: there orders stay confirmed meanwhile, as they
do in a Tryton with a grace period; then such that are being processed are called off.
"""

import contextlib
from urllib.parse import urlsplit

from chaos.boundaries import CHANGES, name_steps
from harness import erp_tryton, processes
from stage.json2 import wait_for

# Deals that are changed over and over: which change befalls how many of them.
CHANGED = {"quantity": 1, "price": 1, "lines": 1, "turn": 2}
# With this Tryton leaves it to a process of its own, which is not there, to process what was confirmed.
GRACE = "[queue]\nworker = True\n"
# More than there are commits and tries at them.
GIVEN_UP = 8


class Changes:
    """`matrix` wins the deals, kills the lanes and judges."""

    def __init__(self, matrix):
        self.matrix = matrix
        self.site = matrix.site
        # what is changed by the next push: {what: ids}
        self.deals = {}
        self.spare = []

    def run(self, kind: str) -> None:
        """At each commit, before and after, alone and beside a second worker."""
        with self.confirmed_only(kind):
            self.prepare(kind)
            self.play(kind, self.change, " at changes")
        if kind == "tryton":
            self.play(kind, self.give_up, " at calling off")

    def prepare(self, kind: str) -> None:
        """Orders in the ERP; one of those that turn is called off by now."""
        deals = self.win(kind, sum(CHANGED.values()))
        self.deals = {
            what: [deals.pop() for _deal in range(count)]
            for what, count in CHANGED.items()
        }
        self.ask_change({"turn": self.deals["turn"][:1]})
        self.matrix.recover()

    def play(self, kind: str, happen, also: str) -> None:
        """Each commit of the push."""
        for workers in (1, 2):
            for after in (True, False):
                for name in name_steps(CHANGES):
                    what = f"{name}, {workers} at work"
                    with self.matrix.scene(kind, what, also.strip()):
                        self.matrix.boundary(kind, name, workers, after, happen, also)

    # What happens to the deals

    def change(self, kind: str) -> None:
        """Each of them, and one that was won just now is given up for good."""
        self.ask_change({**self.deals, "give up": [self.take_spare(kind)]})

    def give_up(self, kind: str) -> None:
        """Two orders that are being processed are called off."""
        self.ask_change({"give up": [self.take_spare(kind), self.take_spare(kind)]})

    def take_spare(self, kind: str) -> int:
        """A deal whose order is in the ERP."""
        if not self.spare:
            self.spare = self.win(kind, GIVEN_UP)
        return self.spare.pop()

    def win(self, kind: str, count: int) -> list[int]:
        """Deals whose orders the ERP has by then."""
        deals = self.matrix.win(kind, count)
        _seconds, left = self.matrix.recover()
        if left != "0":
            raise RuntimeError(f"{left} jobs are left before anything was changed")
        return list(deals)

    def ask_change(self, deals: dict) -> None:
        """As the salesperson does it."""
        found = self.matrix.ask("change", deals=deals)
        if found["code"]:
            raise RuntimeError(found["text"])

    # The ERP

    @contextlib.contextmanager
    def confirmed_only(self, kind: str):
        """Nothing that is confirmed is processed."""
        if kind != "tryton":
            yield
            return
        self.serve_tryton(GRACE)
        try:
            yield
        finally:
            self.spare = []
            self.serve_tryton("")

    def serve_tryton(self, settings: str) -> None:
        """Start it anew, where it was."""
        name = f"erp_tryton_{self.site.name}"
        port = urlsplit(self.site.erps["tryton"]["url"]).port
        processes.stop(name)
        # taken for a moment still, it would get another one, which the proxy does not know
        wait_for(lambda: not processes.is_port_taken(port), 60, "Its port")
        erp_tryton.serve(name, self.site.erps["tryton"]["database"], settings=settings)

"""The crash matrix: the ERP is killed while it makes the orders of a batch: it has got them all, and has not answered.

How long it takes to make them is measured each time right before, by the same number of orders: it is killed at several
moments of that time, and once where it waits for the table of its orders' lines, with the orders themselves written and not
committed.
"""

import contextlib
import time
from functools import partial

import psutil

from harness import erps, processes
from harness.progress import say
from stage.database import Database
from stage.json2 import wait_for

DEALS = 4
GROUP = "ERP killed while it makes orders"
# Of the time it takes.
MOMENTS = (0.05, 0.25, 0.5, 0.75, 0.95)
# It may be quicker than the time before.
TRIES = 5
SOONER = 0.8
PATIENCE = 90
AWAY = 3.0
COUNT = {
    "odoo": "select count(*) from sale_order",
    "tryton": "select count(*) from sale_sale",
}
LINES = {"odoo": "sale_order_line", "tryton": "sale_line"}
DOING = """
    select coalesce(wait_event_type, '') = 'Lock', state || ': ' || left(regexp_replace(query, '\\s+', ' ', 'g'), 60)
      from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null and query <> ''
       and query not like 'lock table%%'
     order by xact_start desc
"""


class Executing:
    """`matrix` wins the deals, runs the lanes and judges."""

    def __init__(self, matrix):
        self.matrix = matrix
        self.site = matrix.site

    def run(self, kind: str) -> None:
        """Every moment."""
        moments = [
            (f"after {share:.0%} of the time", partial(self.wait_a_while, share))
            for share in MOMENTS
        ]
        for what, until in (*moments, ("between orders and lines", self.hold)):
            with self.matrix.scene(kind, what, GROUP), self.back(kind):
                self.play(kind, what, until)

    def play(self, kind: str, what: str, until) -> None:
        """Nobody helps; but one whose answer was there first is none, and is played again.

        :param until: context manager (kind) within which it is killed: callable (its call, seconds that it takes) that
            returns at the moment, with what the ERP does
        """
        for number in range(TRIES):
            seconds = self.measure(kind) * SOONER**number
            before = self.count_orders(kind)
            with until(kind) as wait:
                armed, child = self.send(kind)
                if not armed.sent.wait(PATIENCE):
                    raise RuntimeError("no order was sent")
                doing = wait(armed, seconds)
                killed_at = self.kill(kind)
            if not armed.struck.wait(PATIENCE):
                raise RuntimeError("the call of a dead ERP has not ended")
            time.sleep(AWAY)
            # what the dead one had asked of PostgreSQL has ended by now
            made = self.count_orders(kind) - before
            self.start(kind)
            self.matrix.ask("wait", child=child)
            if not armed.answered_at:
                break
        else:
            raise RuntimeError("its answer was always there first")
        _seconds, left = self.matrix.recover()
        told = (
            f"{kind}, {what}: killed {killed_at - armed.sent_at:.3f} s after it had got {armed.what}, which takes"
            f" {seconds:.3f} s; no answer came; it was at: {doing or 'nothing in its database'}; {made} of {DEALS}"
            " orders were there when it was dead"
        )
        say(f"    {told}")
        self.matrix.notes.append(f"{told}.")
        self.matrix.note(kind, what, GROUP, left, time.time() - killed_at)

    def measure(self, kind: str) -> float:
        """Seconds that the ERP takes for a batch of the kind, with nothing else to do."""
        armed, child = self.send(kind)
        self.matrix.ask("wait", child=child)
        if not armed.answered_at:
            raise RuntimeError("the ERP has not answered while nothing was wrong")
        return armed.answered_at - armed.sent_at

    def send(self, kind: str):
        """:return: the call that makes the orders (``proxy.Armed``), and the lane that waits for it"""
        armed = self.site.proxies[kind].arm("answer delayed", "order")
        self.matrix.win(kind, DEALS)
        return armed, self.matrix.ask("run", wait_for=PATIENCE)["child"]

    # When

    @contextlib.contextmanager
    def wait_a_while(self, share: float, kind: str):
        """A part of the time that it takes."""
        database = Database(self.site.erps[kind]["database"])

        def wait(armed, seconds):
            time.sleep(max(0.0, armed.sent_at + share * seconds - time.time()))
            return self.look(database)

        try:
            yield wait
        finally:
            database.close()

    @contextlib.contextmanager
    def hold(self, kind: str):
        """Until it can't go on."""
        holder = Database(self.site.erps[kind]["database"])
        watch = Database(self.site.erps[kind]["database"])

        def wait(_armed, _seconds):
            wait_for(lambda: self.is_held(watch), 5, "Waiting for the lines", 0.02)
            return self.look(watch)

        try:
            holder.connection.autocommit = False
            holder.rows(f"lock table {LINES[kind]} in exclusive mode")
            yield wait
        finally:
            holder.close()
            watch.close()

    def is_held(self, database: Database) -> bool:
        """Whether it waits for the lock."""
        return any(waits for waits, _doing in database.rows(DOING))

    def look(self, database: Database) -> str:
        """What the ERP does in its database at this moment."""
        return "; ".join(doing for _waits, doing in database.rows(DOING)[:2])

    # The ERP

    @contextlib.contextmanager
    def back(self, kind: str):
        """Whatever comes of a scene, the next one finds the ERP at work."""
        try:
            yield
        finally:
            self.site.proxies[kind].disarm()
            self.start(kind)

    def kill(self, kind: str) -> float:
        """All its processes; returns when."""
        process = psutil.Process(processes.read_record(self.name_of(kind))["pid"])
        for item in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                item.kill()
        return time.time()

    def start(self, kind: str) -> None:
        """Where it was."""
        erps.KINDS[kind].serve(self.name_of(kind), self.site.erps[kind]["database"])

    def name_of(self, kind: str) -> str:
        """Of the process."""
        return f"erp_{kind}_{self.site.name}"

    def count_orders(self, kind: str) -> int:
        """All that are committed."""
        database = Database(self.site.erps[kind]["database"])
        try:
            return database.value(COUNT[kind])
        finally:
            database.close()

"""The crash matrix, third part: lanes and the time limits of the server they run in.

A lane ends by itself before the server's limit strikes, also when the system over there is slow. So what is ended by the
limit all the same is held up by something that no lane can see to: the process is frozen, or the database lets it wait.
"""

import contextlib
import threading
import time
from dataclasses import dataclass

import psutil

from harness import paths
from stage.database import Database
from stage.json2 import wait_for

DEALS = 6
# An order has to be on its way by then.
PATIENCE = 150
# After a lane has lost its jobs: the longest that a cron worker waits before it looks for work by itself (70 s), and all
# that comes after.
NEXT_LOOK = 100
# ``job_rows.LEASE``
LEASE = 180
KILLED = "killed by the time limit"
IN_TIME = "ended itself before the limit"
FROZEN = "frozen beyond its lease"
OPEN = """
    select count(*) from integration_job
     where state in ('waiting', 'running', 'retrying') and connector_id = %s
"""
HELD = "select count(*) from integration_job where state = 'running' and lane = any(%s)"
LANES = """
    select held.objid::bigint, activity.client_port
      from pg_locks held join pg_stat_activity activity using (pid)
     where held.locktype = 'advisory' and held.classid = 1818324581 and activity.datname = %s
"""


@dataclass(frozen=True)
class Limit:
    """How a server ends a scheduled action that takes too long (odoo/service/server.py)."""

    seconds: int  # limit_time_real_cron
    pause: float  # of each call, so that a lane runs into its own limit
    plays: float  # seconds of work, more than the limit
    said: bytes  # what the log says when it strikes
    strikes: float  # seconds after the limit, at most

    @property
    def option(self) -> str:
        """For the command line."""
        return f"--limit-time-real-cron={self.seconds}"


# A cron process that waits for work counts as busy for up to 70 seconds; threads are looked at once a minute.
LIMITS = {
    "prefork": Limit(75, 4.0, 120.0, b"timeout after", 20),
    "threads": Limit(30, 2.0, 80.0, b"virtual real time limit", 75),
}


class LaneWatch:
    """Which runs of lanes there were, and how long each took: by the locks they hold."""

    def __init__(self, database: Database, name: str):
        self.database = database
        self.name = name
        self.seen = {}
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.is_over.set()
        self.thread.join(10)

    def _look(self) -> None:
        while not self.is_over.wait(0.1):
            now = time.monotonic()
            for lane, _port in self.database.rows(LANES, self.name):
                first, _last = self.seen.get(lane, (now, now))
                self.seen[lane] = (first, now)

    @property
    def longest(self) -> float:
        """Seconds."""
        return max((last - first for first, last in self.seen.values()), default=0.0)


class Limits:
    """Odoo with a limit for scheduled actions; ``servers`` runs it, ``matrix`` wins the deals and judges."""

    def __init__(self, matrix, servers):
        self.matrix = matrix
        self.servers = servers
        self.site = matrix.site

    def run(self, kinds) -> None:
        """Every scene. How a lane ends itself has nothing to do with the kind of ERP: one of them each."""
        for kind in kinds:
            for how, what, end in (
                ("prefork", "frozen in its call", self.freeze),
                ("threads", "held up by the database", self.hold_up),
            ):
                with self.scene(kind, f"{what} ({how})", KILLED):
                    self.end_by_limit(kind, how, f"{what} ({how})", end)
        for how, kind in (("prefork", kinds[0]), ("threads", kinds[-1])):
            what = f"limit of {LIMITS[how].seconds} s ({how})"
            with self.scene(kind, what, IN_TIME):
                self.end_by_itself(kind, how, what)
        with self.scene(kinds[0], "frozen", FROZEN):
            self.outlive_lease(kinds[0])

    @contextlib.contextmanager
    def scene(self, kind, what, group):
        """Whatever comes of it, calls take their usual time afterwards."""
        proxy = self.site.proxies[kind]
        delay = proxy.delay
        try:
            with self.matrix.scene(kind, what, group):
                yield
        finally:
            proxy.disarm()
            proxy.delay, proxy.pause = delay, 0.0

    # A lane that works for longer than the limit

    def end_by_itself(self, kind: str, how: str, what: str) -> None:
        """The queue does not get empty for longer than the limit lasts, and each call takes its time."""
        limit = LIMITS[how]
        proxy = self.site.proxies[kind]
        was_ended = self.make_log_check(limit.said)
        watch = LaneWatch(self.site.look_into(self.site.crm), self.site.crm)
        with self.servers.serve(how, limit.option), watch:
            proxy.pause = limit.pause
            began = time.monotonic()
            while time.monotonic() - began < limit.plays:
                if self.count_open(kind) < DEALS:
                    self.matrix.win(kind, DEALS)
                time.sleep(0.3)
            proxy.pause = 0.0
            played = time.monotonic()
            while self.count_open(kind) and time.monotonic() < played + NEXT_LOOK:
                time.sleep(0.3)
            trouble = []
            if was_ended():
                trouble.append("the server has ended a lane")
            if watch.longest >= limit.seconds:
                trouble.append("a lane ran for longer than the limit")
            if len(watch.seen) < 2:
                trouble.append("there was one run only")
            self.matrix.notes.append(
                f"{kind}, {what}: {len(watch.seen)} runs of lanes in"
                f" {time.monotonic() - began:.0f} s, the longest {watch.longest:.1f} s;"
                f" {'one was' if was_ended() else 'none was'} ended by the server."
            )
            self.servers.check(kind, what, IN_TIME, played, ", ".join(trouble))

    # A lane that is ended by the limit

    def end_by_limit(self, kind: str, how: str, what: str, end) -> None:
        """The ERP has committed an order, and whoever waits for the answer is killed."""
        limit = LIMITS[how]
        was_ended = self.make_log_check(limit.said)
        with self.servers.serve(how, limit.option):
            armed = self.lose_order(kind)
            lanes = self.find_lanes(armed.port)
            end(armed, was_ended, limit)
            killed = time.monotonic()
            taken_up = self.wait_until_taken_up(lanes, killed, NEXT_LOOK)
            self.note_taken_up(kind, what, taken_up, "it was killed")
            self.servers.check(kind, what, KILLED, killed)

    def freeze(self, armed, was_ended, limit) -> None:
        """Nothing of the process goes on, while the ERP has answered."""
        with frozen(self.find_caller(armed.port)):
            wait_for(was_ended, limit.seconds + limit.strikes, "The limit")

    def hold_up(self, _armed, was_ended, limit) -> None:
        """As while an index is built: what the ERP has answered can't be written down."""
        holder = Database(self.site.crm)
        try:
            holder.connection.autocommit = False
            holder.rows("lock table integration_job in exclusive mode")
            wait_for(was_ended, limit.seconds + limit.strikes, "The limit")
            # the server starts itself anew, which closes the connection the lane has
            time.sleep(5)
        finally:
            holder.close()

    def outlive_lease(self, kind: str) -> None:
        """A lane is frozen while no limit is set, and goes on when others have long done its work."""
        with self.servers.serve("prefork", "--limit-time-real-cron=0"):
            armed = self.lose_order(kind)
            lanes = self.find_lanes(armed.port)
            process = self.find_caller(armed.port)
            with frozen(process):
                began = time.monotonic()
                taken_up = self.wait_until_taken_up(lanes, began, LEASE + NEXT_LOOK)
                self.note_taken_up(kind, "frozen", taken_up, "it was frozen")
                self.servers.check(kind, "frozen", FROZEN, began)
            if not process.is_running():
                raise RuntimeError("it has ended while it was frozen")
            back = time.monotonic()
            wait_for(lambda: not self.are_running(lanes), PATIENCE, "Its end")
            self.servers.check(kind, "thawed", FROZEN, back)

    # What they need

    def lose_order(self, kind: str):
        """Deals are won, and an order's answer is on its way for long.

        :return: the fault that struck, ``proxy.Armed``
        """
        proxy = self.site.proxies[kind]
        proxy.delay = PATIENCE
        armed = proxy.arm("answer delayed", "order")
        self.matrix.win(kind, DEALS)
        if not armed.struck.wait(PATIENCE):
            raise RuntimeError("no order was sent")
        return armed

    def make_log_check(self, said: bytes):
        """:return: callable: whether the server's log has said so from now on"""
        log = paths.LOGS / f"{self.servers.name}.log"
        size = log.stat().st_size if log.exists() else 0

        def has_said() -> bool:
            with log.open("rb") as file:
                file.seek(size)
                return said in file.read()

        return has_said

    def find_caller(self, port: int) -> psutil.Process:
        """The process that made the call."""
        server = self.servers.find_odoo()
        for process in (server, *server.children(recursive=True)):
            if port in list_ports(process):
                return process
        raise RuntimeError("nobody waits for the answer any more")

    def find_lanes(self, port: int) -> list[int]:
        """Runs of lanes in the process that made the call."""
        ports = list_ports(self.find_caller(port))
        rows = self.site.database.rows(LANES, self.site.crm)
        return [lane for lane, own in rows if own in ports]

    def are_running(self, lanes: list[int]) -> bool:
        """Whether one of them holds the lock of its run."""
        rows = self.site.database.rows(LANES, self.site.crm)
        return bool(set(lanes) & {lane for lane, _port in rows})

    def count_open(self, kind: str) -> int:
        """Jobs that are not through."""
        return self.site.database.value(OPEN, self.site.connectors[kind])

    def wait_until_taken_up(self, lanes: list[int], began: float, seconds: float):
        """:return: seconds until none of their jobs is theirs any more"""
        names = [str(lane) for lane in lanes]
        if not self.site.database.value(HELD, names):
            raise RuntimeError("the lane had no jobs")
        wait_for(
            lambda: not self.site.database.value(HELD, names),
            seconds,
            "Taking up its jobs",
            every=0.1,
        )
        return time.monotonic() - began

    def note_taken_up(self, kind, what, seconds, since) -> None:
        """For the report."""
        self.matrix.notes.append(
            f"{kind}, {what}: its jobs were taken up {seconds:.1f} s after {since}."
        )


@contextlib.contextmanager
def frozen(process: psutil.Process):
    """Whatever comes of it: one that stays frozen can't be ended but by force."""
    process.suspend()
    try:
        yield
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()


def list_ports(process: psutil.Process) -> set[int]:
    """Local ports of its connections."""
    return {item.laddr.port for item in process.connections("tcp")}

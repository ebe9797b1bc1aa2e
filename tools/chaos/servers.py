"""The crash matrix, second half: whole servers go down in the middle of a batch, and nobody does anything about it."""

import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass

import psutil

from harness import erps, odoo, paths, postgres, processes
from stage.json2 import wait_for

DEALS = 6
# Longer than it takes to start anything here, with all that is tried again meanwhile.
PATIENCE = 240
AWAY = 3.0


@dataclass(frozen=True)
class Limit:
    """How a server ends a scheduled action that takes too long (odoo/service/server.py)."""

    seconds: int  # limit_time_real_cron
    delay: float  # of each call, so that a batch of several takes longer than that
    said: bytes  # what the log says then


# A cron process that waits for work counts as busy for up to 70 seconds; threads are looked at once a minute.
LIMITS = {
    "prefork": Limit(75, 30.0, b"timeout after"),
    "threads": Limit(6, 2.0, b"virtual real time limit"),
}
# Longer than the delays, for as long as they last.
READ_TIMEOUT = 60


class Servers:
    """Odoo as people run it; `matrix` wins the deals and judges."""

    def __init__(self, matrix):
        self.matrix = matrix
        self.site = matrix.site
        self.name = f"{self.site.crm}_server"

    def run(self, kind: str) -> None:
        """Every scene, on one ERP."""
        for what, scene in (
            ("ERP killed, and back", self.kill_erp),
            ("PostgreSQL restarted", self.restart_postgres),
            ("PostgreSQL killed, and back", self.kill_postgres),
            ("Odoo restarted", self.restart_odoo),
            ("Odoo killed", self.kill_odoo),
        ):
            with self.serve("prefork"):
                self.play(kind, what, scene)
        for how, limit in LIMITS.items():
            self.limit(kind, how, limit)

    # Odoo

    @contextlib.contextmanager
    def serve(self, how: str, *options):
        """Odoo with two cron workers: processes, or threads of one."""
        arguments = ["-d", self.site.crm, "--log-level=warn", "--max-cron-threads=2"]
        arguments += ["--http-port", processes.free_port()]
        if how == "prefork":
            arguments += ["--workers=1", "--gevent-port", processes.free_port()]
        command = [sys.executable, paths.TOOLS / "chaos/always.py"]
        command += odoo.command(*arguments, *options)
        record = processes.start(self.name, command, env=odoo.environment())
        self.keeper = psutil.Process(record["pid"])
        wait_for(self.is_listening, 60, "Odoo's cron workers")
        try:
            yield
        finally:
            processes.stop(self.name, patience=30)

    def is_listening(self) -> bool:
        """Its cron workers wait to be woken up: each has a connection of its own for that."""
        return self.site.database.value(
            "select count(*) >= 2 from pg_stat_activity"
            " where datname = 'postgres' and backend_type = 'client backend'"
        )

    def find_odoo(self) -> psutil.Process:
        """What the service manager keeps running."""
        [child] = self.keeper.children()
        return child

    # Scenes

    def play(self, kind: str, what: str, scene) -> None:
        """Something breaks while the ERP has committed an order and its answer is on the way."""
        proxy = self.site.proxies[kind]
        armed = proxy.arm("answer delayed", "order")
        self.matrix.win(kind, DEALS)
        if not armed.struck.wait(60):
            raise RuntimeError(f"no order was sent: {what}")
        began = time.monotonic()
        scene(kind)
        self.check(kind, what, began)

    def check(self, kind: str, what: str, began: float) -> None:
        """Nobody helps."""
        end = began + PATIENCE
        while (left := self.matrix.count_open()) and time.monotonic() < end:
            time.sleep(0.5)
        self.matrix.note(kind, what, "server", str(left), time.monotonic() - began)

    def kill_erp(self, kind: str) -> None:
        """kill -9 of the ERP; it comes back where it was."""
        name = f"erp_{kind}_{self.site.name}"
        record = processes.read_record(name)
        os.kill(record["pid"], signal.SIGKILL)
        time.sleep(AWAY)
        erps.KINDS[kind].serve(name, record["database"])

    def restart_postgres(self, _kind: str) -> None:
        """As an update of the package does: connections are cut."""
        postgres.stop()
        postgres.start_cluster()
        self.site.reconnect()

    def kill_postgres(self, _kind: str) -> None:
        """As when it crashes: it comes back and reads its log."""
        postgres.stop(postgres.CRASH)
        time.sleep(AWAY)
        postgres.start_cluster()
        self.site.reconnect()

    def restart_odoo(self, _kind: str) -> None:
        """Politely."""
        self.find_odoo().terminate()

    def kill_odoo(self, _kind: str) -> None:
        """Server and workers at once."""
        server = self.find_odoo()
        for process in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def limit(self, kind: str, how: str, limit: Limit) -> None:
        """A batch takes longer than Odoo lets a scheduled action run, as each of its calls takes its time."""
        log = paths.LOGS / f"{self.name}.log"
        size = log.stat().st_size if log.exists() else 0

        def was_ended() -> bool:
            with log.open("rb") as file:
                file.seek(size)
                return limit.said in file.read()

        proxy = self.site.proxies[kind]
        delay, proxy.delay = proxy.delay, limit.delay
        read_timeout = self.set_read_timeout(READ_TIMEOUT)
        with self.serve(how, f"--limit-time-real-cron={limit.seconds}"):
            end = time.monotonic() + PATIENCE
            while not was_ended():
                if time.monotonic() > end:
                    raise RuntimeError(f"the server has not ended a lane: {how}")
                if not proxy.armed:
                    proxy.arm("answer delayed")
                if not self.matrix.count_open():
                    self.matrix.win(kind, DEALS)
                time.sleep(0.1)
            began = time.monotonic()
            proxy.disarm()
            proxy.delay = delay
            self.set_read_timeout(read_timeout)
            self.check(kind, f"time limit of the server ({how})", began)

    def set_read_timeout(self, seconds: float) -> float:
        """Of all connectors; what it was."""
        before = self.site.database.value(
            "select max(read_timeout) from integration_connector"
        )
        self.site.database.rows(
            "update integration_connector set read_timeout = %s", seconds
        )
        return before

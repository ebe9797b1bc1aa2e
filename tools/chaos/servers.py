"""The crash matrix, second half: whole servers go down in the middle of a batch, and nobody does anything about it."""

import contextlib
import os
import signal
import sys
import time

import psutil

from harness import erps, odoo, paths, postgres, processes
from stage.json2 import wait_for

DEALS = 6
# Longer than it takes to start anything here, with all that is tried again meanwhile.
PATIENCE = 240
AWAY = 3.0


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
            ("ERP's database away, and back", self.lose_erp_database),
            ("PostgreSQL restarted", self.restart_postgres),
            ("PostgreSQL killed, and back", self.kill_postgres),
            ("Odoo restarted", self.restart_odoo),
            ("Odoo killed", self.kill_odoo),
        ):
            with self.matrix.scene(kind, what, "server"), self.serve("prefork"):
                self.play(kind, what, scene)

    # Odoo

    @contextlib.contextmanager
    def serve(self, how: str, *options):
        """Odoo with two cron workers: processes, or threads of one."""
        arguments = ["-d", self.site.crm, "--log-level=warn", "--max-cron-threads=2"]
        arguments += ["--http-port", processes.free_port()]
        if how == "prefork":
            arguments += ["--workers=2", "--gevent-port", processes.free_port()]
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
        self.check(kind, what, "server", began)

    def check(self, kind, what, group, began, trouble="", patience=PATIENCE) -> None:
        """Nobody helps."""
        end = time.monotonic() + patience
        while (left := self.matrix.count_open()) and time.monotonic() < end:
            time.sleep(0.5)
        seconds = time.monotonic() - began
        self.matrix.note(kind, what, group, str(left), seconds, trouble)

    def kill_erp(self, kind: str) -> None:
        """kill -9 of the ERP; it comes back where it was."""
        name = f"erp_{kind}_{self.site.name}"
        record = processes.read_record(name)
        os.kill(record["pid"], signal.SIGKILL)
        time.sleep(AWAY)
        erps.KINDS[kind].serve(name, record["database"])

    def lose_erp_database(self, kind: str) -> None:
        """The ERP itself goes on answering, with pages that say nothing of why."""
        database = processes.read_record(f"erp_{kind}_{self.site.name}")["database"]
        alter = f'alter database "{database}" allow_connections'
        self.site.database.rows(f"{alter} false")
        try:
            self.site.database.rows(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                database,
            )
            time.sleep(3 * AWAY)
        finally:
            self.site.database.rows(f"{alter} true")

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

"""A CRM database with a system that does nothing, for measurements of the engine alone."""

import os
import time

from harness import crm, odoo, odoo_source, paths, processes, templates
from harness.progress import step
from stage.database import Database

DATABASE = "engine_bench"
ADDONS = paths.TOOLS / "bench/addons"
OPEN = "('waiting', 'running', 'retrying')"
PATIENCE = 1800


def addons_path() -> str:
    """The do-nothing addons are on the path of measurements only."""
    return ",".join(map(str, [*odoo_source.addons_path(), ADDONS]))


class EngineSite:
    """A fresh database, and ways to have Odoo processes work in it."""

    def __init__(self, *addons: str, database: str = DATABASE):
        self.servers = []
        self.name = database
        templates.drop(database)
        # The hub comes along with what is measured, in the same run.
        crm.provide(database, [])
        names = ",".join(("bench_idle", *addons))
        with step(f"{database}: {names}"):
            odoo.run(
                *("-d", self.name, "-i", names, "--addons-path", addons_path()),
                *("--stop-after-init", "--no-http", "--log-level=warn"),
                doing=f"Installing {names}",
                log=f"install-{self.name}.log",
            )
        self.database = Database(self.name)
        # Nothing but what is measured runs.
        self.database.rows("update ir_cron set active = false")

    def close(self, keep: bool = False) -> None:
        """End what was started; the database is not worth keeping."""
        self.stop()
        self.database.close()
        if not keep:
            templates.drop(self.name)

    def inside(self, function: str, **arguments):
        """Call a function of `inside.py` in an Odoo process of its own."""
        settings = {"function": function, "arguments": arguments}
        options = ["--addons-path", addons_path()]
        script = paths.TOOLS / "bench/engine/shell.py"
        return odoo.shell_script(self.name, script, settings, options=options)

    # Servers

    def server_name(self, name: str) -> str:
        """Of a process."""
        return f"{self.name}_{name}"

    def port_of(self, name: str) -> int:
        """Where a server of this name listens."""
        return processes.port_of(self.server_name(name))

    def serve(self, name: str, *options, **settings) -> dict:
        """One more server process on this database."""
        record = odoo.serve(
            self.server_name(name),
            self.name,
            options=["--addons-path", addons_path(), *options],
            **settings,
        )
        self.servers.append(record["name"])
        return record

    def stop(self) -> None:
        """All servers."""
        for name in self.servers:
            processes.stop(name)
        self.servers = []

    def set_lanes(self, count: int) -> None:
        """How many of the scheduled actions work on the queue; they begin to at the next notice."""
        self.database.rows(
            """
            update ir_cron set active = (split_part(data.name, '_', 4)::int <= %s)
              from ir_model_data data
             where data.model = 'ir.cron' and data.res_id = ir_cron.id
               and data.module = 'integration_hub' and data.name like 'ir_cron_lane_%%'
            """,
            count,
        )

    def wake_lanes(self) -> None:
        """What `ir.cron._trigger` does."""
        self.database.rows(
            """
            insert into ir_cron_trigger (cron_id, call_at)
            select data.res_id, now() at time zone 'utc' from ir_model_data data
             where data.model = 'ir.cron' and data.module = 'integration_hub'
               and data.name like 'ir_cron_lane_%%'
            """
        )
        postgres = Database("postgres")
        postgres.rows("select pg_notify('cron_trigger', %s)", self.name)
        postgres.close()

    # The queue

    def forget_jobs(self) -> None:
        """An empty queue, as after installing."""
        self.database.rows("truncate integration_job cascade")
        self.database.rows("vacuum analyze integration_job")

    def wait_until_done(self, connectors=None) -> None:
        """Nothing due is left, of these connectors or at all."""
        query = f"select count(*) from integration_job where state in {OPEN}"
        if connectors:
            query += f" and connector_id in ({','.join(map(str, connectors))})"
        deadline = time.monotonic() + PATIENCE
        while self.database.value(query):
            if time.monotonic() > deadline:
                raise TimeoutError("The queue is not worked off in time.")
            time.sleep(0.2)

    def speed(self, connectors=None) -> float:
        """Jobs per second between the first that was taken and the last that was finished, by the database's clock."""
        query = """
            select count(*) / extract(epoch from max(finished_at) - min(started_at))
              from integration_job where state = 'done'
        """
        if connectors:
            query += f" and connector_id in ({','.join(map(str, connectors))})"
        return float(self.database.value(query))


def load() -> str:
    """What else the machine was doing."""
    one, five, _fifteen = os.getloadavg()
    return (
        f"load of the machine: {one:.1f} (5 min: {five:.1f}) on {os.cpu_count()} cores"
    )

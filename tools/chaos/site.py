"""The CRM of the campaign: a server for people, lanes in processes of their own, a connector to each ERP through its proxy."""

import contextlib
import json
import os
import signal

import psutil

from bench import orders
from chaos.proxy import Proxy
from chaos.verdict import find_newest
from harness import crm as harness_crm
from harness import erps, odoo, paths, processes
from harness.progress import step
from stage import connectors, people
from stage.database import Database
from stage.json2 import wait_for

TEAM = "Chaos"
ADDONS = (paths.ROOT_ADDON, "l10n_nl")
CUSTOMERS = 20
# Short, so that a campaign ends: what is set is what an administrator may set on the connector's form.
# The promise stands on one of them: no call goes on longer than `settle_seconds` after its answer was given up.
CONNECTOR = {
    "connect_timeout": 2,
    "read_timeout": 6,
    "batch_size": 4,
    "parallel_calls": 3,
    "settle_seconds": 20,
    "max_attempts": 30,
}
# The pull looks once more at the orders of the last minutes: in pages of four there would be hundreds, and a campaign of
# thousands of deals would end with them.
PAGE = 20
# Of the proxy: an answer that never comes is worth no longer than the time-out.
PROXY = {"delay": 1.0, "late": 2.0, "hang": 8.0}
LANE_LOCKS = """
    select activity.client_port
      from pg_locks held join pg_stat_activity activity using (pid)
     where held.locktype = 'advisory' and held.classid = 1818324581 and activity.datname = %s
"""


class Site:
    """Everything that is running; ended by `close`."""

    def __init__(self, kinds, seed: int, name: str = "chaos"):
        self.name = name
        self.looks = []
        self.crm = f"crm_{name}"
        self.lanes = (f"{self.crm}_lane_1", f"{self.crm}_lane_2")
        self.stop()
        with step("fresh ERPs for the campaign"):
            self.erps = {kind: erps.new(kind, name) for kind in kinds}
        self.newest = {kind: find_newest(kind, erp) for kind, erp in self.erps.items()}
        self.proxies = {
            kind: Proxy(erp["url"], seed=seed, **PROXY)
            for kind, erp in self.erps.items()
        }
        harness_crm.provide(self.crm, ADDONS, fresh=True)
        catalogue = json.loads((paths.FIXTURES / "catalogue.json").read_text())
        customers = [
            orders.customer_values(index) | {"country": "NL"}
            for index in range(CUSTOMERS)
        ]
        with step(f"{self.crm}: products, customers, people"):
            people.create(
                self.crm, catalogue=catalogue, customers=customers, teams=[TEAM]
            )
        self.port = None
        self.start()
        self.database = Database(self.crm)
        steward = self.as_user(people.STEWARD)
        admin = self.as_user(people.ADMIN)
        self.connectors = {}
        for kind, erp in self.erps.items():
            at_proxy = erp | {"url": self.proxies[kind].url}
            connector = connectors.provide(admin, kind, at_proxy, **CONNECTOR)
            with step("mapping products and values"):
                connectors.map_values(steward, admin, connector)
            flow = connectors.flow(admin, connector, "sale_status_pull")
            admin.call(
                "integration.flow",
                "write",
                [flow],
                vals={"interval_minutes": 1, "batch_size": PAGE},
            )
            self.connectors[kind] = connector
        uuid = self.database.value(
            "select value from ir_config_parameter where key = 'database.uuid'"
        )
        self.prefix = f"CRM-{uuid[:8]}-"

    # The CRM's servers: one for people, and one process per lane, so that a lane can be killed alone

    def start(self) -> None:
        """Serve the CRM, where it was before, so that everybody finds it again."""
        self.record = odoo.serve(self.crm, self.crm, port=self.port)
        self.port = int(self.record["url"].rpartition(":")[2])
        for name in self.lanes:
            self.start_lane(name)

    def start_lane(self, name: str) -> None:
        """A server that does nothing but scheduled actions."""
        arguments = [
            "-d",
            self.crm,
            "--no-http",
            "--max-cron-threads=1",
            "--log-level=warn",
        ]
        processes.start(name, odoo.command(*arguments), env=odoo.environment())

    def as_user(self, login: str):
        """The CRM as this person sees it."""
        return people.as_user(self.record, login)

    def kill_all(self) -> None:
        """All its processes at once, as a power cut would; its port is free afterwards."""
        for name in (self.crm, *self.lanes):
            kill(name)
        wait_for(
            lambda: not processes.is_port_taken(self.port), 60, "The end of the server"
        )

    def find_busy_lane(self) -> str | None:
        """A lane process that works on the queue at this moment."""
        ports = {port for (port,) in self.database.rows(LANE_LOCKS, self.crm)}
        for name in self.lanes:
            record = processes.read_record(name)
            with contextlib.suppress(psutil.Error):
                if record and ports & {
                    item.laddr.port
                    for item in psutil.Process(record["pid"]).connections("tcp")
                }:
                    return name
        return None

    def reconnect(self) -> None:
        """After PostgreSQL was away."""
        self.database.close()
        self.database = Database(self.crm)

    def look_into(self, name: str) -> Database:
        """A connection for somebody's own use, closed in the end."""
        self.looks.append(Database(name))
        return self.looks[-1]

    def close(self) -> None:
        """End what was started; the CRM's database stays to be looked into."""
        for proxy in self.proxies.values():
            proxy.close()
        for look in (self.database, *self.looks):
            look.close()
        self.stop()
        for kind in self.erps:
            processes.stop(f"erp_{kind}_{self.name}")

    def stop(self) -> None:
        """End the CRM's servers politely."""
        for name in (self.crm, *self.lanes):
            processes.stop(name)


def kill(name: str) -> None:
    """kill -9 of a process we started, by its number."""
    if record := processes.read_record(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(record["pid"], signal.SIGKILL)

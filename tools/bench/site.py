"""The CRM of the measurements: a fresh database, a real server, one connector to a fresh ERP."""

import json
import os
import time
from pathlib import Path

from bench import orders
from harness import crm as harness_crm
from harness import odoo, paths, processes
from harness.progress import step
from stage import connectors, crm, people
from stage.database import Database
from stage.json2 import wait_for

DATABASE = "crm_bench"
TEAM = "Bench"
ADDONS = (paths.ROOT_ADDON, "l10n_nl")
WIN_BATCH = 100
# Seconds; each look costs the machine under measurement something.
LOOK_EVERY = 0.2
PUSH = "sale_order_push"
OPEN = "('waiting', 'running', 'retrying')"


class Site:
    """A CRM connected to one ERP; looks into its database instead of asking the server under measurement."""

    def __init__(self, kind: str, erp: dict, **connector_options):
        processes.stop(DATABASE)
        harness_crm.provide(DATABASE, ADDONS, fresh=True)
        catalogue = json.loads((paths.FIXTURES / "catalogue.json").read_text())
        customers = [
            orders.customer_values(index) | {"country": "NL"}
            for index in range(orders.CUSTOMERS)
        ]
        with step(f"{DATABASE}: products, customers, people"):
            people.create(
                DATABASE, catalogue=catalogue, customers=customers, teams=[TEAM]
            )
        self.record = crm.serve(DATABASE)
        self.admin = people.as_user(self.record, people.ADMIN)
        self.seller = people.as_user(self.record, people.SALESPERSON)
        steward = people.as_user(self.record, people.STEWARD)
        self.connector = connectors.provide(self.admin, kind, erp, **connector_options)
        with step("mapping products and values"):
            connectors.map_values(steward, self.admin, self.connector)
        # Bare scripts fetch nothing: neither do we while we are measured beside them.
        self.admin.call(
            "integration.flow",
            "action_pause",
            self.admin.call(
                "integration.flow",
                "search",
                domain=[
                    ("connector_id", "=", self.connector),
                    ("direction", "=", "pull"),
                    ("state", "=", "running"),
                ],
            ),
        )
        self.flow = connectors.flow(self.admin, self.connector, PUSH)
        self.database = Database(DATABASE)
        uuid = self.database.value(
            "select value from ir_config_parameter where key = 'database.uuid'"
        )
        self.key_prefix = f"CRM-{uuid[:8]}-"
        self.created = 0

    def close(self) -> None:
        """End the server; the database stays until the next measurement."""
        self.database.close()
        processes.stop(DATABASE)

    # Opportunities

    def create_leads(self, count: int) -> list[int]:
        """Further opportunities with their lines, not yet won."""
        settings = {
            "first": self.created,
            "count": count,
            "salesperson": people.SALESPERSON,
            "team": TEAM,
        }
        with step(f"writing {count} opportunities"):
            leads = odoo.shell_script(DATABASE, paths.TOOLS / "bench/fill.py", settings)
        self.created += count
        return leads

    def win(self, leads: list[int]) -> float:
        """A salesperson wins them, a list at a time; returns the seconds it took."""
        start = time.perf_counter()
        for first in range(0, len(leads), WIN_BATCH):
            self.seller.call(
                "crm.lead", "action_set_won", leads[first : first + WIN_BATCH]
            )
        return time.perf_counter() - start

    # The queue

    def connect(self, erp: dict, **options) -> None:
        """The ERP has been started again, maybe elsewhere: then the connection is tested anew, as a person would."""
        known = self.admin.read_one(
            "integration.connector", self.connector, "url", "state"
        )
        if known["url"] != erp["url"]:
            options |= {"url": erp["url"], "is_same_system": True}
        self.admin.call(
            "integration.connector", "write", [self.connector], vals=options
        )
        if "url" in options:
            connectors.test(self.admin, self.connector)
            if known["state"] == "running":
                self.admin.call(
                    "integration.connector", "action_start", [self.connector]
                )

    def pause(self) -> None:
        """What is won meanwhile is collected."""
        self.admin.call("integration.connector", "action_pause", [self.connector])

    def work_off(self, seconds: float) -> float:
        """Start the lanes on a full queue; returns the seconds until the last order is recorded here."""
        start = time.perf_counter()
        self.admin.call("integration.connector", "action_start", [self.connector])
        self.wait_until_done(seconds)
        return time.perf_counter() - start

    def wait_until_done(self, seconds: float) -> None:
        """Nothing is left in the queue; a problem in it ends the measurement."""
        query = f"select exists (select from integration_job where connector_id = %s and state in {OPEN})"
        wait_for(
            lambda: not self.database.value(query, self.connector),
            seconds,
            "Working off the queue",
            every=LOOK_EVERY,
        )
        query = "select name, error_message from integration_job where state in ('failed', 'attention') limit 3"
        if problems := self.database.rows(query):
            raise RuntimeError(f"jobs have failed: {problems}")

    def cpu_seconds(self) -> float:
        """What the CRM's process has used so far: what is left of a core is the ERP's."""
        fields = Path(f"/proc/{self.record['pid']}/stat").read_text().rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def count(self) -> dict:
        """What is recorded here."""
        query = """
            select count(*), count(distinct remote_id), count(*) filter (where state = 'confirmed'),
                   count(*) filter (where difference_state <> 'none'), sum(amount_untaxed)
              from integration_erp_order where connector_id = %s
        """
        total, distinct, confirmed, differing, amount = self.database.rows(
            query, self.connector
        )[0]
        return {
            "orders": total,
            "keys": distinct,
            "confirmed": confirmed,
            "differing": differing,
            "amount": amount,
        }

    def sample_request(self) -> dict:
        """A create as the suite has sent it, from the exchange log: what the bare scripts have to match."""
        marks = ("%order_line%", "%sale.sale.create%")
        query = "select request from integration_exchange where request like %s or request like %s order by id"
        for (text,) in self.database.rows(query, *marks):
            try:
                body = json.loads(text)
            except ValueError:
                # Cut to the size limit of the log.
                continue
            if "vals_list" in body or body.get("method") == "model.sale.sale.create":
                return body
        raise LookupError("no complete create is in the exchange log")

"""Each kind of fault between this CRM and a real ERP, once or twice: the short form of ``make chaos``."""

import sys
import time
from datetime import timedelta

from .erp_case import TOOLS

# what a lane run may take to get over one fault
PATIENCE = 45.0
SETTLE = 3.0


class FaultSteps:
    """A proxy that spoils calls stands between the connector and the ERP."""

    @classmethod
    def connect(cls):
        super().connect()
        if str(TOOLS) not in sys.path:
            sys.path.append(str(TOOLS))
        from chaos.proxy import Proxy

        cls.proxy = Proxy(cls.erp["url"], seed=1, delay=0.3, late=0.5, hang=4.0)
        cls.addClassCleanup(cls.proxy.close)
        cls.connector.write(
            {
                "url": cls.proxy.url,
                "connect_timeout": 1,
                "read_timeout": 2,
                "settle_seconds": SETTLE,
            }
        )

    def setUp(self):
        super().setUp()
        self.addCleanup(self.proxy.disarm)
        self.connector.write({"failures_in_a_row": 0, "resting_until": False})
        self.partner = self.make_partner()
        self.expected = []

    def get_open_jobs(self):
        return self.env["integration.job"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("state", "in", ("waiting", "running", "retrying")),
            ]
        )

    def work_off(self):
        """Run lanes until the queue is empty, as scheduled actions do all day."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.run_lane()
            if self.connector.state == "error":
                # what a person does after a 401
                self.connector._run_test()
                self.connector.action_start()
            elif not self.get_open_jobs():
                return
        self.fail(f"still open: {self.get_open_jobs().mapped('error_message')}")

    def strike(self, kind, only, forward=None):
        """Win a deal of a new customer while this goes wrong; it gets over it by itself."""
        armed = self.proxy.arm(kind, only, forward)
        lead = self.make_lead([("FILTER-10", 2)], self.partner)
        self.push(lead)
        self.work_off()
        self.assertTrue(armed.struck.is_set(), "the fault was injected")
        self.proxy.disarm()
        self.assert_status(lead, "in_erp")
        self.assertEqual(lead.erp_order_ids.state, "confirmed")
        self.assertAlmostEqual(lead.erp_order_ids.amount_total, lead.lines_total, 2)
        self.assertEqual(self.count_orders(lead.erp_order_ids.key), 1)

    def count_orders(self, key):
        """In the ERP itself, as a clerk would search: not by what our client says."""
        if self.kind == "odoo":
            return self.clerk.call(
                "sale.order", "search_count", domain=[("origin", "=", key)]
            )
        domain = ["OR", ["web_id", "=", key], ["reference", "=", key]]
        return self.clerk.call("model.sale.sale.search_count", domain)

    def strike_all(self, *strikes):
        for kind, only, *forward in strikes:
            with self.subTest(kind=kind, only=only, forward=forward):
                started = time.monotonic()
                self.strike(kind, only, *forward)
                self.assertLess(
                    timedelta(seconds=time.monotonic() - started),
                    timedelta(seconds=PATIENCE),
                )


class FaultMixin(FaultSteps):
    """Each kind of fault, and the lanes of the scheduled actions."""

    def test_readings(self):
        """Stock and account figures: whatever goes wrong, they are read in the end."""
        self.push(self.make_lead([("FILTER-10", 1)], self.partner))
        self.work_off()
        product = self.products["FILTER-10"]
        for kind in ("answer dropped", "body truncated", "502 with HTML", "429"):
            for ask, name, domain in (
                (
                    product.action_read_erp_stock,
                    "integration.stock.level",
                    [("product_id", "=", product.id)],
                ),
                (
                    self.partner.action_read_account_figures,
                    "integration.account.figure",
                    [("partner_id", "=", self.partner.id)],
                ),
            ):
                with self.subTest(kind=kind, model=name):
                    self.env[name].search(domain).unlink()
                    self.connector.write(
                        {"failures_in_a_row": 0, "resting_until": False}
                    )
                    armed = self.proxy.arm(kind)
                    ask()
                    self.work_off()
                    self.assertTrue(armed.struck.is_set(), "the fault was injected")
                    self.assertTrue(self.env[name].search_count(domain))

    def test_request_lost(self):
        self.strike_all(
            ("request dropped", "order"),
        )

    def test_request_late(self):
        self.strike_all(("request arrives late", "order"))

    def test_answer_lost(self):
        self.strike_all(
            ("answer dropped", "order"),
            ("connection reset", "order", True),
            ("answer never comes", "order"),
        )

    def test_answer_in_part(self):
        self.strike_all(
            ("body truncated", "order"),
            ("closed after headers", "changes"),
        )

    def test_answer_slow(self):
        self.strike_all(
            ("answer delayed", "order"),
            ("slow speech", "order"),
            ("endless speech", "order"),
        )

    def test_refused_for_now(self):
        self.strike_all(
            ("401", ""),
            ("409", "order", True),
            ("429", "order"),
        )

    def test_answer_of_another(self):
        self.strike_all(
            ("500", "order", True),
            ("502 with HTML", "changes", True),
            ("200 with nonsense", "order", True),
            ("200 with nonsense", ""),
        )

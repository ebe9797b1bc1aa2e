from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .erp_case import ErpCase, get_clerk
from .forecast_mixin import ForecastMixin

FORECAST = "model.stock.forecast"


@tagged("post_install", "-at_install")
class TestForecastTryton(ForecastMixin, ErpCase):
    kind = "tryton"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})
        cls.company_there = cls.clerk.context["company"]

    def setUp(self):
        super().setUp()
        # Tryton keeps one forecast for a month: those of other tests are in the way
        self.clean_up()
        self.addCleanup(self.clean_up)

    def clean_up(self):
        self.remove(self.find_documents())

    def call(self, method, *parameters):
        return self.planner.call(
            f"{FORECAST}.{method}",
            *parameters,
            company=self.company_there,
            companies=[self.company_there],
            active_test=False,
        )

    def remove(self, forecasts):
        if forecasts:
            self.call("draft", forecasts)
            self.call("delete", forecasts)

    def find_documents(self, month=None):
        domain = [["from_date", "=", month]] if month else []
        return self.call("search", domain, 0, None, None)

    def count_documents(self, month):
        return len(self.find_documents(month))

    def find_line(self, code, month):
        """Of the forecasts that Tryton's supply counts."""
        mapping = self.env["integration.product.mapping"].search(
            [
                ("product_id", "=", self.products[code].id),
                ("connector_id", "=", self.connector.id),
            ]
        )
        [line] = self.planner.call(
            "model.stock.forecast.line.search_read",
            [
                ["forecast.from_date", "=", month],
                ["forecast.to_date", "=", month + relativedelta(day=31)],
                ["forecast.state", "=", "done"],
                ["product", "=", int(mapping.remote_id)],
            ],
            0,
            None,
            None,
            ["quantity", "minimal_quantity", "forecast"],
            company=self.company_there,
            companies=[self.company_there],
        )
        return line

    def get_planned(self, code, month):
        return self.find_line(code, month)["quantity"]

    def plan_there(self, code, month, quantity):
        line = self.find_line(code, month)
        changes = {"lines": [["write", [line["id"]], {"quantity": float(quantity)}]]}
        self.call("draft", [line["forecast"]])
        self.call("write", [line["forecast"]], changes)
        self.call("confirm", [line["forecast"]])

    def delete_there(self, month):
        self.remove(self.find_documents(month))

    # -- Tryton's own -----------------------------------------------------------------

    def test_8_whole_pieces(self):
        """Tryton keeps a pump in whole pieces; that is no difference for ever."""
        self.make_deal([("PUMP-200", 5)])
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 3)
        row = self.get_row("PUMP-200")
        self.assertEqual((row.quantity, row.sent_quantity), (2.5, 3))
        before = row.sent_at
        self.send_well()
        self.assertEqual(row.sent_at, before)
        load = self.env["integration.load"].create({"flow_id": self.forecast_flow.id})
        load.action_check()
        self.run_lane()
        self.assertEqual(load.line_ids.mapped("outcome"), ["same"])

    def test_8_packets_lose_nothing(self):
        """Tryton drops what is less than a packet when it spreads a month over its days."""
        self.make_deal([("PIPE-CU15", 5), ("PUMP-200", 8)])
        self.send_well()
        for code in ("PIPE-CU15", "PUMP-200"):
            line = self.find_line(code, self.next_month)
            packets = line["quantity"] // line["minimal_quantity"]
            self.assertAlmostEqual(
                packets * line["minimal_quantity"], line["quantity"], delta=0.02
            )

    def test_5_planners_have_one_of_their_own(self):
        """Two confirmed forecasts of the same days: Tryton refuses, a person decides."""
        deal = self.make_deal([("PUMP-200", 10)])
        [warehouse] = self.planner.call(
            "model.stock.location.search", [["type", "=", "warehouse"]], 0, 1, None
        )
        [customers] = self.planner.call(
            "model.stock.location.search", [["type", "=", "customer"]], 0, 1, None
        )
        [own] = self.call(
            "create",
            [
                {
                    "warehouse": warehouse,
                    "destination": customers,
                    "from_date": self.this_month,
                    "to_date": self.this_month + relativedelta(years=1),
                    "company": self.company_there,
                }
            ],
        )
        self.call("confirm", [own])
        job = self.send_forecast()
        self.assertEqual(job.state, "failed")
        self.assertIn("draft", job.error_message)
        self.remove([own])
        deal.lead_line_ids.quantity = 20
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 10)
        self.assertEqual(self.count_documents(self.next_month), 1)

    def test_9_nothing_missing(self):
        self.connector._run_test()
        self.assertNotIn("forecast", self.connector.warning_message or "")

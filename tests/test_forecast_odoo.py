import uuid

from odoo.tests import tagged

from .erp_case import ErpCase, get_odoo_keeper
from .forecast_mixin import ForecastMixin


@tagged("post_install", "-at_install")
class TestForecastOdoo(ForecastMixin, ErpCase):
    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = get_odoo_keeper(cls.erp)
        cls.addClassCleanup(cls.keeper.close)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clean_up)

    def clean_up(self):
        """Nobody else's report shall show our drafts."""
        pickings = self.find_documents()
        if pickings:
            self.keeper.call("stock.picking", "unlink", pickings)

    def find_documents(self, month=None, *more):
        """The prefix is the test's own."""
        key = f"{self.prefix}FC{self.company.id}"
        return self.keeper.call(
            "stock.picking",
            "search",
            domain=[
                ("origin", "=like", f"{key}-{month:%Y-%m}%" if month else f"{key}%"),
                *more,
            ],
        )

    def count_documents(self, month):
        return len(self.find_documents(month))

    def get_remote_id(self, code):
        line = self.env["integration.product.mapping"].search(
            [
                ("product_id", "=", self.products[code].id),
                ("connector_id", "=", self.connector.id),
            ]
        )
        return int(line.remote_id)

    def find_moves(self, code, month):
        return self.keeper.call(
            "stock.move",
            "search_read",
            domain=[
                ("picking_id", "in", self.find_documents(month)),
                ("product_id", "=", self.get_remote_id(code)),
            ],
            fields=["product_uom_qty", "state", "date"],
        )

    def get_planned(self, code, month):
        moves = self.find_moves(code, month)
        self.assertEqual({move["state"] for move in moves}, {"draft"})
        [quantity] = [move["product_uom_qty"] for move in moves]
        return quantity

    def plan_there(self, code, month, quantity):
        [move] = self.find_moves(code, month)
        self.keeper.call(
            "stock.move", "write", [move["id"]], vals={"product_uom_qty": quantity}
        )

    def delete_there(self, month):
        self.keeper.call("stock.picking", "unlink", self.find_documents(month))

    # -- what planners see ------------------------------------------------------------

    def read_forecasted(self, code):
        """The report *Forecasted* of a product."""
        product_id = self.get_remote_id(code)
        values = self.keeper.call(
            "stock.forecasted_product_product", "get_report_values", docids=[product_id]
        )
        return values["docs"]["product"][str(product_id)]

    def make_own_product(self):
        """One that nobody else sells or ships meanwhile."""
        code = f"PLAN-{uuid.uuid4().hex[:8].upper()}"
        [remote_id] = self.keeper.call(
            "product.product",
            "create",
            vals_list=[{"name": code, "default_code": code, "is_storable": True}],
        )
        archive = {"vals": {"active": False}}
        self.addCleanup(
            self.keeper.call, "product.product", "write", [remote_id], **archive
        )
        self.products[code] = self.make_product_like("BOOK-HYD", code)
        self.addCleanup(self.products.pop, code)
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": self.products[code].id,
                "remote_id": str(remote_id),
            }
        )
        return code

    def test_1_planners_see_it_and_nothing_is_reserved(self):
        code = self.make_own_product()
        self.make_deal([(code, 10)], 60)
        self.send_well()
        names = ("virtual_available", "free_qty", "outgoing_qty")
        if self.is_older:
            # nobody outside may ask for the report
            [seen] = self.keeper.call(
                "product.product", "read", [self.get_remote_id(code)], fields=names
            )
        else:
            seen = self.read_forecasted(code)
            self.assertEqual(seen["draft_picking_qty"]["out"], 6)
            self.assertEqual(seen["qty"]["out"], 6, "in “Forecasted with Pending”")
        for name in names:
            self.assertEqual(seen[name], 0, name)
        [move] = self.find_moves(code, self.next_month)
        self.assertEqual(move["date"], f"{self.next_month} 12:00:00")

    def test_5_confirmed_there(self):
        """A planner took it for a real delivery: it is not doubled, somebody is told."""
        deal = self.make_deal([("PUMP-200", 10)])
        self.send_well()
        pickings = self.find_documents(self.next_month)
        self.keeper.call("stock.picking", "action_confirm", pickings)
        deal.lead_line_ids.quantity = 20
        job = self.send_forecast()
        self.assertEqual(job.state, "failed")
        self.assertIn("confirmed", job.error_message)
        self.assertEqual(self.get_row("PUMP-200").state, "refused")
        self.keeper.call("stock.picking", "action_cancel", pickings)
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        [picking] = self.find_documents(self.next_month, ("state", "=", "draft"))
        self.assertNotIn(picking, pickings)

    def test_9_it_is_said_that_nothing_is_planned(self):
        self.connector._run_test()
        self.assertIn("no demand planning", self.connector.warning_message)

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integration_stock.tests.common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestCheck(StockCase):
    """Before Won: too little stock, as there is of it at this moment."""

    own_flows = (*StockCase.own_flows, "sale_order_push", "order_check")

    def setUp(self):
        super().setUp()
        for name, answer in (
            ("order_check", {"problems": [], "rates": {}}),
            ("party_match", []),
        ):
            self.startPatcher(
                patch.object(
                    FakeStockClient,
                    name,
                    lambda client, items, answer=answer: [answer for _item in items],
                    create=True,
                )
            )
        self.connector._get_flow("order_check").state = "running"
        self.product = self.make_product("1", taxes_id=False)
        self.lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.env["res.partner"].create({"name": "Brown"}).id,
                "lead_line_ids": [
                    Command.create(
                        {"product_id": self.product.id, "quantity": quantity}
                    )
                    # lines of one product share what there is
                    for quantity in (7, 5)
                ],
            }
        )

    def check(self):
        self.lead.action_check_with_erp()
        self.run_lane()
        [shown] = self.lead.integration_check["checks"]
        self.assertEqual(shown["state"], "done", shown["message"])
        return [f["text"] for f in shown["findings"] if "available" in f["text"]]

    def test_short(self):
        self.set_level("1", 10, [(self.get_day(9), "5")])
        [text] = self.check()
        self.assertIn("12", text)
        self.assertIn("10", text)
        self.assertIn("enough from", text)
        self.set_level("1", 10, [(self.get_day(-9), "5")])
        [text] = self.check()
        self.assertIn("overdue or without a date", text)
        self.assertNotIn("enough from", text)
        # nothing was pulled: it is asked each time
        self.set_level("1", 12)
        self.assertEqual(self.check(), [])
        self.assertEqual(self.get_levels(self.product).available, 12)

    def test_stock_that_is_not_read(self):
        self.flow.state = "paused"
        self.set_level("1", 1)
        self.assertEqual(self.check(), [])
        self.assertFalse(self.get_levels(self.product))

    def test_stock_of_another_erp_is_no_help(self):
        """Deals of this team go to the first ERP: the second one's stock delivers nothing."""
        other = self.make_connector("ERP South")
        other._get_flow("sale_order_push").filter_domain = "[('id', '=', 0)]"
        self.set_level("1", 10)
        other._get_flow("stock_pull").action_resume()
        level = {
            "product_id": self.product.id,
            "warehouse_id": "X",
            "warehouse_name": "South",
            "available": 50.0,
            "arrivals": [],
        }
        self.levels._write_levels(other, self.product, [level])
        [text] = self.check()
        self.assertIn("10", text)
        self.assertNotIn("60", text)

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integration_price.tests.common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestLines(PriceCase):
    def setUp(self):
        super().setUp()
        self.product = self.make_product("1", taxes_id=False)
        self.set_prices("1", (0, "90"), (10, "80"))
        self.partner = self.make_partner("A")
        FakePriceClient.parties["A"] = "W"
        self.pull()

    def make_order(self, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )

    def test_quotation(self):
        order = self.make_order()
        line = order.order_line
        self.assertEqual((line.price_unit, line.erp_price), (90, 90))
        self.assertFalse(line.is_erp_price_different)
        line.product_uom_qty = 10
        self.assertEqual(line.erp_price, 80)
        line.price_unit = 85
        self.assertTrue(line.is_erp_price_different)
        line.price_unit = 100
        line.discount = 20
        self.assertFalse(line.is_erp_price_different)

    def test_quoted_by_another_list(self):
        ours = self.env["product.pricelist"].create({"name": "Ours"})
        line = self.make_order(pricelist_id=ours.id).order_line
        self.assertEqual((line.price_unit, line.erp_price), (100, 90))
        self.assertTrue(line.is_erp_price_different)

    def test_nothing_known(self):
        other = self.env["product.product"].create({"name": "Other"})
        line = self.make_order(
            order_line=[Command.create({"product_id": other.id})]
        ).order_line
        self.assertFalse(line.has_erp_price or line.is_erp_price_different)

    def test_opportunity(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "lead_line_ids": [
                    Command.create({"product_id": self.product.id, "quantity": 10})
                ],
            }
        )
        line = lead.lead_line_ids
        self.assertEqual((line.price_unit, line.erp_price), (80, 80))
        line.price_unit = 70
        self.assertTrue(line.is_erp_price_different)

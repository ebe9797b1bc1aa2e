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

    def test_below_a_cent(self):
        self.set_prices("1", (0, "0.125"))
        self.pull()
        line = self.make_order().order_line
        self.assertEqual((line.price_unit, line.erp_price), (0.125, 0.125))
        self.assertFalse(line.is_erp_price_different)
        line.price_unit = 0.13
        self.assertEqual(line.erp_price, 0.125)
        self.assertTrue(line.is_erp_price_different)
        # what percentages leave behind is no difference
        line.price_unit = 0.125 / 0.93
        line.discount = 7
        self.assertFalse(line.is_erp_price_different)

    def test_list_no_longer_kept(self):
        self.flow.action_pause()
        line = self.make_order().order_line
        self.assertFalse(line.has_erp_price)


@tagged("post_install", "-at_install")
class TestLinesOfAnotherCurrency(PriceCase):
    """The ERP's list is in francs: two of them are one of ours."""

    def setUp(self):
        super().setUp()
        self.francs = self.env.ref("base.CHF")
        self.francs.active = True
        self.francs.rate_ids.unlink()
        self.rate = self.env["res.currency.rate"].create(
            {"currency_id": self.francs.id, "rate": 2, "name": "2020-01-01"}
        )
        self.product = self.make_product("1", taxes_id=False)
        self.add_list("X", "Export", "CHF")
        self.set_prices("1", (0, "100.25"), price_list="X")
        self.partner = self.make_partner("A")
        FakePriceClient.parties["A"] = "X"
        self.pull()

    def make_lead(self):
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "lead_line_ids": [Command.create({"product_id": self.product.id})],
            }
        )

    def make_order(self, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
                **values,
            }
        )

    def test_opportunity(self):
        line = self.make_lead().lead_line_ids
        self.assertEqual((line.price_unit, line.erp_price), (50.125, 50.125))
        self.assertFalse(line.is_erp_price_different)
        line.price_unit = 100.25
        self.assertTrue(line.is_erp_price_different)

    def test_quotation_in_the_currency_of_the_list(self):
        order = self.make_order()
        self.assertEqual(order.currency_id, self.francs)
        line = order.order_line
        self.assertEqual((line.price_unit, line.erp_price), (100.25, 100.25))
        self.assertFalse(line.is_erp_price_different)

    def test_quotation_by_another_list(self):
        """In our currency, at the rate of its own day."""
        self.env["res.currency.rate"].create(
            {"currency_id": self.francs.id, "rate": 4, "name": "2021-01-01"}
        )
        ours = self.env["product.pricelist"].create({"name": "Ours"})
        order = self.make_order(pricelist_id=ours.id)
        line = order.order_line
        self.assertEqual(line.currency_id, self.currency)
        self.assertEqual(line.erp_price, 25.0625)
        order.date_order = "2020-06-01 12:00:00"
        self.assertEqual(line.erp_price, 50.125)
        self.assertTrue(line.is_erp_price_different)

    def test_no_rate(self):
        self.rate.unlink()
        lead = self.make_lead()
        line = lead.lead_line_ids
        self.assertFalse(line.has_erp_price or line.is_erp_price_different)
        self.assertEqual(line.price_unit, 0)
        self.assertIn("CHF", lead.price_list_message)
        ours = self.env["product.pricelist"].create({"name": "Ours"})
        order = self.make_order(pricelist_id=ours.id)
        self.assertFalse(order.order_line.has_erp_price)
        self.assertIn("CHF", order.erp_price_message)
        self.assertFalse(self.make_order().erp_price_message)

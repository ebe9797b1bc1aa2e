from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestPriceListCurrency(SaleCase):
    """Lines of an opportunity are in the company's currency, whatever the customer's price
    list is in."""

    def setUp(self):
        super().setUp()
        self.other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [Command.create({"rate": 2.0, "name": "2020-01-01"})],
            }
        )

    def make_line(self, quantity=1, **rule):
        self.partner.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "Abroad",
                "currency_id": self.other.id,
                "item_ids": [Command.create(rule)] if rule else [],
            }
        )
        return self.make_lead([(self.product, quantity)]).lead_line_ids

    def make_quotation(self, line):
        action = line.lead_id.action_new_quotation()
        return Form(self.env["sale.order"].with_context(**action["context"])).save()

    def test_fixed_price(self):
        line = self.make_line(compute_price="fixed", fixed_price=100.5)
        self.assertEqual(line.price_unit, 50.25)
        self.assertFalse(line.lead_id.price_list_message)
        order = self.make_quotation(line)
        self.assertEqual(order.currency_id, self.other)
        self.assertEqual(order.order_line.price_unit, 100.5)

    def test_amounts_of_a_formula(self):
        line = self.make_line(
            compute_price="formula", base="list_price", price_surcharge=10
        )
        self.assertEqual(line.price_unit, 105)

    def test_no_rate(self):
        self.other.rate_ids.unlink()
        line = self.make_line(compute_price="fixed", fixed_price=100)
        self.assertEqual(line.price_unit, 0)
        self.assertIn("XTS", line.lead_id.price_list_message)
        # the quotation is in that currency, and needs none
        order = self.make_quotation(line)
        self.assertEqual(order.currency_id, self.other)
        self.assertEqual(order.order_line.price_unit, 100)
        self.env["res.currency.rate"].create(
            {"currency_id": self.other.id, "rate": 2, "name": "2020-01-01"}
        )
        self.env.invalidate_all()
        self.assertFalse(line.lead_id.price_list_message)
        line.quantity = 2
        self.assertEqual(line.price_unit, 50)

    def test_currency_not_in_use(self):
        """It may have a rate of long ago."""
        self.other.active = False
        line = self.make_line(compute_price="fixed", fixed_price=100)
        self.assertEqual(line.price_unit, 0)
        self.assertIn("XTS", line.lead_id.price_list_message)

    def test_what_needs_no_rate(self):
        self.other.rate_ids.unlink()
        line = self.make_line(compute_price="percentage", percent_price=10)
        self.assertEqual(line.price_unit, 90)
        line = self.make_line()
        self.assertEqual(line.price_unit, 100)

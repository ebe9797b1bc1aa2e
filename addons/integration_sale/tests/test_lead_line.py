from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestLeadLine(SaleCase):
    def test_amounts_are_those_of_a_quotation(self):
        lead = self.make_lead()
        with Form(lead) as form:
            with form.lead_line_ids.new() as line:
                line.product_id = self.product
                line.quantity = 3
                line.discount = 10
            self.assertEqual(form.lines_total, 324.0)
        line = lead.lead_line_ids
        self.assertEqual(line.price_unit, 100.0)
        self.assertEqual(line.tax_ids, self.tax)
        self.assertEqual(line.price_subtotal, 270.0)
        self.assertEqual(lead.lines_untaxed, 270.0)
        self.assertEqual(lead.lines_tax, 54.0)

    def test_sections_have_no_amounts(self):
        lead = self.make_lead(
            lead_line_ids=[
                Command.create({"display_type": "line_section", "name": "Hall"}),
                Command.create({"product_id": self.product.id}),
            ]
        )
        self.assertEqual(lead.lead_line_ids[0].quantity, 0)
        self.assertEqual(lead.lines_untaxed, 100.0)

    def test_agreed_price_stays(self):
        """Whatever becomes of the quantity; but another product has a price of its own."""
        dozen = self.env.ref("uom.product_uom_dozen")
        self.product.uom_ids = dozen
        self.env.user.group_ids += self.env.ref("uom.group_uom")
        lead = self.make_lead()
        with Form(lead) as form:
            with form.lead_line_ids.new() as line:
                line.product_id = self.product
                line.price_unit = 90
                line.quantity = 2
                self.assertEqual(line.price_unit, 90)
        line = lead.lead_line_ids
        line.quantity = 5
        self.assertEqual(line.price_unit, 90)
        with Form(lead) as form, form.lead_line_ids.edit(0) as edited:
            edited.quantity = 7
            edited.product_uom_id = dozen
            self.assertEqual(edited.price_unit, 1080)
        self.assertEqual(line.price_unit, 1080)
        line.product_uom_id = self.product.uom_id
        self.assertEqual(line.price_unit, 90)
        line.product_id = self.product_two
        self.assertEqual(line.price_unit, self.product_two.list_price)
        line.quantity = 1
        self.assertEqual(line.price_unit, self.product_two.list_price)

    def test_price_given_with_its_product_stays(self):
        line = self.make_lead(
            lead_line_ids=[
                Command.create({"product_id": self.product.id, "price_unit": 90})
            ]
        ).lead_line_ids
        line.quantity = 2
        self.assertEqual(line.price_unit, 90)
        line.write({"product_id": self.product_two.id, "price_unit": 7})
        line.quantity = 3
        self.assertEqual(line.price_unit, 7)

    def test_computed_price_follows_the_quantity(self):
        self.partner.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "Breaks",
                "item_ids": [
                    Command.create(
                        {
                            "product_tmpl_id": self.product.product_tmpl_id.id,
                            "applied_on": "1_product",
                            "compute_price": "fixed",
                            "fixed_price": 80,
                            "min_quantity": 10,
                        }
                    )
                ],
            }
        )
        line = self.make_lead([(self.product, 1)]).lead_line_ids
        self.assertEqual(line.price_unit, 100)
        line.quantity = 10
        self.assertEqual(line.price_unit, 80)

    def test_expected_revenue_follows(self):
        lead = self.make_lead([(self.product, 1)], expected_revenue=5)
        self.assertEqual(lead.expected_revenue, 5)
        self.company.expected_revenue_from_lines = True
        lead.lead_line_ids.quantity = 4
        self.assertEqual(lead.expected_revenue, 400)
        with Form(lead) as form, form.lead_line_ids.edit(0) as line:
            line.quantity = 5
        self.assertEqual(lead.expected_revenue, 500)

    def test_won_without_expected_revenue(self):
        """It is worth its lines; what somebody entered stays, and so does that of a deal
        which was quoted."""
        lead = self.make_lead([(self.product, 3), (self.product_two, 1)])
        entered = self.make_lead([(self.product, 3)], expected_revenue=5)
        quoted = self.make_lead([(self.product, 3)])
        self.make_order(quoted, [(self.product_two, 1)])
        leads = lead | entered | quoted
        self.assertEqual(leads.mapped("expected_revenue"), [0, 5, 0])
        leads.action_set_won()
        self.assertEqual(lead.expected_revenue, lead.lines_untaxed)
        self.assertGreater(lead.lines_untaxed, 300)
        self.assertEqual((entered | quoted).mapped("expected_revenue"), [5, 0])

    def test_quotation_takes_lines_over(self):
        lead = self.make_lead([(self.product, 3), (self.product_two, 1)])
        lead.lead_line_ids[0].write({"price_unit": 90, "discount": 5})
        action = lead.action_new_quotation()
        form = Form(self.env["sale.order"].with_context(**action["context"]))
        order = form.save()
        self.assertEqual(order.opportunity_id, lead)
        self.assertEqual(order.order_line.product_id, self.product | self.product_two)
        # nobody here sees discounts on quotation lines: the price has it
        self.assertEqual(order.order_line[0].price_unit, 85.5)
        self.assertEqual(order.order_line[0].discount, 0)
        self.assertEqual(order.amount_total, lead.lines_total)

    def test_quotation_takes_discounts_and_units_over(self):
        for group in ("sale.group_discount_per_so_line", "uom.group_uom"):
            self.env.user.group_ids |= self.env.ref(group)
        dozen = self.env.ref("uom.product_uom_dozen")
        self.product.uom_ids = dozen
        lead = self.make_lead([(self.product, 3)])
        lead.lead_line_ids.write(
            {"product_uom_id": dozen.id, "price_unit": 900, "discount": 5}
        )
        action = lead.action_new_quotation()
        order = Form(self.env["sale.order"].with_context(**action["context"])).save()
        line = order.order_line
        self.assertEqual(
            (line.product_uom_id, line.price_unit, line.discount), (dozen, 900, 5)
        )
        self.assertEqual(order.amount_total, lead.lines_total)

    def test_quotation_takes_lines_over_in_spite_of_a_template(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Default",
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.product_two.id})
                ],
            }
        )
        self.company.sale_order_template_id = template
        lead = self.make_lead([(self.product, 3)])
        action = lead.action_new_quotation()
        order = Form(self.env["sale.order"].with_context(**action["context"])).save()
        self.assertEqual(order.order_line.product_id, self.product)

    def test_quotation_in_another_currency(self):
        other = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [Command.create({"rate": 2.0, "name": "2020-01-01"})],
            }
        )
        self.partner.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Other", "currency_id": other.id}
        )
        lead = self.make_lead([(self.product, 1)])
        lead.lead_line_ids.price_unit = 100
        action = lead.action_new_quotation()
        order = Form(self.env["sale.order"].with_context(**action["context"])).save()
        self.assertEqual(order.currency_id, other)
        self.assertEqual(order.order_line.price_unit, 200)

    def test_merged_opportunities_keep_their_lines(self):
        leads = self.make_lead([(self.product, 1)]) | self.make_lead(
            [(self.product_two, 1)]
        )
        merged = leads.merge_opportunity()
        self.assertEqual(
            merged.lead_line_ids.product_id, self.product | self.product_two
        )

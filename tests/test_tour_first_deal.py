from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_tour_deal import DealCase


@tagged("-at_install", "post_install")
class TestTourFirstDeal(DealCase):
    """Who has never seen it gets a taxed deal into an ERP, in the browser alone: README's
    five steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env,
            "ada",
            "base.group_user,sales_team.group_sale_manager,"
            "integration_hub.group_integration_administrator",
            name="Ada Administrator",
            email="ada@example.com",
            lang="en_US",
        )
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "BTW 21 %",
                "amount": 21,
                "type_tax_use": "sale",
                "price_include_override": "tax_excluded",
            }
        )
        cls.env["product.product"].search(
            [("default_code", "=", "PUMP-200")]
        ).default_code = False
        cls.product = cls.env["product.product"].create(
            {
                "name": "First Pump",
                "default_code": "PUMP-200",
                "list_price": 100,
                "taxes_id": [Command.set(cls.tax.ids)],
            }
        )

    def get_from_nothing_to_an_order(self, kind, label, is_tax_asked):
        lead = self.make_lead(self.product)
        lead.write(
            {
                "name": "First Deal",
                "user_id": self.env["res.users"].search([("login", "=", "ada")]).id,
            }
        )
        lead.lead_line_ids.tax_ids = self.tax
        data = {
            "label": label,
            "fields": self.get_values(kind),
            "isTaxAsked": is_tax_asked,
        }
        with self.lanes():
            self.start_tour_with(
                "/odoo/integrations",
                "crm_integration_suite_first_deal",
                data,
                login="ada",
                timeout=240,
            )
        [erp_order] = lead.erp_order_ids
        self.assertTrue(erp_order.remote_number)
        self.assertEqual((erp_order.amount_total, erp_order.amount_tax), (242, 42))

    def test_odoo(self):
        self.get_from_nothing_to_an_order("odoo", "Odoo", is_tax_asked=True)

    def test_tryton(self):
        """It has one tax of this rate: nobody is asked."""
        self.get_from_nothing_to_an_order("tryton", "Tryton", is_tax_asked=False)

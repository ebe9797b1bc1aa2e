"""Forms of Odoo's own documents, opened by people who have no right to integrations."""

from lxml import etree

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestFormsOfOthers(TransactionCase):
    """All addons add to these forms: whoever could open them before still can."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["integration.connector"].create(
            {"name": "ERP", "system_type": "odoo", "url": "http://127.0.0.1:9"}
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Brown Ltd", "is_company": True}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Chair", "type": "consu", "list_price": 10}
        )
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Chairs", "type": "opportunity", "partner_id": cls.partner.id}
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "opportunity_id": cls.lead.id,
                "order_line": [Command.create({"product_id": cls.product.id})],
            }
        )
        cls.env["integration.erp.order"].create(
            {
                "connector_id": cls.connector.id,
                "key": "K1",
                "remote_id": "1",
                "remote_number": "S1",
                "lead_id": cls.lead.id,
                "sale_order_ids": cls.order.ids,
                "state": "confirmed",
            }
        )
        cls.lead.action_set_won()
        cls.order.action_confirm()
        (cls.lead | cls.order.opportunity_id)._update_integration_status()

    def open_form(self, record, user):
        """What a browser reads when this person opens the form."""
        record = record.with_user(user)
        self.env.flush_all()
        self.env.invalidate_all()
        arch = etree.fromstring(record.get_view(view_type="form")["arch"])
        # lists within the form have fields of their own, of which Odoo itself lets some
        # people read less
        names = [
            field.get("name")
            for field in arch.iter("field")
            if not any(above.tag == "field" for above in field.iterancestors())
        ]
        [values] = record.web_read({name: {} for name in names})
        return values

    def test_forms(self):
        self.assertNotEqual(self.order.integration_status, "none")
        for group, records in (
            ("account.group_account_invoice", (self.order, self.partner, self.product)),
            # Odoo itself does not let them read an order's invoices
            ("stock.group_stock_user", (self.partner, self.product)),
            ("base.group_user", (self.partner, self.product)),
            ("sales_team.group_sale_salesman_all_leads", (self.order, self.lead)),
            (
                "integration_hub.group_integration_manager,base.group_user",
                (self.partner, self.product),
            ),
        ):
            user = new_test_user(self.env, f"u-{group}".replace(",", "-"), group)
            for record in records:
                with self.subTest(group=group, form=record._name):
                    values = self.open_form(record, user)
                    self.assertEqual(values["id"], record.id)

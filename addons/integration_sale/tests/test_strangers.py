from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import SaleCase

TOLD_INSIDE = (
    "integration_message",
    "integration_fix",
    "integration_asked",
    "integration_check",
    "won_obstacle",
)


@tagged("post_install", "-at_install")
class TestStrangers(SaleCase):
    """Who may read a part of a deal, and not what stands behind it."""

    def test_customer_on_the_portal(self):
        customer = new_test_user(self.env, "carl", "base.group_portal")
        customer.partner_id.parent_id = self.partner
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        order._write_quietly({"integration_message": "Overdue in the ERP"})
        own = order.with_user(customer)
        self.assertTrue(own.read(["name"]), "their own order")
        for name in TOLD_INSIDE:
            with self.subTest(name), self.assertRaises(AccessError):
                own.read([name])
        with self.assertRaises(AccessError):
            own.search([("integration_message", "!=", False)])
        self.assertTrue(order.with_user(self.salesperson).read(TOLD_INSIDE))

    def make_hidden_order(self):
        """Of a colleague of the salesperson, who sees their own documents alone."""
        leader = new_test_user(
            self.env, "lea", "sales_team.group_sale_salesman_all_leads"
        )
        lead = self.make_lead([(self.product, 1)], user_id=leader.id)
        return self.make_order(lead)

    def test_dialogs_show_no_more_than_may_be_read(self):
        order = self.make_hidden_order()
        dialogs = self.env["integration.choose.quotation"].with_user(self.salesperson)
        for lead in (self.make_lead(), order.opportunity_id):
            with self.subTest(lead=lead), self.assertRaises(AccessError):
                dialogs.create(
                    {
                        "lead_id": lead.id,
                        "line_ids": [(0, 0, {"sale_order_id": order.id})],
                    }
                )
        check = (
            self.env["integration.won.check"]
            .with_user(self.salesperson)
            .create({"lead_id": order.opportunity_id.id})
        )
        for name in ("integration_check", "is_clear"):
            with self.subTest(name), self.assertRaises(AccessError):
                check.read([name])

    def test_quotation_of_a_colleague(self):
        """Whose deal it is chooses among all of them."""
        hidden = self.make_hidden_order()
        lead = self.make_lead()
        self.make_order(lead)
        hidden.opportunity_id = lead
        own = lead.with_user(self.salesperson)
        self.env.invalidate_all()
        action = own.action_set_won_rainbowman()
        self.assertEqual(action["res_model"], "integration.choose.quotation")
        self.env.flush_all()
        self.env.invalidate_all()
        dialog = own.env[action["res_model"]].browse(action["res_id"])
        values = dialog.line_ids.read(["amount_total", "user_id", "state"])
        self.assertEqual(len(values), 2)
        line = dialog.line_ids.filtered(lambda line: line.sale_order_id == hidden)
        line.action_choose()
        self.assertEqual(own.won_status, "won")
        self.assertEqual(lead.erp_quotation_id, hidden)

    def test_dialogs_are_of_those_who_opened_them(self):
        lead = self.make_lead()
        self.make_order(lead)
        self.make_order(lead)
        action = self.env["integration.choose.quotation"]._open(
            lead.with_user(self.salesperson).sudo(False)
        )
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaises(AccessError):
            dialog.with_user(self.salesperson).read(["line_ids"])
        own = self.env[action["res_model"]].with_user(self.salesperson)
        own = own.browse(own._open(lead.with_user(self.salesperson))["res_id"])
        self.assertEqual(len(own.line_ids), 2)
        self.assertEqual(own.line_ids.mapped("state"), ["draft"] * 2)

    def test_manager_without_sales(self):
        """Who looks after queue and links need not work with deals."""
        manager = new_test_user(
            self.env, "ingo", "integration_hub.group_integration_manager"
        )
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        links = self.env["integration.external.id"].search(
            [("connector_id", "=", self.connector.id), ("res_model", "=", "crm.lead")]
        )
        self.assertEqual(
            links.with_user(manager).mapped("record_name"), [lead.display_name]
        )
        values = self.env["integration.value.mapping"].with_user(manager)
        self.assertTrue(values.search([("local_name", "=", self.tax.name)]))
        for name in ("Blue North", "Blue South"):
            self.erp.add_party(name, vat="BE0403019261")
        blue = self.partner.create(
            {"name": "Blue", "is_company": True, "vat": "BE0403019261"}
        )
        self.push(self.make_lead([(self.product, 1)], partner_id=blue.id))
        self.env.flush_all()
        problem = (
            self.env["integration.problem"]
            .with_user(manager)
            .search([("kind", "=", "ambiguous_match")])
        )
        action = problem.action_fix()
        self.assertEqual(action["res_model"], "integration.choose.candidate")
        dialog = self.env[action["res_model"]].with_user(manager)
        self.assertEqual(len(dialog.browse(action["res_id"]).line_ids), 2)

    def test_contact_of_another_company(self):
        """No customer of this one: the deal gets one of its own."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.partner.create(
            {"name": "Grey", "email": "grey@example.com", "company_id": other.id}
        )
        lead = self.make_lead(
            [(self.product, 1)],
            partner_id=False,
            partner_name="Grey & Co",
            email_from="grey@example.com",
        )
        self.push(lead)
        self.assertTrue(lead.partner_id)
        self.assertNotEqual(lead.partner_id, theirs)
        self.assertEqual(lead.integration_status, "in_erp")

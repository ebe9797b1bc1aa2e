from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import SaleCase
from .fake_erp import make_invoice, make_shipment


@tagged("post_install", "-at_install")
class TestRights(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = new_test_user(
            cls.env, "bert", "sales_team.group_sale_salesman", name="Bert"
        )
        cls.leader = new_test_user(
            cls.env, "lea", "sales_team.group_sale_salesman_all_leads", name="Lea"
        )

    def make_documents(self):
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        remote = self.get_remote_order(lead)
        remote.update(
            invoices=[make_invoice("1", 120)],
            shipments=[make_shipment("1")],
            version=int(self.erp.new_id()),
        )
        self.pull()
        order = lead.erp_order_ids
        return lead, (order, order.invoice_ids, order.shipment_ids)

    def test_own_documents_only(self):
        _lead, documents = self.make_documents()
        for document in documents:
            self.assertTrue(document)
            for user, is_allowed in (
                (self.salesperson, True),
                (self.colleague, False),
                (self.leader, True),
                (self.steward, True),
            ):
                with self.subTest(document=document._name, user=user.name):
                    found = (
                        self.env[document._name]
                        .with_user(user)
                        .search([("id", "in", document.ids)])
                    )
                    self.assertEqual(bool(found), is_allowed)
            with self.assertRaises(AccessError):
                document.with_user(self.salesperson).write({"remote_number": "x"})

    def test_other_company(self):
        _lead, documents = self.make_documents()
        company = self.env["res.company"].create({"name": "Other"})
        self.leader.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        for document in documents:
            self.assertFalse(self.env[document._name].with_user(self.leader).search([]))

    def test_forms_of_a_salesperson(self):
        lead, documents = self.make_documents()
        Form(lead.with_user(self.salesperson))
        for document in documents:
            Form(document.with_user(self.salesperson))
        own = lead.with_user(self.salesperson)
        for action in (
            own.action_view_erp_orders(),
            own.action_view_erp_invoices(),
            own.action_view_erp_shipments(),
        ):
            self.assertTrue(action["res_id"])

    def test_salesperson_wins_with_a_quotation_of_another(self):
        """What counts is the opportunity: the quotation of a colleague goes along."""
        lead = self.make_lead()
        order = self.make_order(lead)
        order.user_id = self.colleague
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        self.assertEqual(lead.with_user(self.salesperson).integration_status, "in_erp")

    def test_queue_is_not_for_salespeople(self):
        for model in (
            "integration.job",
            "integration.connector",
            "integration.external.id",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.salesperson).search([])

    def test_colleague_can_not_act_on_a_deal(self):
        self.erp.surcharge = 5
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        with self.assertRaises(AccessError):
            lead.erp_order_ids.with_user(self.colleague).action_accept_difference()
        with self.assertRaises(AccessError):
            lead.with_user(self.colleague).action_fix_integration()

    def test_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            form.use_opportunity_lines = False
        form.record.execute()
        self.assertFalse(self.company.use_opportunity_lines)
        self.assertFalse(self.make_lead().show_lead_lines)

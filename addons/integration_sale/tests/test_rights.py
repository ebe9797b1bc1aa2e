from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
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
        # without its deal, the order itself is all there is to go by
        documents[0].lead_id = False
        order = documents[0].with_user(self.leader)
        for action in (order.action_accept_difference, order.action_send_again):
            self.assertRaises(AccessError, action)

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

    def read_form(self, record, user):
        """What a browser reads when this person opens the form."""
        record = record.with_user(user)
        self.env.invalidate_all()
        arch = etree.fromstring(record.get_view(view_type="form")["arch"])
        # fields of lists within the form come with those
        names = [
            node.get("name")
            for node in arch.iter("field")
            if not any(above.tag == "field" for above in node.iterancestors())
        ]
        [values] = record.web_read({name: {} for name in names})
        return values

    def test_who_bills_opens_orders_that_went_to_the_erp(self):
        """They read orders, but have no right to what stands in the ERP."""
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        self.assertTrue(order.erp_order_ids)
        biller = new_test_user(
            self.env, "bill", "account.group_account_invoice", name="Bill"
        )
        values = self.read_form(order, biller)
        self.assertEqual(values["integration_status"], "in_erp")
        self.assertNotIn("integration_passport", values)
        self.assertNotIn("erp_order_count", values)
        # asked for all the same, such as by an export
        own = order.with_user(biller)
        self.assertFalse(own.integration_passport)
        self.assertEqual(own.erp_order_count, 0)
        self.assertTrue(self.read_form(order, self.salesperson)["integration_passport"])

    def test_who_reads_opportunities_without_sales(self):
        """A right on opportunities alone, as other apps may give it."""
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        reader = new_test_user(self.env, "rita", "base.group_user", name="Rita")
        reader.group_ids = self.env["res.groups"].create(
            {
                "name": "Opportunities",
                "implied_ids": [Command.link(self.env.ref("base.group_user").id)],
                "model_access": [
                    Command.create(
                        {
                            "name": model,
                            "model_id": self.env["ir.model"]._get_id(model),
                            "perm_read": True,
                        }
                    )
                    for model in ("crm.lead", "sale.order")
                ],
            }
        )
        own = lead.with_user(reader)
        self.assertEqual(own.integration_status, "in_erp")
        self.assertFalse(own.integration_passport)
        self.assertEqual(own.erp_order_count, 0)
        self.assertFalse(own.action_view_erp_orders()["domain"][0][2])

    def test_passport_on_a_colleagues_opportunity(self):
        """The order is one's own, the opportunity is not."""
        lead = self.make_lead()
        order = self.make_order(lead)
        order.user_id = self.colleague
        order.action_confirm()
        self.push(lead)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            lead.with_user(self.colleague).read(["name"])
        passport = order.with_user(self.colleague).integration_passport
        [track] = passport["tracks"]
        self.assertEqual(track["title"], lead.erp_order_ids.remote_number)

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

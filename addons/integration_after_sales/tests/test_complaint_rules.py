from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintRules(ComplaintCase):
    """Who sees and does what, before anything goes out."""

    def test_own_ones(self):
        complaint = self.make_complaint()
        Complaint = self.Complaint.with_user(self.bert)
        self.assertFalse(Complaint.search([("id", "=", complaint.id)]))
        with self.assertRaises(AccessError):
            complaint.with_user(self.bert).read(["subject"])
        chief = new_test_user(
            self.env, "chief", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertTrue(
            self.Complaint.with_user(chief).search([("id", "=", complaint.id)])
        )
        # of his own deal, whoever has taken it down
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.partner.id, "user_id": self.bert.id}
        )
        complaint.sudo().lead_id = lead
        self.assertTrue(Complaint.search([("id", "=", complaint.id)]))

    def test_other_companies(self):
        complaint = self.make_complaint()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            "sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.assertFalse(
            self.Complaint.with_user(stranger).search([("id", "=", complaint.id)])
        )

    def test_salesperson_reads_no_connector(self):
        complaint = self.make_sent()
        with self.assertRaises(AccessError):
            complaint.connector_id.read(["url"])
        self.assertEqual(complaint.erp_name, "ERP North")
        view = self.Complaint.with_user(self.anna).get_view(view_type="form")
        self.assertNotIn("connector_id", view["arch"])

    def test_steps_are_not_written_by_hand(self):
        complaint = self.make_sent()
        step = complaint.step_ids[:1]
        self.assertEqual(step.name, "Received")
        with self.assertRaises(AccessError):
            step.name = "Done"

    def test_from_order_and_deal(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.anna.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.env["product.product"]
                            .create({"name": "Pump"})
                            .id
                        },
                    )
                ],
            }
        )
        for record in (order, self.partner):
            action = record.with_user(self.anna).action_view_complaints()
            defaults = {**action["context"], "default_subject": "Leaks"}
            form = Form(self.Complaint.with_user(self.anna).with_context(**defaults))
            complaint = form.save()
            self.assertEqual(complaint.partner_id, self.partner)
        self.assertEqual(self.partner.complaint_count, 2)
        self.assertEqual(order.complaint_count, 1)
        complaint = self.Complaint.search([("sale_order_id", "=", order.id)])
        self.assertEqual(complaint.product_id, order.order_line.product_id)

    def test_order_of_somebody_else(self):
        other = self.env["res.partner"].create({"name": "Other"})
        order = self.env["sale.order"].create(
            {"partner_id": other.id, "user_id": self.anna.id}
        )
        with self.assertRaises(ValidationError):
            self.make_complaint(sale_order_id=order.id)

    def test_which_erp(self):
        south = self.make_connector("ERP South")
        complaint = self.make_complaint()
        self.assertEqual(
            complaint.sudo().connector_id, self.connector, "it has the customer"
        )
        self.link(self.partner, "P9", connector=south)
        unsure = self.make_complaint()
        self.assertFalse(unsure.sudo().connector_id)
        self.assertTrue(unsure.has_erp_choice)
        with self.assertRaisesRegex(UserError, "Choose the ERP"):
            unsure.action_send()
        unsure.erp_choice = str(south.id)
        unsure.action_send()
        self.run_lane()
        self.assertEqual(unsure.erp_name, "ERP South")
        self.assertEqual(unsure.sync_state, "sent")
        # the order decides before the customer does
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.partner.id, "user_id": self.anna.id}
        )
        self.link(lead, "O1", "order", south)
        sold = self.make_complaint(lead_id=lead.id)
        self.assertEqual(sold.sudo().connector_id, south)

    def test_no_erp(self):
        self.connector.action_archive()
        complaint = self.make_complaint()
        with self.assertRaisesRegex(UserError, "No connector takes complaints"):
            complaint.action_send()

    def test_draft_is_not_sent(self):
        complaint = self.make_complaint()
        complaint.description = "More of it"
        self.assertFalse(self.get_jobs())
        complaint.action_withdraw()
        self.assertEqual(complaint.state, "cancelled")
        complaint.action_back_to_draft()
        self.assertEqual(complaint.state, "draft")
        complaint.unlink()

    def test_users_without_the_right_see_nothing_and_no_error(self):
        clerk = new_test_user(
            self.env, "carl", "base.group_user,base.group_partner_manager"
        )
        view = self.env["res.partner"].with_user(clerk).get_view(view_type="form")
        self.assertNotIn("complaint", view["arch"])

    def test_integration_users_without_sales(self):
        """An accountant sees what is sent, but no complaints: contacts open as before."""
        for name, group in (("buchhalter", "user"), ("steward", "manager")):
            user = new_test_user(
                self.env,
                name,
                f"base.group_partner_manager,integration_hub.group_integration_{group}",
            )
            partner = self.partner.with_user(user)
            arch = partner.get_view(view_type="form")["arch"]
            self.assertEqual("complaint" in arch, group == "manager")
            Form(partner)
            self.assertEqual(
                "complaint_count" in partner.fields_get(), group == "manager"
            )

    def test_written_down_before_there_was_an_erp(self):
        self.connector.action_archive()
        complaint = self.make_complaint()
        self.assertFalse(complaint.sudo().connector_id)
        self.connector.action_unarchive()
        self.connector.state = "running"
        complaint.action_send()
        self.assertEqual(complaint.sudo().connector_id, self.connector)

    def test_flow_switched_off(self):
        complaint = self.make_sent()
        draft = self.make_complaint()
        self.push_flow.active = False
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "No connector takes complaints"):
            draft.action_send()
        for action in ("action_send", "action_withdraw"):
            with self.assertRaisesRegex(UserError, "no longer go to ERP North"):
                getattr(complaint, action)()

    def test_erp_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self.make_connector("ERP South", company_id=company.id)
        self.anna.company_ids |= company
        complaint = self.make_complaint().with_context(
            allowed_company_ids=(self.env.company | company).ids
        )
        with self.assertRaisesRegex(UserError, "takes no complaints of"):
            complaint.erp_choice = str(theirs.id)
        self.assertEqual(complaint.sudo().connector_id, self.connector)

    def test_customer_who_follows_is_not_told(self):
        self.partner.email = "brown@example.com"
        complaint = self.make_sent()
        complaint.message_subscribe(self.partner.ids)
        complaint.message_subscribe(self.bert.partner_id.ids)
        complaint = self.Complaint.browse(complaint.id)
        complaint._tell("They write: a difficult customer.")
        message = complaint.message_ids[0]
        self.assertNotIn(self.partner, message.notified_partner_ids)
        self.assertIn(self.bert.partner_id, message.notified_partner_ids)
        self.assertIn(self.anna.partner_id, message.notified_partner_ids)

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedback(FeedbackCase):
    """What is gathered, and what becomes of a lost deal."""

    def get_lost(self, lead):
        return self.Feedback.search([("lead_id", "=", lead.id), ("kind", "=", "lost")])

    def test_lost_deal(self):
        lead = self.make_lead((self.pump, 2), (self.valve, 3))
        self.lose(lead)
        rows = self.get_lost(lead)
        self.assertEqual(
            {row.product_id: row.lost_value for row in rows},
            {self.pump: 200.0, self.valve: 30.0},
        )
        self.assertEqual(rows.lost_reason_id, self.reason)
        self.assertEqual(rows.competitor_id, self.rival)
        self.assertEqual(lead.competitor_id, self.rival)
        self.assertFalse(lead.feedback_ids, "the tab shows what people wrote")
        # corrected later
        other = self.env["crm.lost.reason"].create({"name": "Too late"})
        lead.lost_reason_id = other
        self.assertEqual(rows.lost_reason_id, other)
        # opened again
        lead.action_unarchive()
        self.assertFalse(self.get_lost(lead))

    def test_lost_twice_is_one(self):
        lead = self.make_lead((self.pump, 1))
        self.lose(lead)
        lead.action_unarchive()
        self.lose(lead)
        self.assertEqual(len(self.get_lost(lead)), 1)

    def test_lost_in_another_currency(self):
        dollar = self.env.ref("base.USD")
        euro = self.env.ref("base.EUR")
        currency = euro if self.env.company.currency_id == dollar else dollar
        currency.active = True
        currency.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": "2020-01-01",
                "rate": 2.0,
                "company_id": self.env.company.id,
            }
        )
        lead = self.make_lead((self.pump, 1))
        pricelist = self.env["product.pricelist"].create(
            {"name": "Other", "currency_id": currency.id}
        )
        order = lead.order_ids
        order.pricelist_id = pricelist
        order.order_line.price_unit = 100
        self.lose(lead)
        self.assertEqual(self.get_lost(lead).lost_value, 50)
        self.assertEqual(self.get_lost(lead).currency_id, self.env.company.currency_id)

    def test_lost_without_products(self):
        lead = self.make_lead()
        self.lose(lead)
        self.assertFalse(self.get_lost(lead))
        self.assertEqual(lead.competitor_id, self.rival)

    def test_last_quotation_counts(self):
        lead = self.make_lead((self.pump, 2))
        order = lead.order_ids.copy({"opportunity_id": lead.id})
        order.order_line.product_uom_qty = 5
        self.lose(lead)
        self.assertEqual(self.get_lost(lead).lost_value, 500)

    def test_on_the_form(self):
        lead = self.make_lead((self.pump, 1))
        with Form(lead.with_user(self.anna)) as form:
            with form.feedback_ids.new() as line:
                self.assertEqual(line.product_id, self.pump, "the deal's only product")
                line.kind = "price"
                line.text = "Too dear"
        self.assertEqual(lead.feedback_ids.user_id, self.anna)
        self.assertEqual(self.pump.feedback_count, 1)
        self.assertEqual(self.pump.product_tmpl_id.feedback_count, 1)

    def test_own_ones(self):
        feedback = self.say()
        with self.assertRaises(AccessError):
            feedback.with_user(self.bert).read(["text"])
        chief = new_test_user(
            self.env, "chief", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertEqual(feedback.with_user(chief).text, "Quieter, please")
        # but a deal of others may be lost by whoever may write to it
        self.assertFalse(self.Feedback.with_user(self.bert).search([]) & feedback)

    def test_company_of_the_deal(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= company
        lead = self.make_lead(user_id=False, team_id=False, company_id=company.id)
        feedback = self.Feedback.create(
            {"product_id": self.pump.id, "lead_id": lead.id, "text": "x"}
        )
        self.assertEqual(feedback.company_id, company)
        self.assertEqual(feedback.lost_value, 0)
        texts = self.pump._prepare_feedback_summaries(self.env.company)
        self.assertFalse(texts[self.pump.id], "of the other company alone")

    def test_deal_of_no_company(self):
        """It is of the company that has quoted it, whoever marks it lost."""
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= company
        lead = self.make_lead(team_id=False)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": company.id,
                "order_line": [
                    (0, 0, {"product_id": self.pump.id, "price_unit": 7, "tax_ids": []})
                ],
            }
        )
        lead.company_id = False
        order.opportunity_id = lead
        feedback = self.Feedback.create(
            {"product_id": self.pump.id, "lead_id": lead.id, "company_id": False}
        )
        self.assertEqual(feedback.company_id, self.env.company)
        self.lose(lead)
        self.assertEqual(self.get_lost(lead).company_id, company)
        self.assertEqual(self.get_lost(lead).lost_value, 7)

    def test_archived_row_of_a_lost_deal(self):
        lead = self.make_lead((self.pump, 1))
        self.lose(lead)
        self.get_lost(lead).action_archive()
        lead.action_unarchive()
        self.lose(lead)
        self.assertEqual(len(self.get_lost(lead)), 1)

    def test_many_lost_at_once(self):
        leads = self.make_lead((self.pump, 1)) | self.make_lead((self.pump, 2))
        for lead in leads:
            self.lose(lead)
        other = self.env["crm.lost.reason"].create({"name": "Too late"})
        writes = []
        write = type(self.Feedback).write

        def count(records, vals):
            writes.append(len(records))
            return write(records, vals)

        self.patch(type(self.Feedback), "write", count)
        leads.lost_reason_id = other
        self.assertEqual(writes, [2])

    def test_lost_is_not_noted_by_hand(self):
        with self.assertRaisesRegex(UserError, "noted by themselves"):
            self.say(kind="lost")
        feedback = self.say()
        with self.assertRaisesRegex(UserError, "noted by themselves"):
            feedback.kind = "lost"

    def test_integration_users_without_sales(self):
        """An accountant sees what is sent, but no feedback: products open as before."""
        clerk = new_test_user(
            self.env,
            "buchhalter",
            "base.group_user,integration_hub.group_integration_user",
        )
        template = self.pump.product_tmpl_id.with_user(clerk)
        self.assertNotIn("feedback", template.get_view(view_type="form")["arch"])
        Form(template)
        self.assertNotIn("feedback_count", template.fields_get())
        self.assertTrue(self.rival.with_user(clerk).read())

    def test_merged_deals(self):
        first, second = self.make_lead(), self.make_lead()
        feedback = self.say(lead_id=first.id) | self.say(lead_id=second.id)
        feedback[1].active = False
        (first | second).merge_opportunity()
        self.assertEqual(len(feedback.exists()), 2, "archived ones move along")
        self.assertEqual(feedback.lead_id, (first | second).exists())

    def test_users_without_the_right(self):
        clerk = new_test_user(self.env, "carl", "base.group_user")
        view = self.env["product.template"].with_user(clerk).get_view(view_type="form")
        self.assertNotIn("feedback", view["arch"])
        with self.assertRaises(AccessError):
            self.Feedback.with_user(clerk).search([])

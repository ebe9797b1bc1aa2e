import json

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestReplayOrder(SaleCase):
    def setUp(self):
        super().setUp()
        self.lead = self.make_lead([(self.product, 2)])

    def open_replay(self, job):
        action = job.with_user(self.steward).action_replay()
        return (
            self.env["integration.replay"]
            .with_user(self.steward)
            .browse(action["res_id"])
        )

    def test_never_made_twice(self):
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        for mode in ("today", "sent"):
            wizard = self.open_replay(job)
            self.assertEqual(wizard.outcome, "same")
            wizard.mode = mode
            wizard.action_replay()
            self.run_lane()
            self.assertEqual(len(self.erp.orders), 1)
            self.assertEqual(self.lead.integration_status, "in_erp")
        jobs = self.get_jobs(self.lead)
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)

    def test_difference_by_mapping_and_by_value(self):
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        ).remote_id = "P-OTHER"
        self.lead.lead_line_ids.quantity = 5
        self.commit()
        html = self.open_replay(job).difference_html
        for text in ("P-CHAIR", "P-OTHER", "Quantity", "› Product<"):
            self.assertIn(text, html)

    def test_order_that_is_gone_there_is_made_as_it_was(self):
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        self.erp.orders.clear()
        self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        ).remote_id = "P-OTHER"
        wizard = self.open_replay(job)
        wizard.mode = "sent"
        wizard.action_replay()
        self.run_lane()
        [order] = self.erp.orders.values()
        self.assertEqual(order["request"]["lines"][0]["product_id"], "P-CHAIR")

    def test_lost_deal_gets_no_order_by_a_replay(self):
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        self.erp.orders.clear()
        self.lead.stage_id = self.env["crm.stage"].search(
            [("is_won", "=", False)], limit=1
        )
        self.commit()
        wizard = self.open_replay(job)
        wizard.mode = "sent"
        wizard.action_replay()
        self.run_lane()
        self.assertFalse(self.erp.orders)

    def test_what_would_stop_today_is_said(self):
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        ).unlink()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "stopped")
        self.assertIn("Chair", wizard.message)

    def test_corrected_by_hand(self):
        administrator = new_test_user(
            self.env,
            "olga",
            "integration_hub.group_integration_administrator,"
            "sales_team.group_sale_salesman_all_leads",
        )
        order = self.make_order(self.lead, note="refuse")
        order.action_confirm()
        self.push(self.lead)
        [job] = self.get_jobs(self.lead)
        self.assertEqual(job.state, "failed")
        action = job.with_user(administrator).action_correct()
        wizard = (
            self.env["integration.correct.request"]
            .with_user(administrator)
            .browse(action["res_id"])
        )
        request = json.loads(wizard.request_text)
        self.assertEqual(request["order"]["note"], "refuse")
        wrong = json.loads(wizard.request_text)
        wrong["order"]["lines"][0]["quantity"] = "two"
        wizard.write({"request_text": json.dumps(wrong), "reason": "Try"})
        with self.assertRaisesRegex(ValidationError, "must be a number"):
            wizard.action_send()
        wrong = json.loads(wizard.request_text)
        wrong["order"]["key"] = "CRM-other"
        wizard.request_text = json.dumps(wrong)
        with self.assertRaisesRegex(ValidationError, "must stay"):
            wizard.action_send()
        request["order"]["note"] = "please"
        wizard.write({"request_text": json.dumps(request), "reason": "Word it better"})
        wizard.action_send()
        self.assertEqual(self.lead.integration_status, "waiting")
        self.run_lane()
        [made] = self.erp.orders.values()
        self.assertEqual(made["request"]["note"], "please")
        self.assertEqual(self.lead.integration_status, "in_erp")
        note = self.lead.message_ids.filtered(lambda m: "Word it better" in m.body)
        self.assertEqual(note.author_id, administrator.partner_id)

from odoo.exceptions import AccessError

from odoo.addons.integration_hub.client import ValidationError

from .common import SaleCase


class TestTimeline(SaleCase):
    def get_entries(self, document):
        action = document.with_user(self.steward).action_view_timeline()
        self.env.flush_all()
        return (
            self.env["integration.timeline"]
            .with_user(self.steward)
            .search(action["domain"])
        )

    def test_sent_and_received(self):
        lead = self.make_lead([(self.product, 2)])
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        remote = self.get_remote_order(lead)
        self.pull()
        remote["delivery_state"] = "shipped"
        self.pull()
        for document in (lead, order, self.partner):
            entries = self.get_entries(document)
            self.assertEqual(
                entries.mapped("direction"),
                ["in", "in", "out", "out"],
                document._name,
            )
        last, first = self.get_entries(lead)[:2]
        self.assertIn("delivery_state", last.diff_html)
        self.assertIn("shipped", last.diff_html)
        self.assertNotIn("total_untaxed", last.diff_html, "only what is different")
        self.assertIn("total_untaxed", first.diff_html, "the first time all is new")
        self.assertTrue(last.job_id, "the reading it came with")
        self.assertEqual(
            last.action_view_exchanges()["domain"], [("batch", "=", last.job_id.batch)]
        )

    def test_sent_again(self):
        self.erp.faults["order_create"].append(ValidationError("No."))
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        entries = self.get_entries(lead).filtered(lambda entry: entry.res_id == lead.id)
        [entry] = entries.filtered(lambda entry: entry.res_model == "crm.lead")
        self.assertEqual(entry.state, "failed")
        self.assertEqual(entry.error_message, "No.")

    def test_managers_only(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        action = lead.with_user(self.salesperson).action_view_timeline()
        with self.assertRaises(AccessError):
            self.env["integration.timeline"].with_user(self.salesperson).search(
                action["domain"]
            )

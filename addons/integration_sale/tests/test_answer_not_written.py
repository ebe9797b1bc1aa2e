"""Deals that people change while what came back could not be written down here."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .after_won_case import AfterWonCase


@tagged("post_install", "-at_install")
class TestAnswerNotWritten(AfterWonCase):
    def fail_to_write(self, handler, method, action):
        """Something here, an addon of somebody's, breaks while ``action`` is done."""

        def fail(*_args):
            raise ValueError("Not here.")

        with (
            patch.object(self.registry[f"integration.handler.{handler}"], method, fail),
            mute_logger("odoo.addons.integration_hub.models.job_batch"),
        ):
            action()

    def make_unwritten(self):
        """The order is made; nobody here knows its number."""
        lead = self.make_lead([(self.product, 2)])
        self.fail_to_write("sale_order_push", "_bind_orders", lambda: self.push(lead))
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_jobs(lead).state, "failed")
        self.assertFalse(lead.erp_order_ids)
        return lead

    def test_changed_since(self):
        lead = self.make_unwritten()
        lead.lead_line_ids.quantity = 5
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "5"})
        self.assertEqual(lead.erp_order_ids.difference_state, "none")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_changed_since_to_the_same_total(self):
        lead = self.make_unwritten()
        other = self.make_product("Stool", "STOOL", 100.0)
        lead.lead_line_ids.product_id = other
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-STOOL": "2"})

    def test_reopened_since(self):
        lead = self.make_unwritten()
        self.change_flow.reopen_policy = "ask"
        self.reopen(lead)
        self.get_jobs(lead).action_retry()
        self.run_lane()
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertIn(lead.erp_order_ids.remote_number, lead.integration_message)

    def test_change_that_is_not_written(self):
        lead, order = self.make_sent()
        order.order_line.product_uom_qty = 7
        self.fail_to_write("sale_change_push", "_log", self.run_lane)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        self.assertEqual(lead.integration_status, "attention")
        order.order_line.product_uom_qty = 4
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "4"})
        self.assertEqual(lead.erp_order_ids.amount_total, order.amount_total)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_cancellation_that_is_not_written(self):
        lead, _order = self.make_sent()
        self.fail_to_write("sale_change_push", "_log", lambda: self.lose(lead))
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.get_jobs(lead).action_retry()
        lead.action_unarchive()
        self.push(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

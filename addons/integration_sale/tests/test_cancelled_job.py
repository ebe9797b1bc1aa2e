"""A manager cancels the job of an order that may be in the ERP already."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import OutcomeUnknownError
from odoo.addons.integration_hub.models import integration_lane

from .common import SaleCase
from .fake_erp import FakeClient


class LostOrderCase(SaleCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.open_stage = self.env["crm.stage"].search(
            [("is_won", "=", False)], limit=1
        )

    def make_lost(self, is_made=True, lines=None, **values):
        """:return: the deal and the job that is to find out"""
        lost = OutcomeUnknownError("The answer was lost.")
        self.erp.faults["order_create"] = [(lambda: lost) if is_made else lost]
        lead = self.make_lead([(self.product, 2)], **values)
        self.push(lead)
        job = self.get_jobs(lead)
        self.assertEqual((job.state, len(self.erp.orders)), ("retrying", int(is_made)))
        return lead, job

    def reopen(self, lead):
        lead.stage_id = self.open_stage
        self.commit()

    def settle(self, job):
        """Whatever was lost has ended by now."""
        job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
        job._arm()
        self.run_lane()


@tagged("post_install", "-at_install")
class TestCancelledJob(LostOrderCase):
    def test_order_that_is_there_is_known_here(self):
        lead, job = self.make_lost()
        job.with_user(self.steward).action_cancel()
        self.run_lane()
        self.assertEqual(job.state, "done")
        order = lead.erp_order_ids
        self.assertEqual(set(self.erp.orders), {order.remote_id})
        self.assertEqual(order.state, "draft", "nothing more is done to it")
        self.assertEqual(self.erp.calls["order_confirm"], 0)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_order_that_is_not_there_is_not_made(self):
        lead, job = self.make_lost(is_made=False)
        job.with_user(self.steward).action_cancel()
        self.run_lane()
        self.assertEqual((job.state, lead.integration_status), ("retrying", "waiting"))
        self.settle(job)
        self.assertEqual((job.state, lead.integration_status), ("cancelled", "none"))
        self.assertEqual(self.erp.calls["order_create"], 1)

    def test_system_that_refuses_a_second_order(self):
        """It need not be waited for before an order is made; but none is to be made."""
        _lead, job = self.make_lost(is_made=False)
        self.assertTrue(FakeClient.__new__(FakeClient).key_is_unique)
        job.action_cancel()
        self.run_lane()
        self.settle(job)
        self.assertFalse(self.erp.orders)

    def test_deal_that_is_reopened_then(self):
        lead, job = self.make_lost()
        self.connector._get_flow("sale_change_push").reopen_policy = "ask"
        job.action_cancel()
        self.reopen(lead)
        self.run_lane()
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertIn(lead.erp_order_ids.remote_number, lead.integration_message)

    def test_deal_that_is_won_again_meanwhile(self):
        lead, job = self.make_lost(is_made=False)
        job.action_cancel()
        self.run_lane()
        self.reopen(lead)
        self.win(lead)
        self.run_lane()
        self.assertFalse(self.erp.orders, "it may still come")
        self.settle(job)
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_customer_that_is_there(self):
        """The deal goes on, with that customer."""
        lost = OutcomeUnknownError("The answer was lost.")
        self.erp.faults["party_create"] = [lambda: lost]
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        job = self.get_jobs(lead).blocked_by_id
        self.assertEqual((job.state, job.cancel_outcome), ("retrying", "looked_up"))
        job.action_cancel()
        self.run_lane()
        self.assertTrue(job.is_called_off)
        self.assertEqual((job.state, len(self.erp.parties)), ("done", 1))
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")

    def test_other_quotation_makes_no_second_order(self):
        """It would have a key of its own."""
        lead, job = self.make_lost()
        job.action_cancel()
        quotation = self.make_order(lead, [(self.product, 2)])
        quotation.action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, quotation)

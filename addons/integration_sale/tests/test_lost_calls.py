"""Deals that people change while the answer of a call is missing."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError
from odoo.addons.integration_hub.models import integration_lane

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestLostCalls(SaleCase):
    def setUp(self):
        super().setUp()
        self.open_stage = self.env["crm.stage"].search(
            [("is_won", "=", False)], limit=1
        )
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def win_and_lose_the_answer(self):
        """The order is made; nobody here knows."""
        lead = self.make_lead([(self.product, 2.0)])
        self.erp.faults["order_create"] = [lambda: OutcomeUnknownError("No answer.")]
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertFalse(lead.erp_order_ids)
        return lead

    def run_again(self):
        self.env["integration.job"].search(
            [("state", "=", "retrying")]
        ).next_try = "2020-01-01"
        self.run_lane()

    def test_reopened_it_is_found_and_shown(self):
        lead = self.win_and_lose_the_answer()
        lead.stage_id = self.open_stage
        self.run_again()
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertIn(lead.erp_order_ids.remote_number, lead.integration_message)
        self.assertEqual(self.get_remote_order(lead)["state"], "draft", "not confirmed")

    def test_reopened_nothing_is_made_for_it(self):
        lead = self.make_lead([(self.product, 2.0)])
        self.erp.faults["order_create"] = [OutcomeUnknownError("Nothing arrived.")]
        self.push(lead)
        lead.stage_id = self.open_stage
        self.get_jobs(lead).unsettled_until = "2020-01-01"
        self.run_again()
        self.assertFalse(self.erp.orders)
        self.assertEqual(lead.integration_status, "none")
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_quotation_confirmed_it_is_still_one_order(self):
        lead = self.win_and_lose_the_answer()
        order = self.make_order(lead, [(self.product, 2.0)])
        order.action_confirm()
        self.run_again()
        self.run_again()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)

    def test_confirmed_when_won_again(self):
        lead = self.make_lead([(self.product, 2.0)])
        self.erp.faults["order_confirm"] = [lambda: NetworkError("No connection.")]
        self.push(lead)
        self.assertEqual(
            lead.erp_order_ids.state, "draft", "known though not confirmed"
        )
        lead.stage_id = self.open_stage
        self.run_again()
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")
        self.push(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

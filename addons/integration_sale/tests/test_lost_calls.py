"""Deals that people change while the answer of a call is missing."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import (
    NetworkError,
    OutcomeUnknownError,
    ValidationError,
)
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

    # -- put right before it is refused -----------------------------------------------

    def win_in_vain(self, *errors):
        """The call gets lost on its way there; ``errors`` come of the next ones."""
        self.erp.faults["order_create"] = [
            OutcomeUnknownError("Nothing arrived."),
            *errors,
        ]
        lead = self.make_lead([(self.product, 2.0)])
        self.push(lead)
        self.assertFalse(self.erp.orders)
        return lead

    def put_right(self, lead, **values):
        lead.lead_line_ids.write(values or {"quantity": 5.0})
        self.commit()
        self.assertTrue(lead.integration_recheck)

    def settle(self, lead):
        """Whatever was lost has ended by now."""
        self.get_jobs(lead).unsettled_until = "2020-01-01"
        self.run_again()

    def map_to(self, remote_id):
        mapping = self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        )
        mapping.remote_id = remote_id

    def assert_sent(self, lead, product_id, quantity):
        self.assertEqual(lead.integration_status, "in_erp")
        [line] = self.get_remote_order(lead)["request"]["lines"]
        self.assertEqual((line["product_id"], line["quantity"]), (product_id, quantity))
        self.assertFalse(lead.integration_recheck)
        self.assertEqual(len(self.erp.orders), 1)

    def test_put_right_then_refused(self):
        """What is refused is what nobody wants any more."""
        lead = self.win_in_vain(ValidationError("Too few."))
        self.put_right(lead)
        self.settle(lead)
        self.assert_sent(lead, "P-CHAIR", "5")
        self.assertFalse(self.get_activities(lead))

    def test_put_right_and_refused_all_the_same(self):
        errors = [ValidationError("Too few."), ValidationError("Still too few.")]
        lead = self.win_in_vain(*errors)
        self.put_right(lead)
        self.settle(lead)
        self.assertEqual(self.erp.calls["order_create"], 3)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Still too few", self.get_activities(lead).note)

    def test_put_right_when_it_can_no_longer_be_sent(self):
        lead = self.win_in_vain()
        self.map_to(False)
        self.put_right(lead, product_id=self.product_two.id)
        self.settle(lead)
        self.assert_sent(lead, "P-TABLE", "2")

    def test_can_no_longer_be_sent_but_may_still_come(self):
        lead = self.win_in_vain()
        self.map_to(False)
        self.run_again()
        self.assertEqual(self.get_jobs(lead).state, "retrying")
        self.settle(lead)
        self.assertFalse(self.erp.orders)
        job = self.get_jobs(lead)
        self.assertEqual((job.state, job.error_kind), ("attention", "mapping"))
        self.assertEqual(lead.integration_status, "attention")
        self.map_to("P-CHAIR")
        self.run_lane()
        self.assert_sent(lead, "P-CHAIR", "2")

    def test_can_no_longer_be_sent_but_is_there(self):
        lead = self.win_and_lose_the_answer()
        self.map_to(False)
        self.run_again()
        self.assert_sent(lead, "P-CHAIR", "2")
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")

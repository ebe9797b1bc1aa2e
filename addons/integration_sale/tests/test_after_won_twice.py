from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError
from odoo.addons.integration_hub.models import integration_lane

from .after_won_case import AfterWonCase


@tagged("post_install", "-at_install")
class TestAfterWonTwice(AfterWonCase):
    """One thing after a deal was won, before another one has come to its end."""

    def setUp(self):
        super().setUp()
        # a retry is for the next run
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def win_back(self, lead):
        lead.action_unarchive()
        self.win(lead)

    def change_there(self, lead, **values):
        self.get_remote_order(lead).update(version=int(self.erp.new_id()), **values)

    def get_live(self):
        return [o for o in self.erp.orders.values() if o["state"] != "cancelled"]

    def lose_answer(self, verb, seconds=60):
        """It is done over there, but nobody here knows yet."""
        self.connector.settle_seconds = seconds
        self.erp.faults[verb] = [lambda: OutcomeUnknownError("Broken off.")]

    # -- won again --------------------------------------------------------------------

    def test_quotation_of_lines_that_were_called_off(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.lose(lead)
        self.assertTrue(lead.erp_order_ids.is_called_off)
        lead.action_unarchive()
        order = self.make_order(lead, [(self.product, 5)])
        order.action_confirm()
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "5"})
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")

    def test_another_quotation_instead(self):
        lead, order = self.make_sent()
        self.lose(lead)
        lead.action_unarchive()
        order._action_cancel()
        other = self.make_order(lead, [(self.product_two, 1)])
        other.action_confirm()
        self.push(lead)
        [live] = self.get_live()
        self.assertEqual(live["request"]["lines"][0]["product_id"], "P-TABLE")
        self.assertEqual(self.erp.calls["order_reopen"], 0)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_refusal_of_before_is_no_longer_told(self):
        lead, order = self.make_sent()
        self.change_there(lead, reason="shipped")
        self.lose(lead)
        self.assertEqual(lead.erp_order_ids.left_operation, "cancel")
        self.win_back(lead)
        self.run_lane()
        self.assertFalse(lead.erp_order_ids.left_message)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_cancelled_by_people_stays(self):
        lead, _order = self.make_sent()
        self.change_there(lead, state="cancelled")
        self.lose(lead)
        self.assertEqual(lead.erp_order_ids.state, "cancelled")
        self.assertFalse(lead.erp_order_ids.is_called_off)
        self.win_back(lead)
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertIn("still won here", lead.activity_ids.note)

    def test_cancelled_by_a_lost_call_comes_back(self):
        lead, _order = self.make_sent()
        self.lose_answer("order_cancel")
        self.lose(lead)
        self.due()
        self.run_lane()
        self.assertTrue(lead.erp_order_ids.is_called_off)
        self.win_back(lead)
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")

    def test_late_cancel_is_waited_for(self):
        lead, _order = self.make_sent()
        self.lose_answer("order_cancel", 600)
        self.lose(lead)
        # not there yet, though it will be
        self.get_remote_order(lead)["state"] = "confirmed"
        self.win_back(lead)
        self.due()
        self.env.cr.execute(
            "UPDATE integration_job SET unsettled_until = now() + interval '1 hour'"
            " WHERE unsettled_until IS NOT NULL"
        )
        self.env.invalidate_all()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_reopen"], 0)
        self.assertEqual(lead.integration_status, "waiting")
        self.get_remote_order(lead)["state"] = "cancelled"
        self.due()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

    # -- lost again -------------------------------------------------------------------

    def test_lost_after_a_change_was_left(self):
        lead, order = self.make_sent()
        self.change_there(lead, reason="locked")
        order.order_line.product_uom_qty = 7
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.left_operation, "change")
        self.change_there(lead, reason="")
        self.reopen(lead)
        self.assertEqual(lead.integration_offer, "cancel")
        self.lose(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")

    def test_lost_after_a_change_got_lost(self):
        """What the change has done over there is our own doing, and no news."""
        lead, order = self.make_sent()
        self.lose_answer("order_update")
        order.order_line.product_uom_qty = 7
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        self.give_up(lead)
        self.due()
        self.run_lane()
        self.assertEqual(lead.integration_status, "cancelled")
        self.assertAlmostEqual(lead.erp_order_ids.amount_total, order.amount_total)
        messages = lead.message_ids
        self.pull()
        self.assertEqual(lead.message_ids, messages)

    def test_lost_while_it_was_brought_back(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        self.connector.settle_seconds = 60
        self.erp.faults["order_read"] = [OutcomeUnknownError("Broken off.")]
        self.win_back(lead)
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")
        self.give_up(lead)
        self.assertEqual(lead.erp_order_ids.state, "cancelled", "as far as we know")
        self.due()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")

    def test_revived_there(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        self.change_there(lead, state="draft")
        self.pull()
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertEqual(lead.integration_offer, "cancel")
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")

    # -- changed ----------------------------------------------------------------------

    def test_accepted_difference_is_that_one(self):
        self.erp.surcharge = 5
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        lead.erp_order_ids.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.state, "confirmed")
        self.change_there(lead, state="draft")
        self.erp.surcharge = 90
        order.order_line.product_uom_qty = 4
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.difference_state, "open")
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")

    def test_set_back_to_draft_there(self):
        """People over there have a reason: ours is not to confirm it whatever it comes
        to."""
        lead, order = self.make_sent()
        self.flow.confirm_policy = "never"
        self.change_there(lead, state="draft")
        order.order_line.product_uom_qty = 4
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "4"})
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")

    def test_no_echo_after_a_lost_answer(self):
        lead, order = self.make_sent()
        self.lose_answer("order_update")
        order.order_line.product_uom_qty = 7
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        messages = lead.message_ids
        self.pull()
        self.assertEqual(lead.message_ids, messages)
        self.assertEqual(lead.erp_order_ids.difference_state, "none")
        self.due()
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")

    def test_new_customer_while_customers_are_off(self):
        lead, order = self.make_sent()
        self.connector._get_flow("customer_push").active = False
        order.partner_shipping_id = self.env["res.partner"].create(
            {"name": "Yard", "parent_id": self.partner.id, "type": "delivery"}
        )
        self.run_lane()
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Customers", lead.integration_message)

    def test_cancelled_beside_a_change_that_breaks(self):
        lost, _order = self.make_sent()
        changed, order = self.make_sent()
        self.erp.faults["order_read"] = [NetworkError("Broken off.")]
        order.order_line.product_uom_qty = 4
        self.lose(lost)
        self.due()
        self.run_lane()
        self.assertTrue(lost.erp_order_ids.is_called_off)
        self.assertEqual(self.get_lines_there(changed), {"P-CHAIR": "4"})

    def test_quotation_confirmed_before_the_order_was(self):
        lead = self.make_lead([(self.product, 2)])
        self.erp.faults["order_confirm"] = [lambda: NetworkError("Broken off.")]
        self.push(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")
        order = self.make_order(lead, [(self.product, 2)])
        order.action_confirm()
        self.commit()
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        self.due()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        order.order_line.product_uom_qty = 3
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "3"})

    def test_quotation_confirmed_while_a_change_was_lost(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.lose_answer("order_update")
        lead.lead_line_ids.quantity = 7
        self.run_lane()
        order = self.make_order(lead, [(self.product, 4)])
        order.action_confirm()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        self.due()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "4"})
        self.assertEqual(lead.erp_order_ids.amount_total, order.amount_total)
        self.assertEqual(lead.integration_status, "in_erp")

    # -- deleted ----------------------------------------------------------------------

    def delete_while_it_is_made(self):
        lead = self.make_lead([(self.product, 2)])
        self.lose_answer("order_create")
        self.push(lead)
        lead.unlink()
        self.due()
        self.run_lane()
        [remote] = self.erp.orders.values()
        return remote

    def test_deal_deleted_while_it_was_made(self):
        self.assertEqual(self.delete_while_it_is_made()["state"], "cancelled")

    def test_deal_deleted_while_it_was_made_asks(self):
        self.change_flow.lost_policy = "ask"
        remote = self.delete_while_it_is_made()
        self.assertNotEqual(remote["state"], "cancelled")
        self.assertIn(remote["number"], self.connector.activity_ids.note)

    def test_deal_deleted_asks(self):
        self.change_flow.lost_policy = "ask"
        lead, order = self.make_sent()
        order.opportunity_id = False
        number = lead.erp_order_ids.remote_number
        lead.unlink()
        self.assertIn(number, self.connector.activity_ids.note)

    # -- many -------------------------------------------------------------------------

    def test_reopening_many(self):
        leads = self.make_sent()[0]
        for _number in range(9):
            leads |= self.make_sent()[0]
        mails = []
        activity_class = self.env.registry["mail.activity"]
        create = activity_class.create
        with patch.object(
            activity_class,
            "create",
            lambda model, values: mails.append(len(values)) or create(model, values),
        ):
            leads.stage_id = self.open_stage
        self.assertEqual(mails, [10], "one create for all of them")
        self.assertEqual(len(leads.activity_ids), 10)
        for lead in leads:
            self.assertIn(lead.erp_order_ids.remote_number, lead.activity_ids.note)

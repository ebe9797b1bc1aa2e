from unittest.mock import patch

from odoo.tests import tagged

from .after_won_case import AfterWonCase
from .fake_erp import make_shipment


@tagged("post_install", "-at_install")
class TestAfterWonLost(AfterWonCase):
    """A won deal is reopened, lost or deleted after its order went to the ERP."""

    def test_lost_is_cancelled_there(self):
        lead, order = self.make_sent()
        self.lose(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")
        self.assertEqual(order.integration_status, "cancelled")
        self.assertFalse(self.get_activities(lead))
        self.assertIn("cancelled in ERP North", lead.message_ids[0].body)
        # what comes back is no news
        messages = lead.message_ids
        self.pull()
        self.assertEqual(lead.message_ids, messages)
        self.assertFalse(lead.activity_ids)

    def test_won_again_comes_back(self):
        lead, order = self.make_sent()
        self.lose(lead)
        lead.action_unarchive()
        order.order_line.product_uom_qty = 5
        self.push(lead)
        remote = self.get_remote_order(lead)
        self.assertEqual(remote["state"], "confirmed")
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "5"})
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(lead.erp_order_ids.is_called_off)

    def test_won_again_but_closed_there(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        self.get_remote_order(lead)["reason"] = "processed"
        lead.action_unarchive()
        self.push(lead)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("can't be brought back", lead.integration_message)
        self.assertTrue(self.get_activities(lead))
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertEqual(lead.integration_status, "cancelled")

    def test_lost_and_won_before_the_queue_ran(self):
        lead, _order = self.make_sent()
        self.give_up(lead)
        lead.action_unarchive()
        self.win(lead)
        self.run_lane()
        self.assertEqual(self.erp.calls["order_cancel"], 0)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_lost_but_shipped(self):
        lead, _order = self.make_sent()
        self.get_remote_order(lead).update(
            delivery_state="partial", shipments=[make_shipment("1", state="shipped")]
        )
        self.lose(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("OUT/1", lead.integration_message)
        note = self.get_activities(lead).note
        self.assertIn("http://erp/order/", note)
        self.assertFalse(lead.integration_offer)
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertFalse(lead.integration_issue)

    def test_reopened_asks(self):
        lead, _order = self.make_sent()
        self.reopen(lead)
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertEqual(self.erp.calls["order_cancel"], 0)
        self.assertEqual(lead.integration_offer, "cancel")
        lead.with_user(self.salesperson).action_change_in_erp()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")

    def test_reopened_then_lost(self):
        lead, _order = self.make_sent()
        self.reopen(lead)
        self.lose(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")
        self.assertFalse(self.get_activities(lead))

    def test_reopened_changed_and_won_again(self):
        lead, order = self.make_sent()
        self.reopen(lead)
        order.order_line.product_uom_qty = 5
        self.commit()
        self.push(lead)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "5"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_leave(self):
        self.change_flow.write({"lost_policy": "leave", "reopen_policy": "leave"})
        lead, _order = self.make_sent()
        self.reopen(lead)
        self.assertFalse(lead.integration_issue)
        self.lose(lead)
        self.assertFalse(lead.integration_issue)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")

    def test_cancelled_there_after_we_asked(self):
        lead, _order = self.make_sent()
        self.reopen(lead)
        self.get_remote_order(lead).update(
            state="cancelled", version=int(self.erp.new_id())
        )
        self.pull()
        self.assertEqual(lead.integration_status, "cancelled")
        self.assertFalse(self.get_activities(lead))

    def test_quotation_cancelled(self):
        lead, order = self.make_sent()
        order._action_cancel()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "cancelled")

    def test_quotation_cancelled_but_shipped(self):
        lead, order = self.make_sent()
        self.get_remote_order(lead)["delivery_state"] = "shipped"
        order._action_cancel()
        self.run_lane()
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("can't be cancelled", lead.integration_message)
        # asked once
        lead.sudo()._compare_with_sent()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_cancel"], 1)

    def test_deal_deleted(self):
        lead, order = self.make_sent()
        erp_order = lead.erp_order_ids
        order.opportunity_id = False
        lead.unlink()
        self.run_lane()
        self.assertEqual(erp_order.state, "cancelled")
        self.assertEqual(self.erp.get_order(erp_order.key)["state"], "cancelled")

    def test_deal_deleted_but_shipped(self):
        lead, order = self.make_sent()
        self.get_remote_order(lead)["delivery_state"] = "shipped"
        order.opportunity_id = False
        erp_order = lead.erp_order_ids
        lead.unlink()
        self.run_lane()
        self.assertEqual(erp_order.state, "confirmed")
        activity = self.connector.activity_ids
        self.assertEqual(activity.user_id, self.steward)
        self.assertIn(erp_order.remote_number, activity.note)

    def test_open_quotation_deleted(self):
        lead = self.make_lead()
        order = self.make_order(lead)
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        order.unlink()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.state, "cancelled")

    def test_lost_while_it_was_made(self):
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        job = self.get_jobs(lead)
        job.state = "running"
        self.give_up(lead)
        job.state = "waiting"
        # it had gone out already
        handler = type(self.env["integration.handler.sale_order_push"])
        with patch.object(handler, "_find_unwanted", lambda *_args: set()):
            self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "cancelled")

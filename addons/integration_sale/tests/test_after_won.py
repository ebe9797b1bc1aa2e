from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import OutcomeUnknownError, ValidationError

from .after_won_case import AfterWonCase
from .fake_erp import make_shipment
from .fake_order_changes import OrderChanges


@tagged("post_install", "-at_install")
class TestAfterWon(AfterWonCase):
    """A won deal is changed, reopened or lost after its order went to the ERP."""

    # -- changed ----------------------------------------------------------------------

    def test_change_is_sent(self):
        lead, order = self.make_sent()
        order.order_line.product_uom_qty = 7
        self.make_line(order, self.product_two, 3)
        self.commit()
        self.assertEqual(lead.integration_status, "waiting")
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7", "P-TABLE": "3"})
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.erp.calls["order_update"], 1)
        erp_order = lead.erp_order_ids
        self.assertEqual(erp_order.difference_state, "none")
        self.assertAlmostEqual(erp_order.amount_total, order.amount_total, 2)
        news = lead.message_ids[0].body
        self.assertIn("2 → 7", news)
        self.assertIn("Table", news)
        # the same again changes nothing
        lead.sudo()._compare_with_sent()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_update"], 1)

    def make_line(self, order, product, quantity):
        return self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": product.id,
                "product_uom_qty": quantity,
            }
        )

    def test_only_differences_are_sent(self):
        """What people have changed there in other points stays."""
        lead, order = self.make_sent([(self.product, 2), (self.product_two, 1)])
        remote = self.get_remote_order(lead)
        remote["request"]["lines"][1] = {
            **remote["request"]["lines"][1],
            "quantity": "9",
        }
        remote["request"]["note"] = "Ring the bell"
        order.order_line[0].product_uom_qty = 4
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "4", "P-TABLE": "9"})
        self.assertEqual(
            self.get_remote_order(lead)["request"]["note"], "Ring the bell"
        )
        # the total is not ours: told, both amounts
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(lead.erp_order_ids.difference_state, "open")

    def test_conflict(self):
        lead, order = self.make_sent()
        lines = self.get_remote_order(lead)["request"]["lines"]
        lines[0] = {**lines[0], "quantity": "3"}
        order.order_line.product_uom_qty = 5
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "3"})
        self.assertEqual(order.order_line.product_uom_qty, 5)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("changed there as well", lead.integration_message)
        note = self.get_activities(lead).note
        for text in ("5", "3", "http://erp/order/"):
            self.assertIn(text, note)
        # settled there: what stands there is what we want
        lines = self.get_remote_order(lead)["request"]["lines"]
        lines[0] = {**lines[0], "quantity": "5"}
        lead.with_user(self.salesperson).action_fix_integration()
        self.get_remote_order(lead)["version"] = int(self.erp.new_id())
        self.pull()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_line_removed_and_replaced(self):
        lead, order = self.make_sent([(self.product, 2), (self.product_two, 1)])
        order._action_cancel()
        order.action_draft()
        order.order_line[1].unlink()
        order.order_line.product_id = self.product_two
        order.action_confirm()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-TABLE": "2"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_shipped_can_not_be_changed(self):
        lead, order = self.make_sent()
        remote = self.get_remote_order(lead)
        remote.update(
            delivery_state="shipped",
            shipments=[make_shipment("1", state="shipped")],
        )
        order.order_line.product_uom_qty = 1
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2"})
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("OUT/1", lead.integration_message)
        self.assertFalse(lead.integration_offer)
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)
        # taken back: nothing is left to ask
        order.order_line.product_uom_qty = 2
        self.run_lane()
        self.assertNotEqual(lead.integration_status, "attention")
        self.assertFalse(self.get_activities(lead))

    def test_part_of_it_can_be_changed(self):
        lead, order = self.make_sent()
        self.get_remote_order(lead)["delivery_state"] = "shipped"
        order.order_line.product_uom_qty = 1
        self.make_line(order, self.product_two, 3)
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "3"})
        self.assertEqual(lead.integration_issue, "changed")
        self.assertIn("Table", lead.message_ids[0].body)

    def test_without_salesperson(self):
        lead, order = self.make_sent()
        lead.user_id = False
        self.get_remote_order(lead)["reason"] = "locked"
        order.order_line.product_uom_qty = 1
        self.run_lane()
        self.assertEqual(self.get_activities(lead).user_id, self.steward)
        self.assertIn("locked", lead.integration_message)

    def test_ask_first(self):
        self.change_flow.change_policy = "ask"
        lead, order = self.make_sent()
        order.order_line.product_uom_qty = 7
        self.run_lane()
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(lead.integration_offer, "send")
        self.assertEqual(self.erp.calls["order_update"], 0)
        lead.with_user(self.salesperson).action_change_in_erp()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_changed_back_before_it_went(self):
        lead, order = self.make_sent()
        self.connector.state = "paused"
        order.order_line.product_uom_qty = 7
        self.commit()
        order.order_line.product_uom_qty = 2
        self.commit()
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(self.erp.calls["order_read"], 0)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_lost_answer(self):
        lead, order = self.make_sent()
        self.erp.faults["order_update"] = [lambda: OutcomeUnknownError("Broken off.")]
        self.connector.settle_seconds = 1
        order.order_line.product_uom_qty = 7
        self.make_line(order, self.product_two, 3)
        self.run_lane()
        self.due()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7", "P-TABLE": "3"})
        self.assertEqual(len(self.get_remote_order(lead)["request"]["lines"]), 2)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_system_that_can_not(self):
        lead, order = self.make_sent()
        with _without(OrderChanges, "order_update"):
            order.order_line.product_uom_qty = 7
            self.run_lane()
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("have it changed there", lead.integration_message)
        self.assertEqual(len(self.get_change_jobs(lead)), 1)

    def get_change_jobs(self, lead):
        return self.get_jobs(lead).filtered(
            lambda job: job.flow_id.code == "sale_change_push"
        )

    def test_draft_is_confirmed_once_it_fits(self):
        self.erp.surcharge = 5
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.state, "draft")
        self.erp.surcharge = 0
        order.order_line.product_uom_qty = 4
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.state, "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_lines_sent_then_a_quotation_made_of_them(self):
        lead = self.make_lead([(self.product, 2), (self.product_two, 1)])
        self.push(lead)
        order = self.make_order(lead, [(self.product, 2), (self.product_two, 6)])
        order.action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "6"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_refused_by_the_system(self):
        lead, order = self.make_sent()
        self.erp.faults["order_update"] = [ValidationError("Not on Sundays.")]
        order.order_line.product_uom_qty = 7
        self.run_lane()
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Not on Sundays", lead.integration_message)
        self.assertEqual(lead.integration_fix, "retry")
        lead.with_user(self.steward).action_fix_integration()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        self.assertEqual(lead.integration_status, "in_erp")

    # -- no longer won ----------------------------------------------------------------

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

    # -- told -------------------------------------------------------------------------

    def test_cancelled_there_while_won(self):
        lead, _order = self.make_sent()
        self.get_remote_order(lead).update(
            state="cancelled", version=int(self.erp.new_id())
        )
        self.pull()
        self.assertEqual(lead.integration_status, "cancelled")
        news = lead.activity_ids
        self.assertEqual(news.user_id, self.salesperson)
        self.assertIn("still won here", news.note)
        self.pull()
        self.assertEqual(lead.activity_ids, news)

    def test_changed_there(self):
        lead, order = self.make_sent()
        remote = self.get_remote_order(lead)
        remote["request"]["lines"][0]["quantity"] = "3"
        remote["version"] = int(self.erp.new_id())
        self.pull()
        self.assertEqual(lead.integration_status, "attention")
        note = self.get_activities(lead).note
        self.assertIn("360.00", note)
        self.assertIn("240.00", note)
        lead.erp_order_ids.with_user(self.salesperson).action_accept_difference()
        self.assertEqual(lead.integration_status, "in_erp")
        # another change is another difference
        remote["request"]["lines"][0]["quantity"] = "4"
        remote["version"] = int(self.erp.new_id())
        self.pull()
        self.assertEqual(lead.erp_order_ids.difference_state, "open")

    def test_returned_and_partly_credited(self):
        lead, _order = self.make_sent()
        items = [
            {
                "product_code": "CHAIR",
                "description": "Chair",
                "quantity": "2",
                "unit": "Units",
            }
        ]
        out = make_shipment("1", state="shipped", items=items)
        back = make_shipment("2", state="shipped", is_return=True, items=items)
        half = {**back, "items": [{**items[0], "quantity": "1"}]}
        remote = self.get_remote_order(lead)
        remote.update(delivery_state="shipped", shipments=[out, half])
        remote["version"] = int(self.erp.new_id())
        self.pull()
        self.assertEqual(lead.erp_order_ids.return_state, "partial")
        self.assertIn("1 × CHAIR", lead.integration_message)
        self.assertIn("Goods came back", lead.message_ids[0].body)
        remote.update(shipments=[out, back], version=int(self.erp.new_id()))
        self.pull()
        self.assertEqual(lead.integration_status, "returned")
        [track] = lead.integration_passport["tracks"]
        steps = {step["code"]: step for step in track["steps"]}
        self.assertEqual(steps["returned"]["label"], "Returned")
        self.assertIn("2 × CHAIR", steps["returned"]["documents"][0]["note"])


@contextmanager
def _without(owner, verb):
    """Take a verb away from a client for a while."""
    method = getattr(owner, verb)
    delattr(owner, verb)
    try:
        yield
    finally:
        setattr(owner, verb, method)

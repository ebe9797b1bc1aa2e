from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import OutcomeUnknownError, ValidationError

from .after_won_case import AfterWonCase
from .fake_erp import make_shipment
from .fake_order_changes import OrderChanges


@tagged("post_install", "-at_install")
class TestAfterWon(AfterWonCase):
    """A won deal is changed after its order went to the ERP."""

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

    def test_numbers_as_their_reader_writes_them(self):
        """In the language the sentences are in; what only looks like a number is a text."""
        self.env["res.lang"]._activate_lang("nl_NL")
        (self.steward | self.salesperson).lang = "nl_NL"
        lead, order = self.make_sent()
        order.order_line.product_uom_qty = 1234.5
        order.client_order_ref = "00120"
        order.commitment_date = "2027-03-31 12:00:00"
        self.run_lane()
        news = lead.message_ids[0].body
        self.assertIn("2 → 1.234,5", news)
        self.assertIn("→ 00120", news)
        self.assertIn("→ 31-03-2027", news)
        self.get_remote_order(lead)["delivery_state"] = "shipped"
        order.order_line.product_uom_qty = 0.5
        self.run_lane()
        for text in (lead.integration_message, str(self.get_activities(lead).note)):
            self.assertIn("0,5", text)
            self.assertIn("1.234,5", text)

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

    def test_refused_halfway(self):
        """What was written before the refusal is ours, not somebody else's change."""
        lead, order = self.make_sent()
        self.make_line(order, self.product_two, 1)
        order.write({"note": "<p>Ring twice</p>"})
        self.run_lane()
        update = OrderChanges._update

        def refuse_new_lines(client, item):
            if not item["add"] and not item["remove"]:
                return update(client, item)
            update(client, {**item, "add": [], "remove": []})
            return ValidationError("No more of this.")

        chair, table = order.order_line
        with patch.object(OrderChanges, "_update", refuse_new_lines):
            order.note = "<p>Ring thrice</p>"
            chair.product_uom_qty = 5
            table.product_uom_qty = 0
            self.run_lane()
            self.assertEqual(lead.integration_status, "attention")
            self.assertIn("No more of this", lead.integration_message)
            self.assertEqual(self.erp.calls["order_update"], 2)
            # half of it is there, and is changed once more in the same point
            self.assertEqual(
                self.get_lines_there(lead), {"P-CHAIR": "5", "P-TABLE": "1"}
            )
            order.note = "<p>Just ring</p>"
            chair.product_uom_qty = 6
            table.product_uom_qty = 1
            self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "6", "P-TABLE": "1"})
        remote = self.get_remote_order(lead)
        self.assertEqual(remote["request"]["note"], "Just ring")
        self.assertFalse(self.get_activities(lead))


@contextmanager
def _without(owner, verb):
    """Take a verb away from a client for a while."""
    method = getattr(owner, verb)
    delattr(owner, verb)
    try:
        yield
    finally:
        setattr(owner, verb, method)

from odoo.tests import tagged

from .after_won_case import AfterWonCase
from .fake_erp import make_shipment


@tagged("post_install", "-at_install")
class TestLateOrders(AfterWonCase):
    """One ERP order per opportunity, and a quotation that is confirmed after it was made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flow.order_grouping = "opportunity"

    def confirm_late(self, lead, **values):
        order = self.make_order(lead, [(self.product_two, 1)], **values)
        order.action_confirm()
        self.run_lane()
        return order

    def get_kinds_there(self, lead):
        remote = self.get_remote_order(lead)
        return [line["kind"] for line in remote["request"]["lines"]]

    def test_becomes_part_of_the_order(self):
        lead, order = self.make_sent()
        late = self.confirm_late(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "1"})
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(late.integration_status, "in_erp")
        erp_order = lead.erp_order_ids
        self.assertEqual(erp_order.sale_order_ids, order | late)
        self.assertEqual(erp_order.state, "confirmed")
        self.assertAlmostEqual(
            erp_order.amount_total, order.amount_total + late.amount_total
        )
        self.assertFalse(self.get_activities(lead))
        news = lead.message_ids[0].body
        self.assertIn("Table", news)
        self.assertIn(f"{late.name}: added", news)
        # once
        lead.sudo()._push_won("sent again")
        self.run_lane()
        self.assertEqual(self.erp.calls["order_update"], 1)

    def test_two_at_once(self):
        lead, _order = self.make_sent()
        late = self.make_order(lead, [(self.product_two, 1)]) | self.make_order(
            lead, [(self.product_two, 3)]
        )
        late.action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        quantities = [
            line["quantity"]
            for line in self.get_remote_order(lead)["request"]["lines"]
            if line["product_id"] == "P-TABLE"
        ]
        self.assertEqual(quantities, ["1", "3"])
        self.assertEqual(set(late.mapped("integration_status")), {"in_erp"})

    def test_after_the_lines_of_the_opportunity(self):
        """The first one was made of them, the second one comes on top."""
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        first = self.make_order(lead)
        late = self.make_order(lead, [(self.product_two, 1)])
        (first | late).action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "1"})
        self.assertEqual(lead.erp_order_ids.sale_order_ids, first | late)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_ask_first(self):
        self.change_flow.change_policy = "ask"
        lead, _order = self.make_sent()
        self.confirm_late(lead)
        self.assertEqual(self.erp.calls["order_update"], 0)
        self.assertEqual(lead.integration_offer, "send")
        [activity] = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        lead.with_user(self.salesperson).action_change_in_erp()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "1"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_no_longer_possible_is_told(self):
        lead, _order = self.make_sent()
        self.get_remote_order(lead).update(
            reason="shipped",
            delivery_state="shipped",
            shipments=[make_shipment("1", state="shipped")],
        )
        self.confirm_late(lead)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2"})
        self.assertEqual(lead.integration_status, "attention")
        [activity] = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("Table", activity.note)

    def test_what_differs_is_told(self):
        lead, order = self.make_sent()
        other = self.partner.copy({"name": "Elsewhere", "parent_id": self.partner.id})
        late = self.confirm_late(lead, partner_shipping_id=other.id)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2"})
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("delivery addresses", lead.integration_message)
        self.assertIn("delivery addresses", self.get_activities(lead).note)
        # made the same, it goes over
        late.partner_shipping_id = order.partner_shipping_id
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2", "P-TABLE": "1"})
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_told_where_changes_do_not_go_over(self):
        self.change_flow.active = False
        lead, _order = self.make_sent()
        late = self.confirm_late(lead)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "2"})
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(late.integration_status, "attention")
        [activity] = self.get_activities(lead)
        self.assertIn(late.name, activity.note)
        # seen to over there
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_replaced(self):
        """The first quotation is cancelled, another one takes its place."""
        for is_queue_run in (False, True):
            with self.subTest(is_queue_run=is_queue_run):
                lead, order = self.make_sent()
                order._action_cancel()
                self.commit()
                if is_queue_run:
                    self.run_lane()
                    self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
                late = self.confirm_late(lead)
                self.assertEqual(self.get_lines_there(lead), {"P-TABLE": "1"})
                self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
                self.assertEqual(lead.integration_status, "in_erp")
                self.assertEqual(late.integration_status, "in_erp")
                self.assertAlmostEqual(
                    lead.erp_order_ids.amount_total, late.amount_total
                )

    def test_cancelled_there(self):
        """People over there have cancelled it: nothing is brought back by itself."""
        lead, _order = self.make_sent()
        self.get_remote_order(lead).update(
            state="cancelled", version=int(self.erp.new_id())
        )
        self.pull()
        self.confirm_late(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(lead.integration_status, "attention")

    def test_one_of_several_is_cancelled(self):
        lead = self.make_lead()
        orders = self.make_order(lead) | self.make_order(lead, [(self.product_two, 1)])
        orders.action_confirm()
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        orders[0]._action_cancel()
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-TABLE": "1"})
        self.assertEqual(self.get_kinds_there(lead), ["product"])
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertAlmostEqual(lead.erp_order_ids.amount_total, orders[1].amount_total)
        orders[1]._action_cancel()
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")

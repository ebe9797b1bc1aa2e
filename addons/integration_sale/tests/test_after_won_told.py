from odoo.tests import tagged

from .after_won_case import AfterWonCase
from .fake_erp import make_shipment


@tagged("post_install", "-at_install")
class TestAfterWonTold(AfterWonCase):
    """What has become of the order over there is told to whose deal it is."""

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

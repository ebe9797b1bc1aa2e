from odoo.tests import BaseCase, tagged

from ..order_keys import is_clash
from .after_won_case import AfterWonCase


@tagged("post_install", "-at_install")
class TestOtherSystem(AfterWonCase):
    """Ids are numbers: in another system they are other people's orders."""

    def make_foreign(self, lead):
        """Under the id of its order there is that of another deal."""
        remote = self.get_remote_order(lead)
        prefix = self.connector._get_remote_key_prefix()
        remote.update(key=f"{prefix}SO999999", version=int(self.erp.new_id()))
        return remote

    def edit_reference(self, lead):
        """A clerk writes over the field our key is in."""
        remote = self.get_remote_order(lead)
        remote.update(key="PO 4711, urgent", version=int(self.erp.new_id()))
        return remote

    def look_again(self):
        """As the status flow does after an hour, by id."""
        self.env["integration.erp.order"].search([]).checked_at = "2020-01-01"
        self.pull()

    # -- cancel -----------------------------------------------------------------------

    def test_foreign_order_is_not_cancelled(self):
        lead, _order = self.make_sent()
        remote = self.make_foreign(lead)
        self.lose(lead)
        self.assertEqual(remote["state"], "confirmed")
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("was not cancelled", lead.integration_message)
        self.assertIn("SO999999", lead.integration_message)
        self.assertIn(
            "Look at it in ERP North", self.get_activities(lead).note, "what to do"
        )
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertFalse(lead.integration_issue)

    def test_order_with_another_reference_is_not_cancelled(self):
        """It is likely ours, but nobody can be sure: a person is asked."""
        lead, _order = self.make_sent()
        remote = self.edit_reference(lead)
        self.lose(lead)
        self.assertEqual(remote["state"], "confirmed")
        self.assertIn("PO 4711, urgent", lead.integration_message)

    def test_order_without_a_reference_is_not_cancelled(self):
        lead, _order = self.make_sent()
        remote = self.get_remote_order(lead)
        remote["key"] = ""
        self.lose(lead)
        self.assertEqual(remote["state"], "confirmed")
        self.assertIn("does not bear our key", lead.integration_message)

    def test_foreign_order_is_not_brought_back(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        remote = self.make_foreign(lead)
        lead.action_unarchive()
        self.push(lead)
        self.assertEqual(remote["state"], "cancelled")
        self.assertIn("can't be brought back", lead.integration_message)

    def test_system_that_keeps_no_keys(self):
        """Nothing can be compared; orders are called off as before."""
        lead, _order = self.make_sent()
        remote = self.get_remote_order(lead)
        remote["key"] = ""
        self.erp.keeps_keys = False
        self.lose(lead)
        self.assertEqual(remote["state"], "cancelled")

    # -- change -----------------------------------------------------------------------

    def test_foreign_order_is_not_changed(self):
        lead, order = self.make_sent()
        remote = self.make_foreign(lead)
        order.order_line.product_uom_qty = 7
        self.commit()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_update"], 0)
        self.assertEqual(remote["request"]["lines"][0]["quantity"], "2")
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("is the order of another deal", lead.integration_message)
        # asked once
        lead.sudo()._compare_with_sent()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_read"], 1)

    def test_order_with_another_reference_is_changed(self):
        lead, order = self.make_sent()
        remote = self.edit_reference(lead)
        order.order_line.product_uom_qty = 7
        self.commit()
        self.run_lane()
        self.assertEqual(remote["request"]["lines"][0]["quantity"], "7")
        self.assertEqual(lead.integration_status, "in_erp")

    # -- status -----------------------------------------------------------------------

    def test_state_of_a_foreign_order_is_not_taken(self):
        lead, _order = self.make_sent()
        key = lead.erp_order_ids.key
        remote = self.make_foreign(lead)
        remote["delivery_state"] = "shipped"
        total = lead.erp_order_ids.amount_total
        self.look_again()
        self.assertEqual(lead.erp_order_ids.delivery_state, "waiting")
        self.assertEqual(lead.erp_order_ids.amount_total, total)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("is the order of another deal", lead.integration_message)
        self.assertIn(key, lead.integration_message)
        activity = self.get_activities(lead)
        self.assertTrue(activity)
        [track] = lead.integration_passport["tracks"]
        self.assertIn(
            ("Another Order There", "problem"),
            [(step["label"], step["state"]) for step in track["steps"]],
        )
        # told once
        self.look_again()
        self.assertEqual(self.get_activities(lead), activity)
        # the right system is back
        remote.update(key=key, version=int(self.erp.new_id()))
        self.pull()
        self.assertEqual(lead.erp_order_ids.delivery_state, "shipped")
        self.assertEqual(lead.integration_status, "shipped")
        self.assertFalse(self.get_activities(lead))

    def test_state_of_one_with_another_reference_is_taken(self):
        lead, _order = self.make_sent()
        self.edit_reference(lead)["delivery_state"] = "shipped"
        self.look_again()
        self.assertEqual(lead.integration_status, "shipped")

    # -- another system, the same system ----------------------------------------------

    def test_forget_all_links(self):
        lead, order = self.make_sent()
        waiting = self.make_lead([(self.product, 1)])
        self.win(waiting)
        self.commit()
        self.connector.action_pause()
        counts = dict(self.connector._count_links())
        self.assertEqual(counts["ERP Order"], 1)
        self.connector._forget_links()
        self.assertFalse(lead.erp_order_ids)
        self.assertEqual(
            (lead | waiting).mapped("integration_status"), ["none", "none"]
        )
        self.assertEqual(order.integration_status, "none")
        self.assertEqual(self.connector.state, "draft")
        self.assertFalse(
            self.env["integration.external.id"].search(
                [("connector_id", "=", self.connector.id)]
            )
        )
        self.assertEqual(len(self.erp.orders), 1, "nothing is done over there")

    def move(self):
        self.connector.write({"url": "https://erp.example.com", "is_same_system": True})
        self.run_lane()

    def test_moved_system_is_recognised(self):
        lead, _order = self.make_sent()
        self.edit_reference(lead)
        self.move()
        self.assertFalse(self.connector.error_message)
        self.connector.action_start()

    def test_another_system_is_recognised(self):
        lead, _order = self.make_sent()
        number = lead.erp_order_ids.remote_number
        self.make_foreign(lead)["number"] = "OTHER/1"
        self.move()
        self.assertIn(number, self.connector.error_message)
        self.assertIn("another system", self.connector.error_message)
        self.assertTrue(self.connector.is_moved)
        self.erp.orders.clear()
        self.connector.action_test_connection()
        self.run_lane()
        self.assertTrue(self.connector.is_moved)


class TestKeys(BaseCase):
    def test_clash(self):
        key = "CRM-0a1b2c3d-SO5"
        for found in (
            key,
            key.lower(),
            "",
            None,
            "PO 4711",
            "CRM",
            f"{key}, CRM-0a1b2c3d-SO6",
            f"{key} (urgent)",
        ):
            self.assertFalse(is_clash(found, key), found)
        for found in (
            "CRM-0a1b2c3d-SO50",
            "CRM-0a1b2c3d-OPP5",
            "CRM-ffffffff-SO5",
            "CRM-0a1b2c3d-SO6, CRM-0a1b2c3d-SO7",
        ):
            self.assertTrue(is_clash(found, key), found)

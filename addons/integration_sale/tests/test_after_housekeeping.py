"""What people decide about an order when the job that made it was removed long ago."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestAfterHousekeeping(SaleCase):
    def make_draft(self, **values):
        """An order that comes to more in the ERP; its jobs are gone."""
        self.erp.surcharge = 5
        lead = self.make_lead([(self.product, 2)], **values)
        self.push(lead)
        order = lead.erp_order_ids
        self.assertEqual((order.state, order.difference_state), ("draft", "open"))
        self.tidy_up()
        return lead, order

    def tidy_up(self):
        self.env["integration.job"].search(
            [("connector_id", "=", self.connector.id), ("state", "=", "done")]
        ).unlink()

    def test_total_accepted(self):
        lead, order = self.make_draft()
        order.with_user(self.salesperson).action_accept_difference()
        self.assertEqual(lead.integration_status, "waiting")
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(
            (order.state, order.difference_state), ("confirmed", "accepted")
        )
        self.assertEqual(len(self.erp.orders), 1, "the same key: found, not made anew")
        self.assertEqual(self.get_jobs(lead).trigger_text, "Somebody has asked for it")

    def test_compared_again(self):
        lead, order = self.make_draft()
        order.with_user(self.salesperson).action_send_again()
        self.run_lane()
        self.assertEqual((order.state, order.difference_state), ("draft", "open"))
        self.erp.surcharge = 0
        self.tidy_up()
        order.with_user(self.salesperson).action_send_again()
        self.run_lane()
        self.assertEqual((order.state, order.difference_state), ("confirmed", "none"))
        self.assertEqual(lead.integration_status, "in_erp")

    def test_won_again(self):
        """Reopened before it could be confirmed, and won again much later."""
        lead = self.make_lead([(self.product, 2)])
        self.connector.max_attempts = 1
        self.erp.faults["order_confirm"] = [lambda: NetworkError("No connection.")]
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.state, "draft")
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.commit()
        self.get_jobs(lead).unlink()
        self.push(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_customer_as_it_stands_now(self):
        """Merged with another contact since."""
        customer = self.partner.copy({"name": "Brown Brothers", "vat": False})
        lead, order = self.make_draft(partner_id=customer.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((customer | self.partner).ids, self.partner)
        self.run_lane()
        self.tidy_up()
        self.assertFalse(customer.exists())
        order.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assertEqual(order.state, "confirmed", lead.integration_message)

    def test_order_older_than_its_snapshot(self):
        """Nothing was changed since: what stands here now is what was sent."""
        _lead, order = self.make_draft()
        order.sent_payload = False
        order.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assertEqual(order.state, "confirmed")

    def test_nothing_is_known_any_more(self):
        """Whoever accepts it is told, instead of being promised something."""
        lead, order = self.make_draft()
        order.write({"sent_payload": False, "sent_hash": "of another time"})
        for action in (order.action_accept_difference, order.action_send_again):
            with self.assertRaisesRegex(UserError, order.remote_number):
                action()
        self.env.invalidate_all()
        self.assertFalse(self.get_jobs(lead))
        # confirmed over there, as they were told to
        self.get_remote_order(lead)["state"] = "confirmed"
        self.get_remote_order(lead)["version"] = int(self.erp.new_id())
        self.pull()
        order.action_accept_difference()
        self.assertEqual(lead.integration_status, "in_erp")
        # that total, in that currency; one that nobody knows here has no rounding
        own, total = order.currency_id, order.amount_total
        order.currency_id = False
        for currency_id, amount, state in (
            (False, total, "accepted"),
            (False, total + 1, "none"),
            (own.id, total, "none"),
        ):
            amounts = {"currency_id": currency_id, "amount_total": amount}
            pull = self.connector._get_flow("sale_status_pull")._get_handler()
            self.assertEqual(pull._get_difference_state(order, amounts), state)

    def test_change_that_was_sent_since_is_what_is_compared(self):
        """The job of the order has what was sent first."""
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        lead.lead_line_ids.quantity = 3
        self.run_lane()
        order = lead.erp_order_ids
        self.assertEqual(order.expected_total, 360.0)
        self.get_remote_order(lead)["state"] = "draft"
        order.write({"state": "draft", "difference_state": "open"})
        order.action_send_again()
        self.run_lane()
        self.assertEqual((order.state, order.difference_state), ("confirmed", "none"))

    def test_difference_that_nobody_has_seen_is_not_accepted(self):
        """It was accepted once, then the total changed again."""
        _lead, order = self.make_draft()
        order.action_accept_difference()
        self.run_lane()
        self.assertEqual(order.state, "confirmed")
        remote = self.erp.orders[order.remote_id]
        remote["state"] = "draft"
        order.write({"state": "draft", "difference_state": "open"})
        order.action_send_again()
        self.run_lane()
        self.assertEqual((order.state, order.difference_state), ("draft", "open"))

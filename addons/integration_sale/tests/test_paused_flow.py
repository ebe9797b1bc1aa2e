from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestPausedFlow(SaleCase):
    """A deal that waits for a paused flow says so, everywhere somebody looks."""

    def setUp(self):
        super().setUp()
        self.customers = self.connector._get_flow("customer_push")

    def see(self, lead, user):
        """The deal as this person's form shows it now."""
        self.env.invalidate_all()
        return lead.with_user(user)

    def get_sent(self, lead, user):
        [track] = self.see(lead, user).integration_passport["tracks"]
        return {step["code"]: step for step in track["steps"]}["sent"]

    def make_waiting(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.assertEqual(lead.integration_status, "waiting")
        return lead

    def test_customers(self):
        self.customers.action_pause()
        lead = self.make_waiting()
        step = self.get_sent(lead, self.salesperson)
        self.assertEqual(step["state"], "problem")
        self.assertEqual(
            step["actor"], "The flow “Customers” is paused: Mats Steward resumes it"
        )
        own = self.see(lead, self.salesperson)
        self.assertEqual(
            own.integration_paused_message,
            "The flow “Customers” is paused. Mats Steward can resume it.",
        )
        self.assertFalse(own.can_resume_flow)
        with self.assertRaises(AccessError):
            own.action_resume_flow()
        own = self.see(lead, self.steward)
        self.assertEqual(
            own.integration_paused_message,
            "The flow “Customers” is paused. Resume it, and this goes on.",
        )
        self.assertTrue(own.can_resume_flow)
        own.action_resume_flow()
        self.run_lane()
        own = self.see(lead, self.steward)
        self.assertEqual(own.integration_status, "in_erp")
        self.assertFalse(own.integration_paused_message)

    def test_on_the_order(self):
        self.customers.action_pause()
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        step = self.get_sent(order, self.salesperson)
        self.assertIn("“Customers” is paused", step["actor"])

    def test_orders_themselves(self):
        self.flow.action_pause()
        lead = self.make_waiting()
        self.assertIn(
            "“Won deals to orders” is paused",
            self.get_sent(lead, self.salesperson)["actor"],
        )
        self.assertTrue(self.see(lead, self.salesperson).integration_paused_message)

    def test_overview(self):
        connector = self.connector
        self.assertEqual(connector.health, "works")
        self.customers.action_pause()
        connector.invalidate_recordset()
        self.assertEqual(connector.health, "works", "nothing waits")
        self.make_waiting()
        connector = self.connector.with_user(self.steward)
        connector.invalidate_recordset()
        self.assertEqual(
            (connector.health, connector.next_step), ("attention", "resume")
        )
        # the customer, and the deal that waits for it
        self.assertIn(
            "“Customers” is paused, and 2 jobs wait", connector.next_step_text
        )
        connector.action_next_step()
        self.assertEqual(self.customers.state, "running")
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        connector.invalidate_recordset()
        self.assertEqual(connector.health, "works")

    def test_switched_off_meanwhile(self):
        self.customers.action_pause()
        self.make_waiting()
        self.customers.write({"active": False, "state": "running"})
        self.connector.invalidate_recordset()
        self.assertIn("is switched off", self.connector.next_step_text)
        self.connector.action_next_step()
        self.assertTrue(self.customers.active)
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)

    def test_a_reading_is_not_missed(self):
        """Paused while its next run was queued: nobody waits for it."""
        flow = self.connector._get_flow("sale_status_pull")
        flow._enqueue_pull()
        flow.action_pause()
        self.connector.invalidate_recordset()
        self.assertEqual(self.connector.health, "works")

    def test_stopped_connector_says_so_itself(self):
        self.customers.action_pause()
        lead = self.make_waiting()
        self.connector.state = "error"
        own = self.see(lead, self.steward)
        self.assertFalse(own.integration_paused_message)
        self.assertIn(
            "starts ERP North again", self.get_sent(lead, self.steward)["actor"]
        )

    def test_orders_are_switched_off(self):
        """New deals stay here; those that went over are kept up to date all the same."""
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        self.flow.active = False
        lead.lead_line_ids.quantity = 5
        self.commit()
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        [line] = self.get_remote_order(lead)["request"]["lines"]
        self.assertEqual(line["quantity"], "5")

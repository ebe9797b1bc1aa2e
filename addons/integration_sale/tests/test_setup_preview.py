from odoo.exceptions import UserError

from .common import SaleCase


class TestSetup(SaleCase):
    """From nothing to a running connector, a step at a time."""

    def setUp(self):
        super().setUp()
        self.new = self.env["integration.connector"].create(
            {"name": "ERP South", "system_type": "fake"}
        )

    def run_tests(self):
        """As a lane does it, outside of the request."""
        self.commit()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.lane"]._run_connection_tests()
        self.env.invalidate_all()

    def test_steps(self):
        new = self.new
        self.assertEqual(new.setup_step, "system")
        new.action_setup_next()
        self.assertEqual(new.setup_step, "access")
        with self.assertRaises(UserError):
            new.action_setup_next()
        new.write({"url": "http://127.0.0.1:9", "login": "robot"})
        new.action_setup_next()
        self.assertEqual((new.setup_step, new.is_testing), ("test", True))
        with self.assertRaises(UserError):
            new.action_setup_next()
        self.run_tests()
        self.assertEqual(new.state, "tested")
        self.assertFalse(new.preview_html, "only a test was asked for")
        new.action_setup_next()
        self.assertEqual(new.setup_step, "flows")
        new.action_setup_next()
        self.assertEqual((new.setup_step, new.is_testing), ("preview", True))
        self.run_tests()
        self.assertIn("Products of the whole catalogue", new.preview_html)
        new.action_setup_start()
        self.assertEqual(new.state, "running")
        new.action_setup_back()
        self.assertEqual(new.setup_step, "flows")

    def preview(self):
        self.new.write(
            {"url": "http://127.0.0.1:9", "login": "robot", "setup_step": "flows"}
        )
        self.new.state = "tested"
        self.new.action_setup_next()
        self.run_tests()
        self.assertFalse(self.new.error_message)
        return self.new.preview_html

    def test_nothing_is_written_there(self):
        self.connector.state = "draft"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        self.erp.add_party("Brown Ltd", vat="BE0477472701")
        before = (len(self.erp.parties), len(self.erp.orders))
        html = self.preview()
        self.assertEqual((len(self.erp.parties), len(self.erp.orders)), before)
        self.assertFalse(self.get_jobs(lead))
        self.assertIn("found in the ERP, would be linked", html)
        self.assertIn("240.00", html, "the money these deals come to")
        self.assertIn("no counterpart", html)

    def test_new_customer_and_incomplete_deal(self):
        self.connector.state = "draft"
        self.win(self.make_lead([(self.product, 2)]))
        self.win(self.make_lead(name="Empty deal"))
        html = self.preview()
        self.assertIn("not found, would be created there", html)
        self.assertIn("left alone: Empty deal", html)

    def test_past_deals_on_demand(self):
        self.connector.state = "draft"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        self.preview()
        self.new.action_setup_start()
        self.assertFalse(self.get_jobs(lead), "only if somebody says so")
        self.new.write({"state": "paused", "send_past_deals": True})
        self.new.action_start()
        [job] = self.get_jobs(lead)
        self.assertEqual(job.connector_id, self.new)
        self.assertFalse(self.new.send_past_deals)

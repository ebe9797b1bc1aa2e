from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form

from .common import FakeClient, FakeHandler, HubCase

SETUP_VIEW = "integration_hub.integration_connector_view_form_setup"


class TestSetup(HubCase):
    """The guided way; what would happen is looked at in the flow addons."""

    def test_named_after_its_system(self):
        with Form(self.env["integration.connector"], view=SETUP_VIEW) as form:
            form.system_type = "fake"
            self.assertEqual(form.name, "Fake System")

    def test_each_step_asks_for_what_it_needs(self):
        connector = self.env["integration.connector"].create(
            {"name": "ERP South", "system_type": "fake"}
        )
        connector.action_setup_next()
        with self.assertRaisesRegex(UserError, "address"):
            connector.action_setup_next()
        connector.url = "http://127.0.0.1:9"
        with self.assertRaisesRegex(UserError, "key or the password"):
            connector.action_setup_next()
        connector.api_key = "secret"
        connector.action_setup_next()
        self.assertTrue(connector.is_testing)
        self.assertEqual(connector.next_step, False, "the test is under way")

    def test_without_flows(self):
        self.connector.write({"state": "tested", "setup_step": "flows"})
        self.connector.action_setup_next()
        with self.lane_env() as env:
            env["integration.lane"]._run_connection_tests()
        self.connector.invalidate_recordset()
        self.assertIn("Nothing is there yet", self.connector.preview_html)
        self.assertTrue(self.connector.previewed_at)

    def test_flows_that_are_looked_at_one_by_one(self):
        self.patch(self.registry[FakeHandler._name], "_is_looked_at_first", True)
        self.flow.action_pause()
        for is_resumed, text in (
            (False, "it is paused"),
            (True, "its first run is on"),
        ):
            if is_resumed:
                self.flow.action_resume()
            self.connector.write({"state": "tested", "setup_step": "flows"})
            self.connector.action_setup_next()
            with self.lane_env() as env:
                env["integration.lane"]._run_connection_tests()
            self.connector.invalidate_recordset()
            self.assertIn("Fake Push", self.connector.preview_html)
            self.assertIn(text, self.connector.preview_html)

    def test_client_that_breaks_holds_up_nobody(self):
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        self.flow = self.flow.copy({"connector_id": other.id})
        job = self.enqueue(1)
        self.connector.is_testing = True
        self.startPatcher(
            patch.object(FakeClient, "test_connection", lambda client: {}["version"])
        )
        with self.assertLogs("odoo.addons.integration_hub", "ERROR"):
            self.run_lane()
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.is_testing)
        self.assertIn("unexpected", self.connector.error_message)
        self.assertEqual(job.state, "done")

    def test_next_steps(self):
        connector = self.connector
        for state, health, step in (
            ("draft", "setup", "setup"),
            ("tested", "setup", "setup"),
            ("running", "works", False),
            ("paused", "paused", "start"),
            ("error", "stopped", "form"),
        ):
            connector.state = state
            connector.invalidate_recordset()
            self.assertEqual((connector.health, connector.next_step), (health, step))
        connector.action_next_step()
        connector.state = "paused"
        connector.invalidate_recordset()
        connector.action_next_step()
        self.assertEqual(connector.state, "running")

import contextlib
import math
import time
from datetime import timedelta
from unittest.mock import patch

import requests
from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..client import ConnectionReport, IntegrationError, RateLimitError
from ..models import integration_lane
from ..models.integration_lane_connection import LONGEST_TEST
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestWaiting(HubCase):
    """Until when a connector waits is seen, and can be ended."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def assert_waits(self, reason, health, step, text):
        self.connector.invalidate_recordset()
        self.assertEqual(self.connector.wait_reason, reason)
        self.assertEqual(
            (self.connector.health, self.connector.next_step), (health, step)
        )
        self.assertIn(text, self.connector.next_step_text)

    def test_asked_to_slow_down(self):
        FakeClient.answer = staticmethod(
            lambda request: RateLimitError("Slow down.", retry_after=7200)
        )
        job = self.enqueue(1)
        self.run_lane()
        self.assert_waits("limit", "waiting", "try", "asked us to slow down")
        FakeClient.answer = staticmethod(lambda request: {"id": 1})
        self.run_lane()
        self.assertEqual(job.state, "retrying")
        self.connector.action_next_step()
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assert_waits(False, "works", False, "Nothing to do")

    def test_asked_to_slow_down_where_a_flow_goes_on(self):
        """It can do without what it has asked for; its connector rests all the same, until
        a person says otherwise."""
        response = requests.Response()
        response.status_code = 429
        response.headers["Retry-After"] = "600"
        calls = self.startPatcher(
            patch.object(FakeClient, "_request", return_value=response)
        )

        def store(client, items):
            for name in ("lines", "states"):
                with contextlib.suppress(IntegrationError):
                    client.send(name, "POST", f"/{name}")
            return [{"id": item["value"]} for item in items]

        self.startPatcher(patch.object(FakeClient, "store", store))
        self.addCleanup(self.connector._forget_session)
        first = self.enqueue(1)
        self.run_lane()
        self.assertEqual((first.state, calls.call_count), ("done", 1))
        self.assert_waits("limit", "waiting", "try", "asked us to slow down")
        second = self.enqueue(2)
        self.run_lane()
        self.assertEqual((second.state, calls.call_count), ("waiting", 1))
        response.status_code = 200
        self.connector.action_try_now()
        self.run_lane()
        self.assertEqual((second.state, calls.call_count), ("done", 3))
        self.assert_waits(False, "works", False, "Nothing to do")

    def test_manager_is_shown_what_a_manager_may(self):
        manager = new_test_user(
            self.env, "ingo", "integration_hub.group_integration_manager"
        )
        moment = self.env.cr.now() + timedelta(minutes=10)
        self.connector.write({"failures_in_a_row": 7, "resting_until": moment})
        self.assert_waits("failures", "resting", "try", "did not answer")
        own = self.connector.with_user(manager)
        own.invalidate_recordset()
        self.assertEqual((own.health, own.next_step), ("resting", "form"))
        self.assertIn("did not answer", own.next_step_text)
        self.connector.action_pause()
        own.invalidate_recordset()
        self.assertEqual((own.health, own.next_step), ("paused", "form"))
        self.assertEqual(own.action_next_step()["res_id"], self.connector.id)

    def test_failed_several_times(self):
        moment = self.env.cr.now() + timedelta(minutes=10)
        self.connector.write({"failures_in_a_row": 7, "resting_until": moment})
        job = self.enqueue(1)
        self.run_lane()
        self.assert_waits("failures", "resting", "try", "did not answer")
        self.assertFalse(FakeClient.calls)
        self.connector.action_try_now()
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_budget(self):
        self.connector.write({"calls_per_day": 10, "reserved_share": 20})
        self.assert_waits(False, "works", False, "Nothing to do")
        self.use_up(8)
        self.assert_waits("share", "waiting", "form", "Of today’s 10 calls")
        self.use_up(2)
        self.assert_waits("budget", "waiting", "form", "Today’s 10 calls are made")
        self.assertGreater(self.connector.wait_until, self.env.cr.now())
        self.connector.state = "paused"
        self.assert_waits(False, "paused", "start", "Nothing is sent")

    def test_what_waits_for_something_else_goes_on_waiting(self):
        later = self.env.cr.now() + timedelta(hours=1)
        scheduled, refused = self.enqueue(1), self.enqueue(2)
        scheduled.next_try = later
        refused.write(
            {"state": "retrying", "error_kind": "validation", "next_try": later}
        )
        self.connector.action_try_now()
        self.assertEqual((scheduled | refused).mapped("next_try"), [later] * 2)

    def test_whoever_may_not_change_it_may_not_hurry_it(self):
        user = new_test_user(
            self.env, "mia", "integration_hub.group_integration_manager"
        )
        with self.assertRaises(AccessError):
            self.connector.with_user(user).action_try_now()

    # -- the test of a connection -----------------------------------------------------

    def test_test_of_a_connection_has_an_end(self):
        seen = []

        def note(client):
            seen.append(client._end - time.monotonic())
            return ConnectionReport(user="Robot")

        self.startPatcher(patch.object(FakeClient, "test_connection", note))
        self.connector.is_testing = True
        self.run_lane()
        [seconds] = seen
        self.assertTrue(math.isfinite(seconds))
        self.assertLessEqual(seconds, LONGEST_TEST)

    def test_test_of_a_connection_holds_up_no_lane(self):
        """A system that is down may take up to forty seconds of it."""
        cron = self.env.ref("integration_hub.ir_cron_test_connections")
        triggers = [("cron_id", "=", cron.id)]
        self.connector.action_test_connection()
        self.assertTrue(self.env["ir.cron.trigger"].search(triggers))
        self.assertEqual(cron.code, "model._run_connection_tests()")
        job = self.enqueue(1)
        with patch.object(
            FakeClient, "test_connection", return_value=ConnectionReport(user="Robot")
        ) as test:
            with self.lane_env() as env:
                self.get_lane(env)._run_lane()
            self.assertEqual(job.state, "done")
            self.assertFalse(test.called)
            self.test_connections()
            self.assertTrue(test.called)
        self.assertEqual(self.connector.remote_user, "Robot")

    def test_test_that_others_overtake_is_made_again(self):
        """However often somebody changes the connector meanwhile."""
        self.connector.is_testing = True
        connector_class = self.registry["integration.connector"]
        with patch.object(
            connector_class, "_run_test", side_effect=SerializationFailure
        ) as run_test:
            for _time in range(3):
                self.run_lane()
                self.assertTrue(self.connector.is_testing)
                self.assertEqual(self.connector.test_tries, 0)
        self.assertEqual(run_test.call_count, 3)
        self.run_lane()
        self.assertFalse(self.connector.is_testing)
        self.assertFalse(self.connector.error_message)

    def test_asked_again_during_a_test_changes_nothing(self):
        """So that what the test finds out can be kept, however often somebody clicks."""
        connector_class = self.registry["integration.connector"]
        self.connector.is_testing = True
        with patch.object(connector_class, "write", autospec=True) as write:
            self.connector.action_test_connection()
        self.assertFalse(any(call.args[0] for call in write.call_args_list))

    def test_test_that_ends_the_server_is_given_up(self):
        tries = []
        connector_class = self.registry["integration.connector"]
        with patch.object(
            connector_class,
            "_run_test",
            autospec=True,
            side_effect=lambda connector: tries.append(connector.test_tries),
        ):
            self.connector.is_testing = True
            self.run_lane()
            # begun, and never ended: what a killed server leaves
            self.connector.test_tries = 1
            self.run_lane()
            self.connector.test_tries = 2
            self.run_lane()
        self.assertEqual(tries, [1, 2])
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.is_testing)
        self.assertIn("interrupted", self.connector.error_message)
        self.connector.is_testing = True
        self.run_lane()
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.is_testing)
        self.assertFalse(self.connector.error_message)

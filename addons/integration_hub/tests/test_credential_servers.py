import os
import tempfile
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from .. import credential_cipher
from ..models import integration_credential, ir_cron_worker
from ..models.integration_credential import NOTE_LASTS, PATIENCE, TEST_PATIENCE
from .common import HubCase

SECRET = "s3cr3t-k3y-äö"
LOGGER = "odoo.addons.integration_hub.models.integration_credential"


@tagged("post_install", "-at_install")
class TestCredentialServers(HubCase):
    """Several servers on one database: one has the key, the other one does not."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_credential, "_told", set()))
        self.key, self.other_key = (Fernet.generate_key().decode() for _key in "ab")
        with self.server_with_key():
            self.connector.api_key = SECRET
        self.job = self.enqueue(1)

    def server_with_key(self):
        return patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": self.key})

    def server_without_key(self):
        return patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": self.other_key})

    def run_without_key(self):
        with self.server_without_key():
            self.run_lane()
        self.connector.invalidate_recordset()

    def let_time_pass(self, time):
        """Since this server has asked whether another one can read them."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_credential SET unread_since = unread_since - %(time)s,"
            " unread_at = unread_at - %(time)s",
            {"time": time},
        )
        self.env.invalidate_all()

    def assert_left_alone(self):
        self.assertEqual(self.connector.state, "running")
        self.assertFalse(self.connector.activity_ids)
        self.assertFalse(self.connector.error_message)
        self.assertEqual((self.job.state, self.job.attempts), ("waiting", 0))

    def test_who_has_no_key_leaves_the_work_to_others(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.run_without_key()
            self.run_without_key()
        self.assertEqual(len(logs.output), 1, "once")
        self.assertIn("Give it the same key", logs.output[0])
        self.assert_left_alone()
        self.assertIn("can't read the credentials", self.connector.unread_text)
        self.assertEqual(self.connector.next_step_text, self.connector.unread_text)
        with self.server_with_key():
            self.run_lane()
        self.assertEqual(self.job.state, "done")
        self.let_time_pass(NOTE_LASTS)
        self.assertFalse(self.connector.unread_text, "it has the key by now")

    def test_a_server_whose_key_is_none_leaves_it_to_others_too(self):
        with patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": "hunter2"}):
            self.run_lane()
        self.assert_left_alone()

    def test_who_has_the_key_answers(self):
        """... so that nobody takes it for lost, however long it goes on."""
        self.run_without_key()
        for _round in range(4):
            self.let_time_pass(PATIENCE / 3)
            with self.server_with_key():
                self.run_lane()
            self.assertEqual(self.job.state, "done")
            self.job = self.enqueue(2)
            self.run_without_key()
            self.assert_left_alone()

    def test_a_key_that_no_server_has_is_told(self):
        self.run_without_key()
        for _round in range(3):
            self.assert_left_alone()
            self.let_time_pass(PATIENCE / 3 + timedelta(seconds=1))
            self.run_without_key()
        self.assertEqual(self.connector.state, "error")
        self.assertIn("encrypted with another key", self.connector.error_message)
        self.assertTrue(self.connector.activity_ids, "somebody is told")

    def test_what_was_asked_long_ago_is_asked_again(self):
        """The work was done by a server that had read the credentials before."""
        self.run_without_key()
        self.let_time_pass(timedelta(days=1))
        self.run_without_key()
        self.assert_left_alone()

    def test_other_connectors_go_on(self):
        other = self.connector.copy({"name": "ERP South"})
        other.state = "running"
        flow = self.flow.copy({"connector_id": other.id})
        values = {"operation": "store", "name": "V", "payload": {"value": 2}}
        sent = self.env["integration.job"]._enqueue(
            flow, [{**values, "idempotency_key": "value-2"}]
        )
        self.run_without_key()
        self.assert_left_alone()
        self.assertEqual(sent.state, "done")

    def process_lane(self, work):
        """A cron worker has taken a lane.

        :return: what it does once the lane is free again, and the lane"""
        lane = self.env.ref("integration_hub.ir_cron_lane_1")
        self.env["ir.cron.trigger"].search([]).unlink()
        cursor, done = self.env.cr, []
        self.startPatcher(
            patch.object(IrCron, "_notifydb", lambda cron: done.append("told"))
        )
        with (
            patch.object(IrCron, "_process_job", lambda cursor, job: work()),
            patch.object(ir_cron_worker, "_local", SimpleNamespace()),
        ):
            cursor.postcommit.clear()
            self.registry["ir.cron"]._process_job(cursor, {"id": lane.id})
        done.clear()
        sleep = patch.object(
            ir_cron_worker.time, "sleep", lambda _seconds: done.append("away")
        )
        with sleep:
            cursor.postcommit.run()
        return done, lane

    def test_others_are_told_of_what_was_left(self):
        done, lane = self.process_lane(self.run_without_key)
        self.assertEqual(done, ["told", "away"])
        triggers = self.env["ir.cron.trigger"].search([])
        self.assertEqual(triggers.cron_id, lane)

    def test_nobody_is_told_otherwise(self):
        with self.server_with_key():
            done, _lane = self.process_lane(self.run_lane)
        self.assertFalse(done)

    # -- tests of the connection ------------------------------------------------------

    def test_who_has_the_key_tests(self):
        self.connector.action_test_connection()
        with self.server_without_key():
            self.test_connections()
        self.connector.invalidate_recordset()
        self.assertTrue(self.connector.is_testing)
        self.assertFalse(self.connector.error_message)
        with self.server_with_key():
            self.test_connections()
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.is_testing)
        self.assertFalse(self.connector.error_message)

    def test_a_person_does_not_wait_long(self):
        self.connector.action_test_connection()
        with self.server_without_key():
            self.test_connections()
            self.let_time_pass(TEST_PATIENCE)
            self.test_connections()
        self.connector.invalidate_recordset()
        self.assertFalse(self.connector.is_testing)
        self.assertIn("encrypted with another key", self.connector.error_message)
        # there may be a server with the key by the next time
        self.connector.action_test_connection()
        with self.server_without_key():
            self.test_connections()
        self.connector.invalidate_recordset()
        self.assertTrue(self.connector.is_testing)

    # -- entering credentials ---------------------------------------------------------

    def make_other(self):
        return self.connector.copy({"name": "ERP South"})

    def test_no_second_key_in_one_database(self):
        other = self.make_other()
        with (
            self.server_without_key(),
            self.assertRaisesRegex(UserError, "does not have the key") as caught,
        ):
            other.api_key = "another"
        self.assertIn(self.connector.name, str(caught.exception))
        self.assertFalse(other.api_key_is_set)
        with self.server_with_key():
            other.api_key = "another"
        self.assertTrue(other.api_key_is_set)

    def test_a_server_without_key_makes_none_then(self):
        other = self.make_other()
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(config.options, {"data_dir": folder}),
            patch.dict(os.environ),
        ):
            os.environ.pop("ODOO_INTEGRATION_KEY", None)
            with self.assertRaisesRegex(UserError, "encrypted with another key"):
                self.connector._get_client()
            with self.assertRaisesRegex(UserError, "does not have the key"):
                other.api_key = "another"
            self.assertFalse(credential_cipher.get_key_path().exists())
            self.connector.action_forget_credentials()
            other.api_key = "another"
            self.assertTrue(credential_cipher.get_key_path().exists())

    def test_a_lost_key(self):
        """What is entered again replaces what nobody can read."""
        with self.server_without_key():
            self.connector.api_key = "entered again"
            self.run_lane()
        self.assertEqual(self.job.state, "done")

    def test_names_of_other_companies_are_not_told(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.connector.company_id = company
        user = self.env["res.users"].create(
            {
                "name": "Ada",
                "login": "ada",
                "group_ids": [
                    (
                        4,
                        self.env.ref(
                            "integration_hub.group_integration_administrator"
                        ).id,
                    )
                ],
            }
        )
        other = self.make_other()
        other.company_id = user.company_id
        with (
            self.server_without_key(),
            self.assertRaisesRegex(UserError, "connectors of other companies") as found,
        ):
            other.with_user(user).api_key = "another"
        self.assertNotIn(self.connector.name, str(found.exception))

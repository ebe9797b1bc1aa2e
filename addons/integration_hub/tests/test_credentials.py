import os
import re
import stat
import subprocess
import sys
import tempfile
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import config

from .. import credential_cipher
from ..models.integration_credential import PATIENCE
from .common import HubCase

SECRET = "s3cr3t-k3y-äö"


@tagged("post_install", "-at_install")
class TestCredentials(HubCase):
    def stored_tokens(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT token FROM integration_credential")
        return [token for (token,) in self.env.cr.fetchall()]

    def test_written_never_read(self):
        self.connector.api_key = SECRET
        self.assertFalse(self.connector.api_key, "not even in the same request")
        self.assertTrue(self.connector.api_key_is_set)
        self.assertEqual(self.connector.read(["api_key"])[0]["api_key"], False)
        self.assertNotIn(SECRET, str(self.connector.export_data(["api_key"])))
        self.assertFalse(self.connector.copy().api_key_is_set)

    def test_created_with_a_secret(self):
        connector = self.connector.create(
            {
                "name": "ERP South",
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "api_key": SECRET,
            }
        )
        self.assertFalse(connector.api_key)
        self.assertEqual(
            connector._get_client().settings.credentials["api_key"], SECRET
        )

    def test_encrypted_at_rest(self):
        self.connector.api_key = SECRET
        [token] = self.stored_tokens()
        self.assertNotIn(SECRET, token)
        self.assertEqual(credential_cipher.decrypt(token), SECRET)

    def test_client_gets_it_but_does_not_show_it(self):
        self.connector.api_key = SECRET
        settings = self.connector._get_client().settings
        self.assertEqual(settings.credentials, {"api_key": SECRET})
        self.assertNotIn(SECRET, repr(settings))

    def test_empty_value_keeps_the_secret(self):
        """A form saved without touching the field must not lose the secret."""
        self.connector.api_key = SECRET
        self.connector.write({"api_key": False, "name": "Renamed"})
        self.assertTrue(self.connector.api_key_is_set)
        self.connector.action_forget_credentials()
        self.assertFalse(self.connector.api_key_is_set)

    def test_wrong_key_is_said_clearly(self):
        self.connector.api_key = SECRET
        with (
            patch.dict(
                os.environ, {"ODOO_INTEGRATION_KEY": Fernet.generate_key().decode()}
            ),
            self.assertRaisesRegex(UserError, "encrypted with another key"),
        ):
            self.connector._get_client()

    def test_wrong_key_stops_the_connector(self):
        self.connector.api_key = SECRET
        job = self.enqueue(1)
        with patch.dict(
            os.environ, {"ODOO_INTEGRATION_KEY": Fernet.generate_key().decode()}
        ):
            self.run_lane_of_all_servers()
        self.assertEqual(self.connector.state, "error")
        self.assertIn("encrypted with another key", self.connector.error_message)
        self.assertEqual(job.state, "waiting")

    def run_lane_of_all_servers(self):
        """None of them has the key: this one has waited in vain for another one."""
        self.run_lane()
        self.env.cr.execute(
            "UPDATE integration_credential SET unread_since = unread_since - %s",
            (PATIENCE,),
        )
        self.env.invalidate_all()
        self.run_lane()

    def use_key(self, key):
        """The server has this key, however it gets it otherwise."""
        return patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": key})

    def test_no_key_is_said_clearly(self):
        """What was pasted wrongly is said, not quoted, wherever the key is needed."""
        self.connector.api_key = SECRET
        for key in ("hunter2", "hunter2,", "é" * 44, ",", "A" * 44):
            with self.subTest(key), self.use_key(key):
                for access in (
                    self.connector._get_client,
                    lambda: self.connector.write({"api_key": "another"}),
                    self.env["integration.credential"]._rotate_all,
                ):
                    with self.assertRaisesRegex(
                        UserError, "ODOO_INTEGRATION_KEY is no encryption key"
                    ) as caught:
                        access()
                    self.assertNotIn("hunter2", str(caught.exception))
                    self.assertIn("Fernet.generate_key", str(caught.exception))

    def test_the_way_shown_makes_a_key(self):
        with (
            self.use_key(","),
            self.assertRaises(UserError) as caught,
        ):
            self.connector.api_key = SECRET
        command = re.search("-c '(.+?)'", str(caught.exception))[1]
        run = subprocess.run(
            [sys.executable, "-c", command], capture_output=True, text=True, check=True
        )
        with self.use_key(run.stdout.strip()):
            self.assertEqual(
                credential_cipher.decrypt(credential_cipher.encrypt(SECRET)), SECRET
            )

    def test_unreadable_key_file_is_said_clearly(self):
        # tests may run as root, whom no permission stops: a folder is no file to anybody
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(config.options, {"data_dir": folder}),
            patch.dict(os.environ),
        ):
            os.environ.pop("ODOO_INTEGRATION_KEY", None)
            path = credential_cipher.get_key_path()
            path.mkdir(parents=True)
            with self.assertRaisesRegex(UserError, "can't use the file") as caught:
                self.connector.api_key = SECRET
            self.assertIn(str(path), str(caught.exception))
            path.rmdir()
            path.write_text("")
            with self.assertRaisesRegex(UserError, "can't use the file"):
                self.connector.api_key = SECRET

    def test_no_key_stops_its_connector_alone(self):
        """One connector has something to decrypt, the other none: that one goes on."""
        self.connector.api_key = SECRET
        held_up = self.enqueue(1)
        other = self.connector.copy({"name": "ERP South"})
        other.state = "running"
        flow = self.env["integration.flow"].create(
            {"connector_id": other.id, "code": "fake_push", "direction": "push"}
        )
        sent = self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "store",
                    "name": "Value 2",
                    "payload": {"value": 2},
                    "idempotency_key": "value-2",
                }
            ],
        )
        with self.use_key("hunter2"):
            self.run_lane_of_all_servers()
        self.assertEqual(self.connector.state, "error")
        self.assertIn("is no encryption key", self.connector.error_message)
        self.assertEqual((held_up.state, sent.state), ("waiting", "done"))
        self.assertTrue(self.connector.activity_ids, "somebody is told")
        # mended: it goes on where it was
        self.connector._run_test()
        self.connector.action_start()
        self.run_lane()
        self.assertEqual(held_up.state, "done")

    def test_rotation(self):
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": old}):
            self.connector.api_key = SECRET
        before = self.stored_tokens()
        with patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": f"{new},{old}"}):
            self.env["integration.credential"]._rotate_all()
        self.assertNotEqual(before, self.stored_tokens())
        with patch.dict(os.environ, {"ODOO_INTEGRATION_KEY": new}):
            self.env.invalidate_all()
            self.assertEqual(
                self.connector._get_client().settings.credentials["api_key"], SECRET
            )

    def test_key_file_is_readable_by_the_server_alone(self):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(config.options, {"data_dir": folder}),
            patch.dict(os.environ),
        ):
            os.environ.pop("ODOO_INTEGRATION_KEY", None)
            token = credential_cipher.encrypt(SECRET)
            mode = stat.S_IMODE(credential_cipher.get_key_path().stat().st_mode)
            self.assertEqual(mode, 0o600)
            self.assertEqual(credential_cipher.decrypt(token), SECRET)

    def test_nobody_may_read_credentials(self):
        self.connector.api_key = SECRET
        admin = self.env.ref("base.user_admin")
        credentials = self.env["integration.credential"].with_user(admin)
        with self.assertRaises(AccessError):
            credentials.search_read([], ["name"])

    def test_neutralised_copy_never_talks_to_production(self):
        self.connector.environment = "production"
        self.connector._get_client()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        with self.assertRaisesRegex(UserError, "neutralised"):
            self.connector._get_client()

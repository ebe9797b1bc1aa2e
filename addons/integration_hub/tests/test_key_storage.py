from unittest.mock import patch

from odoo.tests import tagged

from ..client import AuthenticationError
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestKeyStorage(HubCase):
    """The connector says how records are kept from being made twice."""

    def test_the_system(self):
        for stores_key, key_is_unique, expected, words in (
            (True, True, "unique", "refuses a second one"),
            (True, False, "stored", "is asked whether it is there"),
            (False, False, "none", "a person is asked"),
        ):
            with (
                self.subTest(expected),
                patch.object(FakeClient, "stores_key", stores_key),
                patch.object(FakeClient, "key_is_unique", key_is_unique),
            ):
                self.connector._run_test()
                self.assertEqual(self.connector.key_storage, expected)
                self.assertIn(words, self.connector.key_storage_text)

    def test_what_was_known_stays_when_a_test_fails(self):
        self.connector._run_test()
        self.assertEqual(self.connector.key_storage, "stored")
        with patch.object(
            FakeClient, "test_connection", side_effect=AuthenticationError("No.")
        ):
            self.connector._run_test()
        self.assertEqual(self.connector.key_storage, "stored")

    def test_nothing_is_said_before_the_test(self):
        self.assertFalse(self.connector.key_storage_text)

"""What makes two customers or addresses one."""

import unittest

from ..client.matching import (
    is_empty_address,
    is_our_key,
    is_same_address,
    normalize_email,
    normalize_text,
    normalize_vat,
)
from ..client.redact import redact

ADDRESS = {
    "name": "Dépôt Nord",
    "street": "Kanaal 4, Loods B",
    "street2": "",
    "zip": "1011 AB",
    "city": "Amsterdam",
    "country_code": "NL",
}


class TestMatching(unittest.TestCase):
    def test_vat(self):
        for text, country, expected in (
            ("nl 1234.56.789.B01", "", "NL123456789B01"),
            ("123456789B01", "nl", "NL123456789B01"),
            ("094259216", "GR", "EL094259216"),
            ("EL094259216", "GR", "EL094259216"),
            ("123456789", "", "123456789"),
            ("", "NL", ""),
            (None, "NL", ""),
        ):
            self.assertEqual(normalize_vat(text, country), expected)

    def test_email(self):
        self.assertEqual(normalize_email(" Jan@Example.COM "), "jan@example.com")
        self.assertEqual(normalize_email(None), "")

    def test_text(self):
        self.assertEqual(normalize_text(" Straße  12-a, "), "strasse 12 a")
        # composed and decomposed accents are one, no accent is another
        self.assertEqual(normalize_text("Cafe\u0301"), normalize_text("CAFÉ"))
        self.assertNotEqual(normalize_text("Café"), normalize_text("Cafe"))

    def test_same_address(self):
        for other, expected in (
            ({}, True),
            ({"street": "kanaal 4 loods b", "zip": "1011ab"}, True),
            ({"name": ""}, True),
            ({"name": "Magazijn Zuid"}, False),
            ({"street": "Kanaal 5"}, False),
            ({"country_code": "BE"}, False),
        ):
            self.assertIs(is_same_address(ADDRESS, {**ADDRESS, **other}), expected)

    def test_empty_address(self):
        self.assertFalse(is_empty_address(ADDRESS))
        self.assertTrue(is_empty_address({"name": "x", "country_code": "NL"}))

    def test_our_key(self):
        for text, expected in (
            ("CRM-1a2b3c4d-P12", True),
            ("CRM-2024-001", False),
            ("K100", False),
            ("", False),
            (None, False),
        ):
            with self.subTest(text=text):
                self.assertIs(is_our_key(text), expected)

    def test_password_in_an_address(self):
        self.assertEqual(
            redact("no answer of https://me:secret@erp.example.com/x@y"),
            "no answer of https://***@erp.example.com/x@y",
        )
        text = "http://127.0.0.1:8069/jsonrpc for me@example.com"
        self.assertEqual(redact(text), text)

    def test_secrets_as_json_writes_them(self):
        text = '{"args": ["db", 2, "p\\u00e4\\"ss"]}'
        self.assertEqual(redact(text, ['pä"ss']), '{"args": ["db", 2, "***"]}')

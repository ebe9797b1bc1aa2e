"""Parts of the client that call nobody."""

import datetime
import unittest
from decimal import Decimal

from ..client.encoding import (
    amount_text,
    as_date,
    as_decimal,
    date_text,
    decode,
    encode,
    number_text,
)
from ..client.parties import escape_like
from ..client.vat import get_identifier, get_search_codes, is_same_vat
from ..client.windows import OVERLAP, SEEN_LIMIT, Window

MOMENT = datetime.datetime(2026, 11, 22, 10, 30, 0, 123456)


class TestEncoding(unittest.TestCase):
    def test_round_trip(self):
        values = {
            "price": Decimal("10.0000"),
            "small": Decimal("1E-4"),
            "day": datetime.date(2026, 2, 28),
            "moment": MOMENT,
            "list": [{"deep": Decimal("-0.1")}, None, "é", 1.5, True],
        }
        self.assertEqual(decode(encode(values)), values)
        self.assertEqual(encode(Decimal("1E-4"))["decimal"], "0.0001")

    def test_timedelta(self):
        span = decode({"__class__": "timedelta", "seconds": 90.0})
        self.assertEqual(span, datetime.timedelta(seconds=90))

    def test_numbers(self):
        self.assertEqual(as_decimal("12.50"), Decimal("12.50"))
        for text in ("", "abc", "NaN", "Infinity", None):
            with self.assertRaises(ValueError):
                as_decimal(text)

    def test_texts(self):
        self.assertEqual(amount_text(Decimal("12.50")), "12.50")
        self.assertEqual(amount_text(Decimal("1E+2")), "100")
        self.assertEqual(amount_text(None), "0")
        self.assertEqual(number_text(2.0), "2")
        self.assertEqual(number_text(Decimal("2.3300")), "2.33")
        self.assertEqual(number_text(None), "0")
        self.assertEqual(date_text(MOMENT), "2026-11-22")
        self.assertEqual(date_text(None), "")
        self.assertEqual(as_date("2026-11-22"), datetime.date(2026, 11, 22))
        self.assertIsNone(as_date(""))

    def test_escape_like(self):
        self.assertEqual(escape_like("100%_\\"), "100\\%\\_\\\\")


class TestVat(unittest.TestCase):
    def test_same(self):
        for vat, kind, code in (
            ("NL 8231.400.03.B01", "eu_vat", "NL823140003B01"),
            ("nl823140003b01", None, "NL823140003B01"),
            ("NL823140003B01", "nl_vat", "823140003B01"),
            ("EL094259216", "gr_vat", "094259216"),
            ("GR094259216", "eu_vat", "EL094259216"),
            ("12345678", None, "1234 5678"),
        ):
            with self.subTest(vat=vat, code=code):
                self.assertTrue(is_same_vat(vat, kind, code))

    def test_not_the_same(self):
        for vat, kind, code in (
            ("NL823140003B01", "eu_vat", "BE823140003B01"),
            # the same digits in another country are another customer
            ("NL823140003B01", "be_vat", "823140003B01"),
            ("NL823140003B01", None, "823140003B01"),
            ("NL823140003B01", "eu_vat", "NL823140003B02"),
        ):
            with self.subTest(vat=vat, code=code):
                self.assertFalse(is_same_vat(vat, kind, code))

    def test_identifier(self):
        known = {"eu_vat", "gb_vat", "ch_vat"}
        for vat, country, expected in (
            ("NL 823140003 B01", "", ("eu_vat", "NL823140003B01")),
            ("823140003B01", "NL", ("eu_vat", "NL823140003B01")),
            ("GB980780684", "", ("gb_vat", "GB980780684")),
            ("US-12", "US", (None, "US-12")),
        ):
            with self.subTest(vat=vat):
                found = get_identifier(vat, country, known)
                self.assertEqual((found["type"], found["code"]), expected)

    def test_search_codes(self):
        codes = get_search_codes("NL 823140003 B01")
        self.assertIn("NL823140003B01", codes)
        self.assertIn("823140003B01", codes)


class TestWindow(unittest.TestCase):
    def test_round_trip(self):
        window = Window(
            since=MOMENT, after=7, until=MOMENT, seen={"1": "a"}, extra={"2": ["x"]}
        )
        self.assertEqual(Window.from_cursor(window.to_cursor()), window)
        self.assertEqual(Window.from_cursor(None), Window())

    def test_next_begins_an_overlap_earlier(self):
        window = Window(until=MOMENT, fresh={"1": "a"})
        following = window.get_next()
        self.assertEqual(following.since, MOMENT - OVERLAP)
        self.assertEqual(following.seen, {"1": "a"})
        self.assertTrue(following.is_new)

    def test_nothing_there_stays_at_the_beginning(self):
        self.assertIsNone(Window().get_next().since)
        later = Window(since=MOMENT).get_next()
        self.assertEqual(later.since, MOMENT)

    def test_seen_is_bounded(self):
        window = Window(fresh={str(number): "x" for number in range(SEEN_LIMIT + 5)})
        kept = Window.from_cursor(window.to_cursor()).fresh
        self.assertEqual(len(kept), SEEN_LIMIT)
        self.assertIn(str(SEEN_LIMIT + 4), kept)

from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..decimals import convert_quantity, is_within, to_decimal, to_text
from ..payload import drop_empty_sections


@tagged("at_install", "-post_install")
class TestDecimals(BaseCase):
    def test_floats_are_what_people_see(self):
        self.assertEqual(to_decimal(0.1), Decimal("0.1"))
        self.assertEqual(to_decimal(False), Decimal(0))
        self.assertEqual(to_text(1e-7), "0.0000001")
        self.assertEqual(to_text(1e16), "10000000000000000")
        self.assertEqual(to_text(100.0), "100")
        self.assertEqual(to_text(-0.0), "0")
        self.assertEqual(to_text(2.675, 2), "2.68")

    def test_units(self):
        quantity, price = convert_quantity("2", "120", 12.0)
        self.assertEqual((quantity, price), (Decimal(24), Decimal(10)))
        # does not come out even: what is lost is far below a cent
        quantity, price = convert_quantity("1", "100", 3.0)
        self.assertEqual(to_text(price), "33.3333333333")

    def test_tolerance(self):
        self.assertTrue(is_within("-0.01", 0.01))
        self.assertFalse(is_within("0.02", 0.01))

    def test_empty_sections(self):
        kept = drop_empty_sections(
            "n S p S n U p S n S U n U p".split(),
            lambda line: {
                "S": "section",
                "U": "subsection",
                "n": "note",
                "p": "product",
            }[line],
        )
        self.assertEqual(kept, "n S p S n U p S U p".split())

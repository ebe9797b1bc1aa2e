import unittest

from ..unit_names import get_unit_key


class TestUnitNames(unittest.TestCase):
    def test_same_unit(self):
        for one, other in (
            ("Units", "Unit"),
            ("Units", "Piece"),
            ("Hours", "h"),
            ("Hours", "Hour"),
            ("kg", "Kilogram"),
            ("m", "Meter"),
            ("L", "Liter"),
            ("m²", "Square Meter"),
        ):
            with self.subTest(one=one, other=other):
                self.assertTrue(get_unit_key(one))
                self.assertEqual(get_unit_key(one), get_unit_key(other))

    def test_another_unit(self):
        for one, other in (("Units", "Dozens"), ("kg", "g"), ("m", "m²"), ("m", "mm")):
            with self.subTest(one=one, other=other):
                self.assertNotEqual(get_unit_key(one), get_unit_key(other))

    def test_nobody_can_be_sure(self):
        for name in ("", False, None, "Stuk", "M", "Pack of 6", "St", "T"):
            with self.subTest(name=name):
                self.assertEqual(get_unit_key(name), "")

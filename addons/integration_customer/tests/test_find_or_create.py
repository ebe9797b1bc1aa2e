import unittest

from ..find_or_create import take_distinct


def make_request(country_code="NL", **values):
    party = {"name": "Brown", "vat": "", "email": "", "code": "", **values}
    return {"party": {**party, "addresses": [{"country_code": country_code}]}}


class TestTakeDistinct(unittest.TestCase):
    """Two that could be one customer over there are not looked for in the same round: both
    would be found missing, and both created."""

    def assert_one_after_the_other(self, *parties):
        requests = [make_request(**party) for party in parties]
        self.assertEqual(take_distinct([0, 1], requests), ([0], [1]))

    def test_vat_numbers_as_people_write_them(self):
        full = {"vat": "NL123456789B01"}
        self.assert_one_after_the_other(full, {"vat": "nl 1234.56.789.B01"})
        self.assert_one_after_the_other(full, {"vat": "123456789B01"})
        abroad = [
            make_request(vat="123456789"),
            make_request("BE", vat="123456789"),
        ]
        self.assertEqual(take_distinct([0, 1], abroad), ([0, 1], []))

    def test_email(self):
        self.assert_one_after_the_other(
            {"email": "office@brown.example"}, {"email": "Office@Brown.example "}
        )

    def test_reference_along_with_the_name(self):
        self.assert_one_after_the_other(
            {"code": "C100", "name": "Acme"}, {"code": "C100", "name": "ACME "}
        )
        others = [
            make_request(code="C100", name="Acme"),
            make_request(code="C100", name="Zenith"),
            make_request(name="Acme"),
            make_request(name="Acme"),
        ]
        self.assertEqual(take_distinct([0, 1, 2, 3], others), ([0, 1, 2, 3], []))

"""By which rule a customer is found; no ERP needed."""

import unittest

from ..client.parties import PartyVerbs


class Verbs(PartyVerbs):
    """``rows`` are the customers of the ERP."""

    def __init__(self, rows):
        self.rows = rows

    def search_read(self, model, domain, fields, **_values):
        return self.rows

    def get_url(self, model, remote_id):
        return f"{model},{remote_id}"


def make_row(number, **values):
    return {
        "id": number,
        "name": "Acme",
        "ref": "C100",
        "vat": False,
        "email": False,
        "email_normalized": False,
        "city": False,
        "country_id": False,
        "commercial_partner_id": [number, "Acme"],
        "active": True,
        **values,
    }


class TestMatches(unittest.TestCase):
    def match(self, *rows, **values):
        """:return: list of (remote id, rule)"""
        party = {"key": "CRM-1-P7", "code": "C100", "name": "ACME ", "vat": ""}
        party |= {"email": "", "addresses": [], **values}
        [found] = Verbs(list(rows)).party_match([party])
        return [(match["remote_id"], match["rule"]) for match in found]

    def test_reference_and_name_are_not_our_key(self):
        """People over there may have given both: whoever rules it out is not shown it
        again as our own."""
        self.assertEqual(self.match(make_row(3)), [("3", "code")])
        self.assertEqual(self.match(make_row(3, name="Zenith")), [])
        self.assertEqual(self.match(make_row(3, ref=False), code=""), [])

    def test_our_key_comes_first(self):
        own = make_row(4, ref="CRM-1-P7", name="Called otherwise")
        self.assertEqual(self.match(make_row(3), own), [("4", "key")])

    def test_reference_and_name_come_before_the_vat_number(self):
        other = make_row(5, ref=False, vat="NL123456789B01")
        self.assertEqual(
            self.match(other, make_row(3), vat="NL123456789B01"), [("3", "code")]
        )

    def test_archived(self):
        """Ours by our key alone; else a person is asked, where no other one is left."""
        gone = make_row(3, active=False)
        self.assertEqual(self.match(gone), [("3", "archived")])
        self.assertEqual(self.match(gone, make_row(6)), [("6", "code")])
        self.assertEqual(
            self.match(make_row(3, ref="CRM-1-P7", active=False)), [("3", "key")]
        )

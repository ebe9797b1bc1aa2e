"""What is a customer's own record and what is not; no ERP needed."""

import unittest

from ..client.address_match import find_address
from ..client.party_changes import PartyChangeVerbs

PLACE = {"street": "Main 1", "street2": "", "zip": "1000", "city": "Brussels"}
NOWHERE = dict.fromkeys(PLACE, "")


def make_address(kind, name, place=None, **values):
    place = PLACE if place is None else place
    return {
        "key": "A9",
        "kind": kind,
        "name": name,
        **place,
        "country_code": "BE",
        "state_code": "",
        "state_name": "",
        "email": "",
        "phone": "",
        "active": True,
        **values,
    }


class Verbs(PartyChangeVerbs):
    """A customer 7 with a contact 8."""

    def __init__(self):
        self.changes = []

    def search_read(self, model, domain, fields, **_values):
        if model != "res.partner":
            return []
        return [
            {"id": number, "commercial_partner_id": [7, "Brown"]} for number in (7, 8)
        ]

    def call(self, model, method, ids=None, **values):
        self.changes.append((ids, values.get("vals")))

    def write_table(self, model, columns, table, **_values):
        self.changes.append(table)

    def _get_countries(self):
        return {}

    def _find_states(self, _addresses):
        return {}

    def _prepare_address_values(self, *_args):
        return {"country_id": None, "state_id": None}


class TestAddresses(unittest.TestCase):
    known = [
        {
            "id": 7,
            "ref": "",
            "name": "",
            "label": "Brown Ltd",
            **PLACE,
            "country_code": "BE",
        }
    ]

    def find(self, *args, **values):
        return find_address(make_address(*args, **values), 7, self.known)

    def test_what_says_nothing_of_its_own_is_the_customer(self):
        self.assertEqual(self.find("main", "Brown Limited", email="a@b.example"), 7)
        self.assertEqual(self.find("main", "Brown Ltd", NOWHERE), 7)
        self.assertEqual(self.find("invoice", "Brown Ltd", NOWHERE), 7)
        self.assertEqual(self.find("delivery", "brown ltd."), 7)

    def test_who_has_a_name_or_an_email_is_not_the_customer(self):
        for place in (PLACE, NOWHERE):
            self.assertIsNone(self.find("invoice", "Accounts payable", place))
            self.assertIsNone(
                self.find("invoice", "Brown Ltd", place, email="ap@b.example")
            )
            self.assertIsNone(self.find("other", "Brown Ltd", place, phone="1"))

    def test_archiving_an_address_spares_the_customer(self):
        verbs = Verbs()
        requests = [{"kind": "address", "remote_id": item} for item in ("7", "8")]
        self.assertEqual(verbs.party_archive(requests), [True, True])
        self.assertEqual(verbs.changes, [([8], {"active": False})])

    def test_archiving_a_customer(self):
        verbs = Verbs()
        self.assertEqual(
            verbs.party_archive([{"kind": "party", "remote_id": "7"}]), [True]
        )
        self.assertEqual(verbs.changes, [([7, 8], {"active": False})])

    def test_changing_an_address_spares_the_customer(self):
        verbs = Verbs()
        address = make_address("invoice", "Accounts payable", active=False)
        update = {
            "remote_id": "7",
            "party": {"name": "Brown Ltd", "vat": "", "active": True},
            "fields": [],
            "addresses": [
                {
                    "remote_id": remote_id,
                    "address": address,
                    "fields": ["name", "active"],
                }
                for remote_id in ("7", "8")
            ],
        }
        self.assertEqual(verbs.party_update([update]), [True])
        self.assertEqual(verbs.changes, [[["8", "0", "Accounts payable"]]])

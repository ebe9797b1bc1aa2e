import unittest

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    NetworkError,
    RateLimitError,
)

from ..find_or_create import match_or_create, take_distinct
from ..models.handler_customer_push import HandlerCustomerPush


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


class FakeClient:
    """Finds customer 7 of the ERP by one rule, whoever is looked for."""

    def __init__(self, rule, stores_key=True):
        self.rule, self.stores_key = rule, stores_key

    def party_match(self, parties):
        match = {"remote_id": "7", "number": "C7", "name": "Brown", "url": ""}
        return [[{**match, "detail": "", "rule": self.rule}] for _party in parties]

    def party_create(self, parties):
        return [
            {"remote_id": "8", "number": "C8", "url": "", "addresses": {}}
            for _party in parties
        ]


class TestCreateNew(unittest.TestCase):
    """A person had a new one created: what was offered is not offered again, and what a
    lost call has made since is not made twice."""

    def send(self, rule, ruled_out=(), is_new=True, **values):
        """:return: (remote id, rule) of the answer"""
        request = {**make_request(), "is_new": is_new, "ruled_out": list(ruled_out)}
        answers = [None]
        match_or_create(FakeClient(rule, **values), [request], answers, [0])
        return answers[0]["remote_id"], answers[0]["rule"]

    def test_found_by_what_we_give(self):
        for rule in ("key", "code"):
            with self.subTest(rule):
                self.assertEqual(self.send(rule, is_new=False), ("7", rule))
                self.assertEqual(self.send(rule), ("7", rule))
                self.assertEqual(self.send(rule, ["6"]), ("7", rule))
                self.assertEqual(self.send(rule, ["7"]), ("8", "created"))

    def test_found_by_what_others_have_as_well(self):
        for rule in ("vat", "email", "archived"):
            with self.subTest(rule):
                self.assertEqual(self.send(rule), ("8", "created"))

    def test_found_where_no_key_is_kept(self):
        self.assertEqual(self.send("vat", stores_key=False), ("7", "vat"))
        self.assertEqual(self.send("vat", ["7"], stores_key=False), ("8", "created"))


class FailingClient(FakeClient):
    """Has nobody, and answers the second customer that is to be created with ``error``."""

    def __init__(self, error):
        super().__init__("key")
        self.error = error
        self.calls = []

    def party_match(self, parties):
        return [[] for _party in parties]

    def party_create(self, parties):
        return [*super().party_create(parties[:1]), self.error]

    def party_addresses(self, requests):
        self.calls.append("party_addresses")
        return [{} for _request in requests]

    def party_read(self, remote_ids):
        self.calls.append("party_read")
        return [None for _remote_id in remote_ids]


class TestTurnedAway(unittest.TestCase):
    def send(self, error):
        """:return: (calls that went out after it, the answers) of a customer that is linked
        and two that are to be created"""
        client = FailingClient(error)
        requests = [
            {**make_request(email=f"{number}@x.example"), "is_new": False}
            for number in range(3)
        ]
        for request, party_id in zip(requests, ("5", "", ""), strict=True):
            request["party_id"] = party_id
            request["party"]["addresses"][0]["key"] = "1"
        return client.calls, HandlerCustomerPush._call(client, requests)

    def test_nothing_more_is_sent(self):
        """What was created stays known."""
        for error in (
            RateLimitError("Slow down.", retry_after=60),
            AuthenticationError("Who are you?"),
        ):
            with self.subTest(error.kind):
                calls, (linked, created, failed) = self.send(error)
                self.assertEqual(calls, [])
                self.assertEqual((linked, failed), (error, error))
                self.assertEqual(created["remote_id"], "8")

    def test_another_failure_is_its_own(self):
        calls, (linked, _created, failed) = self.send(NetworkError("No answer."))
        self.assertEqual(calls, ["party_addresses", "party_read"])
        self.assertEqual((linked["addresses"], failed.kind), ({}, "network"))

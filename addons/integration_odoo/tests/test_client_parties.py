"""Customers and addresses on the real ERP, over both protocols."""

import time
import unittest

from odoo.addons.integration_hub.tests.client_case import CuttingProxy

from .common import ErpCase, contract


class PartyTests:
    def make_full_party(self, number, **values):
        party = self.make_party(number, **values)
        party["addresses"] += [
            self.make_address(
                f"A{number}1",
                "invoice",
                name="Boekhouding",
                street="Postbus 12",
                zip="1000 AA",
                city="Amsterdam",
            ),
            self.make_address(
                f"A{number}2",
                "delivery",
                name="Dépôt Ñandú <№ 1>",
                street="Kanaal 4",
                street2="Loods B",
                zip="2000",
                city="Antwerpen",
                country_code="BE",
            ),
            self.make_address(
                f"A{number}3", "contact", name="Zoë O’Neill", email="zoe@example.com"
            ),
        ]
        return party

    def test_create_with_addresses(self):
        parties = [self.make_full_party("1"), self.make_full_party("2", code="")]
        answers = self.client.party_create(parties)
        self.assert_conforms(answers, list[contract.PartyAnswer])
        addresses = answers[0]["addresses"]
        self.assertEqual(set(addresses), {"A1", "A11", "A12", "A13"})
        self.assertEqual(addresses["A1"], answers[0]["remote_id"])
        self.assertEqual(len(set(addresses.values())), 4)
        row = self.read_row(
            "res.partner",
            addresses["A12"],
            "type",
            "name",
            "street2",
            "country_id",
            "commercial_partner_id",
        )
        self.assertEqual(row["type"], "delivery")
        self.assertEqual(row["name"], "Dépôt Ñandú <№ 1>")
        self.assertEqual(row["street2"], "Loods B")
        self.assertEqual(row["country_id"][1], "Belgium")
        self.assertEqual(str(row["commercial_partner_id"][0]), answers[0]["remote_id"])
        main = self.read_row(
            "res.partner", answers[0]["remote_id"], "street", "is_company"
        )
        self.assertEqual(main["street"], "Dorpsstraat 1")
        self.assertTrue(main["is_company"])

    def test_match_by_rule(self):
        name = self.prefix
        party = self.make_party("5", email=f"five@{name}example.com")
        vat = "NL823140003B01"
        (answer,) = self.client.party_create([party])
        stranger = self.make_party("6")
        parties = [
            party,
            # another key, same e-mail in capitals
            self.make_party("7", email=f"FIVE@{name}Example.com "),
            # as people write it; the customer is in the ERP's own data
            self.make_party("8", vat="NL 8231.40.003.B01"),
            self.make_party("9", vat="823140003B01", email=party["email"]),
            stranger,
        ]
        matches = self.client.party_match(parties)
        self.assert_conforms(matches, list[list[contract.PartyMatch]])
        self.assertEqual(
            [[match["rule"] for match in found] for found in matches],
            [["key"], ["email"], ["vat"], ["vat"], []],
        )
        self.assertEqual(matches[0][0]["remote_id"], answer["remote_id"])
        self.assertEqual(matches[1][0]["remote_id"], answer["remote_id"])
        self.assertIn("Gouden Leeuw", matches[2][0]["name"])
        self.assertIn(vat, matches[2][0]["detail"])

    def test_match_of_a_contact_is_its_company(self):
        (found,) = self.client.party_match(
            [self.make_party("10", email="sanne@goudenleeuw.example")]
        )
        self.assertEqual(len(found), 1)
        self.assertIn("Gouden Leeuw", found[0]["name"])

    def test_match_of_many(self):
        name = self.prefix
        twins = [
            self.make_party("11", email=f"same@{name}example.com"),
            self.make_party("12", email=f"same@{name}example.com"),
        ]
        self.client.party_create(twins)
        (found,) = self.client.party_match(
            [self.make_party("13", email=f"same@{name}example.com")]
        )
        self.assertEqual([match["rule"] for match in found], ["email", "email"])

    def archive(self, *remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        self.make_admin().call("res.partner", "write", ids, vals={"active": False})

    def test_match_of_an_archived_one(self):
        """By our key it is ours; by anything else a person decides."""
        email = f"gone@{self.prefix}example.com"
        party = self.make_party("16", email=email)
        (answer,) = self.client.party_create([party])
        self.archive(answer["remote_id"])
        other = self.make_party("17", email=email)
        matches = self.client.party_match([party, other])
        self.assert_conforms(matches, list[list[contract.PartyMatch]])
        self.assertEqual(
            [
                [(match["remote_id"], match["rule"]) for match in found]
                for found in matches
            ],
            [[(answer["remote_id"], "key")], [(answer["remote_id"], "archived")]],
        )
        # it does not stand in the way of one that is not archived
        (active,) = self.client.party_create([self.make_party("18", email=email)])
        ((match,),) = self.client.party_match([other])
        self.assertEqual(match["remote_id"], active["remote_id"])
        self.assertEqual(match["rule"], "email")

    def test_match_of_a_contact_who_has_left(self):
        email = f"left@{self.prefix}example.com"
        party = self.make_party("19")
        contact = self.make_address("A191", "contact", name="Zoë", email=email)
        party["addresses"].append(contact)
        (answer,) = self.client.party_create([party])
        other = self.make_party("190", email=email)
        ((match,),) = self.client.party_match([other])
        self.assertEqual(match["remote_id"], answer["remote_id"])
        self.archive(answer["addresses"]["A191"])
        self.assertEqual(self.client.party_match([other]), [[]])
        self.archive(answer["remote_id"])
        ((match,),) = self.client.party_match([other])
        self.assertEqual(
            (match["remote_id"], match["rule"]), (answer["remote_id"], "archived")
        )

    def test_match_by_customer_reference_and_name(self):
        code = f"C{self.prefix}"
        party = self.make_party("14", code=code)
        (answer,) = self.client.party_create([party])
        self.assertEqual(answer["number"], code)
        other = self.make_party("15", code=code, name="Heel anders B.V.")
        matches = self.client.party_match([party, other])
        self.assertEqual(matches[0][0]["rule"], "code")
        self.assertEqual(matches[0][0]["remote_id"], answer["remote_id"])
        self.assertEqual(matches[1], [])

    def test_two_of_one_reference_and_name(self):
        """Both sides number their customers, and names are not rare."""
        code = f"C{self.prefix}-2"
        there = self.make_party("43", code=code, vat="NL123456782B90", email="")
        (answer,) = self.client.party_create([there])
        ours = self.make_party("44", code=code, vat="NL001234567B01", email="")
        ours["name"] = there["name"]
        unsaid = {**ours, "vat": ""}
        found = self.client.party_match([ours, unsaid, there])
        for [match], rule in zip(found, ("name", "code", "code"), strict=True):
            self.assertEqual(match["remote_id"], answer["remote_id"])
            # by the name a person is asked
            self.assertEqual(match["rule"], rule)

    def test_refused_one_alone_fails(self):
        parties = [
            self.make_party("20"),
            self.make_party("21", name=""),
            self.make_party("22"),
        ]
        parties[1]["addresses"][0]["name"] = ""
        answers = self.client.party_create(parties)
        self.assert_error(answers[1], "validation")
        self.assertTrue(answers[0]["remote_id"] and answers[2]["remote_id"])

    def test_person(self):
        party = self.make_party("23", is_company=False, name="Jürgen Groß")
        party["lang"] = "xx_YY"
        (answer,) = self.client.party_create([party])
        row = self.read_row(
            "res.partner", answer["remote_id"], "name", "is_company", "lang"
        )
        self.assertEqual((row["name"], row["is_company"]), ("Jürgen Groß", False))

    def test_states(self):
        party = self.make_party("24")
        party["addresses"] = [
            self.make_address(
                "A24",
                "main",
                street="1 Main St",
                city="Fresno",
                state_code="CA",
                country_code="US",
            ),
            self.make_address(
                "A25",
                "delivery",
                street="2 Main St",
                city="Reno",
                state_name="nevada",
                country_code="us",
            ),
        ]
        (answer,) = self.client.party_create([party])
        states = [
            self.read_row("res.partner", answer["addresses"][key], "state_id")[
                "state_id"
            ][1]
            for key in ("A24", "A25")
        ]
        self.assertEqual(states, ["California (US)", "Nevada (US)"])

    def test_addresses(self):
        party = self.make_full_party("30")
        (created,) = self.client.party_create([party])
        same = {
            # another key: found by its content, spelling aside
            **party["addresses"][2],
            "key": "A399",
            "street": " kanaal  4,",
        }
        new = self.make_address(
            "A398",
            "delivery",
            name="Nieuw",
            street="Plein 1",
            zip="3000",
            city="Leuven",
        )
        request = {
            "party_id": created["remote_id"],
            "addresses": [party["addresses"][0], same, new],
        }
        (answer,) = self.client.party_addresses([request])
        self.assert_conforms(answer, dict[str, str])
        self.assertEqual(answer["A30"], created["remote_id"])
        self.assertEqual(answer["A399"], created["addresses"]["A302"])
        self.assertNotIn(answer["A398"], created["addresses"].values())
        # asked again, nothing new is made
        self.assertEqual(self.client.party_addresses([request]), [answer])
        row = self.read_row("res.partner", answer["A398"], "type", "parent_id")
        self.assertEqual(row["type"], "delivery")
        self.assertEqual(str(row["parent_id"][0]), created["remote_id"])

    def test_addresses_a_lost_call_may_be_making(self):
        party = self.make_full_party("31")
        (created,) = self.client.party_create([party])
        known = party["addresses"][2]
        new = self.make_address("A318", "delivery", street="Plein 1", city="Leuven")
        of_party = {
            "party_id": created["remote_id"],
            "unsettled_until": time.time() + 600,
        }
        found, held = self.client.party_addresses(
            [
                {**of_party, "addresses": [known]},
                {**of_party, "addresses": [known, new]},
            ]
        )
        self.assertEqual(found, {"A312": created["addresses"]["A312"]})
        self.assert_error(held, "outcome_unknown")
        (state,) = self.client.party_read([created["remote_id"]])
        self.assertEqual(len(state["addresses"]), 4)
        of_party["unsettled_until"] = time.time() - 1
        (made,) = self.client.party_addresses([{**of_party, "addresses": [known, new]}])
        self.assertNotIn(made["A318"], created["addresses"].values())

    def test_main_address_differs_there(self):
        (created,) = self.client.party_create([self.make_party("40")])
        moved = self.make_address(
            "A40M", "main", street="Nieuwe Straat 9", zip="9999 ZZ", city="Ver Weg"
        )
        request = {"party_id": created["remote_id"], "addresses": [moved]}
        (answer,) = self.client.party_addresses([request])
        self.assertNotEqual(answer["A40M"], created["remote_id"])
        row = self.read_row("res.partner", created["remote_id"], "street")
        self.assertEqual(row["street"], "Dorpsstraat 1")

    def test_addresses_of_a_deleted_customer(self):
        (created,) = self.client.party_create([self.make_party("41")])
        self.make_admin().call("res.partner", "unlink", [int(created["remote_id"])])
        request = {
            "party_id": created["remote_id"],
            "addresses": [self.make_address("A41", "delivery", street="X 1")],
        }
        (answer,) = self.client.party_addresses([request])
        self.assert_error(answer, "validation")

    def test_lost_answer(self):
        proxy = CuttingProxy(self.erp["url"])
        self.addCleanup(proxy.close)
        party = self.make_party("50")
        with self.make_client(url=proxy.url) as client:
            self.assertEqual(client.party_match([party]), [[]])
            client._get_countries(), client._get_languages()
            proxy.cut_on = party["key"].encode()
            (answer,) = client.party_create([party])
        self.assert_error(answer, "outcome_unknown")
        ((match,),) = self.client.party_match([party])
        self.assertEqual(match["rule"], "key")


class TestPartiesJson2(PartyTests, ErpCase, unittest.TestCase):
    protocol = "json2"


class TestPartiesJsonRpc(PartyTests, ErpCase, unittest.TestCase):
    protocol = "jsonrpc"

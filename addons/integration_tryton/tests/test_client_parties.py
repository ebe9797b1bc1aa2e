"""Customers and addresses in the real Tryton."""

import time

from odoo.addons.integration_hub.client import ValidationError

from .common import TrytonCase, contract


class TestParties(TrytonCase):
    def assert_matches(self, party, rule, *remote_ids):
        (matches,) = self.client.party_match([party])
        self.assert_conforms(matches, list[contract.PartyMatch])
        self.assertEqual(
            sorted((match["remote_id"], match["rule"]) for match in matches),
            sorted((remote_id, rule) for remote_id in remote_ids),
        )
        return matches

    def make_email(self):
        return f"{self.make_key('mail').lower()}@Example.com"

    # -- match ------------------------------------------------------------------------

    def test_rules(self):
        email = self.make_email()
        party = self.make_party(vat="NL004495445B01", email=email)
        stranger = self.make_party(email=self.make_email())
        (answer,) = self.client.party_create([party])
        self.assert_conforms(answer, contract.PartyAnswer)
        self.assertEqual(self.client.party_match([stranger]), [[]])
        # all rules would hit: the best one ends the search
        (match,) = self.assert_matches(party, "key", answer["remote_id"])
        self.assertEqual(match["name"], party["name"])
        self.assertEqual(match["detail"], "Ons Dorp")
        other = self.make_party(email=email.upper())
        self.assert_matches(other, "email", answer["remote_id"])

    def test_vat_however_it_is_written(self):
        # valid ones, of which each run takes another
        digits = f"{abs(hash(self.prefix)) % 10**8:08d}"
        vat = f"DK{digits}"
        first = self.create_remote(
            "party.party",
            name=self.make_name("Typed by hand"),
            identifiers=[
                ["create", [{"type": None, "code": f"DK {digits[:4]} {digits[4:]}"}]]
            ],
        )
        # without a type Tryton can't compact it: only the same text is found
        self.assert_matches(
            self.make_party(vat=f"DK {digits[:4]} {digits[4:]}"), "vat", str(first)
        )
        answer = self.create_party(vat="BE0428759497")
        matches = self.client.party_match([self.make_party(vat="be 0428.759.497")])[0]
        self.assertIn(answer["remote_id"], [match["remote_id"] for match in matches])
        self.assertEqual({match["rule"] for match in matches}, {"vat"})
        self.assertEqual(
            self.client.party_match([self.make_party(vat=vat + "9")]), [[]]
        )

    def test_several_hits(self):
        email = self.make_email()
        answers = self.client.party_create(
            [self.make_party(email=email), self.make_party(email=email)]
        )
        self.assert_matches(
            self.make_party(email=email),
            "email",
            *(answer["remote_id"] for answer in answers),
        )

    def test_what_tryton_does_not_know_is_asked_once(self):
        """Of many customers whose language, state or country is not set up there."""
        counts = []
        for count in (2, 12):
            parties = [self.make_party(lang="xx_XX") for _number in range(count)]
            for party in parties:
                party["addresses"][0] |= {"state_code": "XX", "state_name": "Nowhere"}
            parties[-1]["addresses"][0]["country_code"] = "XX"
            before = len(self.client.exchanges)
            *answers, refused = self.client.party_create(parties)
            counts.append(len(self.client.exchanges) - before)
            self.assertIsInstance(refused, ValidationError)
            for answer in answers:
                self.assert_conforms(answer, contract.PartyAnswer)
        self.assertLessEqual(counts[1], counts[0])

    def test_email_is_no_pattern(self):
        self.create_party(email=f"a_b.{self.make_email()}")
        (matches,) = self.client.party_match([self.make_party(email="a%@example.com")])
        self.assertEqual(matches, [])

    def test_archived_customer_is_found(self):
        """By our key it is ours; by anything else a person decides."""
        email = self.make_email()
        party = self.make_party(email=email)
        (answer,) = self.client.party_create([party])
        self.admin.rpc(
            "party.party",
            "write",
            [int(answer["remote_id"])],
            {"active": False},
            changes=True,
        )
        (match,) = self.assert_matches(party, "key", answer["remote_id"])
        self.assertIn("archived", match["detail"])
        other = self.make_party(email=email)
        (match,) = self.assert_matches(other, "archived", answer["remote_id"])
        self.assertIn(email, match["detail"])
        # an archived one does not stand in the way of one that is not
        (active,) = self.client.party_create([self.make_party(email=email)])
        self.assert_matches(other, "email", active["remote_id"])

    def test_merged_customer_is_found_by_key(self):
        party = self.make_party()
        gone, stays = self.client.party_create([party, self.make_party()])
        self.make_clerk("admin").merge(int(gone["remote_id"]), int(stays["remote_id"]))
        self.assert_matches(party, "key", stays["remote_id"])
        self.assertEqual(
            self.client.record_exists("party", [gone["remote_id"], stays["remote_id"]]),
            [False, True],
        )

    def test_many_at_once(self):
        parties = [self.make_party() for _number in range(120)]
        answers = self.client.party_create(parties)
        before = len(self.client.exchanges)
        matches = self.client.party_match(parties)
        self.assertEqual(
            [found[0]["remote_id"] for found in matches],
            [answer["remote_id"] for answer in answers],
        )
        self.assertLessEqual(len(self.client.exchanges) - before, 4)

    # -- create -----------------------------------------------------------------------

    def test_everything_arrives(self):
        name = 'Zöë & "Søn" <ŁÓDŹ> 東京 \\ ' + "x" * 200
        email, contact_email = self.make_email(), self.make_email()
        party = self.make_party(
            name=name,
            code="C-0042",
            vat="NL823140003B01",
            email=email,
            phone="+31 10 555 0101",
            website="https://zoe.example/a?b=1",
            lang="en_GB",
            addresses=[
                self.make_address("A1", name=name, street2="Gebouw B\u00e9"),
                self.make_address("A2", "delivery", name="Loods", zip="", city="Edam"),
                self.make_address(
                    "A3",
                    "contact",
                    name="Anna Özdemir",
                    email=contact_email,
                    street="",
                    country_code="",
                ),
            ],
        )
        (answer,) = self.client.party_create([party])
        self.assertEqual(set(answer["addresses"]), {"A1", "A2", "A3"})
        remote = self.read_remote(
            "party.party",
            answer["remote_id"],
            "name",
            "identifiers.type",
            "identifiers.code",
            "contact_mechanisms.type",
            "contact_mechanisms.value",
            "contact_mechanisms.name",
        )
        self.assertEqual(remote["name"], name)
        codes = {item["code"] for item in remote["identifiers."]}
        self.assertLessEqual({party["key"], "C-0042"}, codes)
        mechanisms = {
            (item["type"], item["value"].lower(), item["name"])
            for item in remote["contact_mechanisms."]
        }
        self.assertLessEqual(
            {
                ("email", email.lower(), None),
                ("website", "https://zoe.example/a?b=1", None),
                ("email", contact_email.lower(), "Anna Özdemir"),
            },
            mechanisms,
        )
        main, delivery, contact = (
            self.read_remote(
                "party.address",
                answer["addresses"][key],
                "street",
                "postal_code",
                "city",
                "party_name",
                "attn",
                "invoice",
                "delivery",
                "country.code",
            )
            for key in ("A1", "A2", "A3")
        )
        self.assertEqual(main["street"], "Dorpsstraat 1\nGebouw Bé")
        self.assertEqual((main["party_name"], main["invoice"]), (None, True))
        self.assertEqual(
            (delivery["party_name"], delivery["delivery"]), ("Loods", True)
        )
        self.assertEqual(delivery["city"], "Edam")
        self.assertEqual((contact["attn"], contact["country."]), ("Anna Özdemir", None))

    def test_invalid_details_do_not_hold_it_up(self):
        vat = f"NL{self.prefix}"
        party = self.make_party(vat=vat, email="no e-mail", phone="call me")
        (answer,) = self.client.party_create([party])
        self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        remote = self.read_remote(
            "party.party",
            answer["remote_id"],
            "identifiers.code",
            "contact_mechanisms.value",
        )
        self.assertIn(vat, [item["code"] for item in remote["identifiers."]])
        self.assertEqual(
            {item["value"] for item in remote["contact_mechanisms."]},
            {"no e-mail", "call me"},
        )
        self.assert_matches(self.make_party(vat=vat), "vat", answer["remote_id"])

    def test_one_bad_in_ten(self):
        parties = [self.make_party() for _number in range(10)]
        parties[2]["name"] = "  "
        parties[6]["addresses"][0]["country_code"] = "QQ"
        answers = self.client.party_create(parties)
        self.assert_error(answers[2], "validation", "no name")
        self.assert_error(answers[6], "validation", "QQ")
        good = [item for index, item in enumerate(answers) if index not in (2, 6)]
        self.assert_conforms(good, list[contract.PartyAnswer])
        self.assertEqual(len(self.client.party_match(parties)[0]), 1)

    def test_unknown_state_stays_on_the_label(self):
        address = self.make_address(
            "A1", city="Reno", country_code="US", state_code="QQ", state_name="Nowhere"
        )
        answer = self.create_party(addresses=[address])
        remote = self.read_remote("party.address", answer["addresses"]["A1"], "city")
        self.assertEqual(remote["city"], "Reno, Nowhere")
        (found,) = self.client.party_addresses(
            [{"party_id": answer["remote_id"], "addresses": [address]}]
        )
        self.assertEqual(found, {"A1": answer["addresses"]["A1"]})

    # -- addresses --------------------------------------------------------------------

    def test_addresses_are_found_or_created(self):
        party = self.make_party(
            addresses=[
                self.make_address("A1"),
                self.make_address("A2", "delivery", name="Loods", street="Kade 1"),
            ]
        )
        (answer,) = self.client.party_create([party])
        request = {
            "party_id": answer["remote_id"],
            "addresses": [
                # spelled a little differently, still the same place
                self.make_address("A1", name="Another name", zip="1234AB"),
                self.make_address("A2", "delivery", name="LOODS", street="Kade  1"),
                self.make_address("A4", "other", name="Kantine", email="k@example.com"),
            ],
        }
        (found,) = self.client.party_addresses([request])
        self.assertEqual(found["A1"], answer["addresses"]["A1"])
        self.assertEqual(found["A2"], answer["addresses"]["A2"])
        self.assertNotIn(found["A4"], answer["addresses"].values())
        self.assertEqual(self.client.party_addresses([request]), [found])

    def test_addresses_a_lost_call_may_be_making(self):
        known = self.make_address("A1")
        new = self.make_address("A2", "delivery", name="Loods", street="Kade 1")
        created = self.create_party(addresses=[known])
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
        self.assertEqual(found, created["addresses"])
        self.assert_error(held, "outcome_unknown")
        (state,) = self.client.party_read([created["remote_id"]])
        self.assertEqual(len(state["addresses"]), 1)
        of_party["unsettled_until"] = time.time() - 1
        (made,) = self.client.party_addresses([{**of_party, "addresses": [known, new]}])
        self.assertNotIn(made["A2"], created["addresses"].values())

    def test_address_refused(self):
        answers = self.client.party_addresses(
            [
                {"party_id": self.customer_id, "addresses": [self.make_address("A1")]},
                {
                    "party_id": self.customer_id,
                    "addresses": [self.make_address("A9", country_code="QQ")],
                },
                {
                    "party_id": "99999999",
                    "addresses": [self.make_address("A8", street="Nowhere 1")],
                },
            ]
        )
        self.assertEqual(list(answers[0]), ["A1"])
        self.assert_error(answers[1], "validation", "QQ")
        self.assertEqual(answers[2].kind, "validation")

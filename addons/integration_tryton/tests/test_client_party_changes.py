"""Changes of customers in the real Tryton."""

from .common import TrytonCase


class TestPartyChanges(TrytonCase):
    def update_vat(self, party_id, vat):
        party = self.make_party(vat=vat)
        (answer,) = self.client.party_update(
            [
                {
                    "remote_id": str(party_id),
                    "party": party,
                    "fields": ["vat"],
                    "addresses": [],
                }
            ]
        )
        self.assertIs(answer, True, getattr(answer, "message", ""))

    def read_identifiers(self, party_id):
        rows = self.admin.search_read(
            "party.identifier", [["party", "=", party_id]], ["type", "code"]
        )
        # Tryton writes them in groups of digits
        return {row["type"]: row["code"].replace(" ", "") for row in rows}

    def test_vat_beside_other_identifiers(self):
        siren = {"type": "fr_siren", "code": "732829320"}
        party_id = self.create_remote(
            "party.party",
            name=self.make_name("Siren"),
            identifiers=[["create", [siren]]],
        )
        (state,) = self.client.party_read([str(party_id)])
        self.assertEqual(state["vat"], "")
        # what is no VAT number stays, whatever becomes of ours
        for vat in ("NL823140003B01", "BE0428759497"):
            self.update_vat(party_id, vat)
            self.assertEqual(
                self.read_identifiers(party_id),
                {"fr_siren": siren["code"], "eu_vat": vat},
            )
            (state,) = self.client.party_read([str(party_id)])
            self.assertEqual(state["vat"], vat)
        self.update_vat(party_id, "")
        self.assertEqual(self.read_identifiers(party_id), {"fr_siren": siren["code"]})

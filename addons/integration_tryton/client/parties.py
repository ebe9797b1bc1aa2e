"""Customers in Tryton: found by key, VAT and e-mail, or created (contract: matching).

Our key is an identifier without type: such a one takes any text and can be searched
(trytond/modules/party/party.py, class Identifier). Tryton's own ``code`` stays Tryton's.
"""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_in_chunks,
)

from .protocol import ANY_ACTIVE
from .vat import get_identifier, get_search_codes, is_same_vat

_lt = TextMaker(__name__)

# parties looked up in one search: SQLite's parser allows no endless "or"
MATCH_SIZE = 50
# parties created in one call
CREATE_SIZE = 50
ANY_PARTY = ["party.active", "in", [True, False]]


class PartiesMixin:
    """Verbs of the contract about customers; their addresses are next door."""

    # -- match ------------------------------------------------------------------------

    def party_match(self, parties):
        """Each rule is asked once for all the parties no rule before has found. Archived
        ones count where none is left that is not; with our key they are ours whatever
        became of them: a second one must not be made."""
        matches = [[] for _party in parties]
        archived = [[] for _party in parties]
        for find in (self._find_by_key, self._find_by_vat, self._find_by_email):
            open_ones = [index for index, found in enumerate(matches) if not found]
            for chunk in in_chunks(open_ones, MATCH_SIZE):
                found = find([parties[index] for index in chunk])
                for index, rows in zip(chunk, found, strict=True):
                    gone = [row for row in rows if row["rule"] == "archived"]
                    archived[index] = archived[index] or gone
                    matches[index] = [row for row in rows if row not in gone]
        matches = [found or gone for found, gone in zip(matches, archived, strict=True)]
        self._complete_matches(matches)
        return matches

    def _find_by_key(self, parties):
        # an archived customer is still ours; what was merged into another one hands its
        # identifiers over, archived (party.py, wizard ``party.replace``)
        rows = self._search_identifiers(
            [
                ["type", "=", None],
                ["code", "in", [party["key"] for party in parties]],
                ANY_ACTIVE,
            ]
        )
        return [
            self._get_matches(
                "key", [(row, "") for row in rows if row["code"] == party["key"]]
            )
            for party in parties
        ]

    def _find_by_vat(self, parties):
        codes = set()
        for party in parties:
            codes |= get_search_codes(party["vat"]) if party["vat"] else set()
        if not codes:
            return [[] for _party in parties]
        codes = sorted(codes - {""})
        rows = self._search_identifiers(
            [
                ["OR", ["code", "in", codes], ["code_compact", "in", codes]],
            ]
        )
        return [
            self._get_matches(
                "vat",
                [
                    (row, row["code"])
                    for row in rows
                    if party["vat"]
                    and any(
                        is_same_vat(party["vat"], row["type"], row[name] or "")
                        for name in ("code", "code_compact")
                    )
                ],
            )
            for party in parties
        ]

    def _find_by_email(self, parties):
        emails = {party["email"].strip().lower() for party in parties} - {""}
        if not emails:
            return [[] for _party in parties]
        rows = self.search_read(
            "party.contact_mechanism",
            [
                ["type", "=", "email"],
                ANY_PARTY,
                # exactly, but for capitals
                [
                    "OR",
                    *(["value", "ilike", escape_like(item)] for item in sorted(emails)),
                ],
            ],
            ["party", "party.active", "value"],
        )
        return [
            self._get_matches(
                "email",
                [
                    (row, row["value"])
                    for row in rows
                    if party["email"]
                    and row["value"].strip().lower() == party["email"].strip().lower()
                ],
            )
            for party in parties
        ]

    def _search_identifiers(self, domain):
        return self.search_read(
            "party.identifier",
            [*domain, ANY_PARTY],
            ["party", "party.active", "type", "code", "code_compact"],
        )

    def _get_matches(self, rule, found):
        """:param found: (row, what hit) pairs, of the same party maybe several"""
        hits = {
            row["party"]: (hit, rule == "key" or row["party."]["active"])
            for row, hit in found
        }
        return [
            {
                "remote_id": str(party_id),
                "number": "",
                "name": "",
                "detail": hit,
                "url": self.record_url("party.party", party_id),
                "rule": rule if is_sure else "archived",
            }
            for party_id, (hit, is_sure) in hits.items()
        ]

    def _complete_matches(self, matches):
        """Fill in number, name and what tells the parties from each other."""
        ids = {int(match["remote_id"]) for found in matches for match in found}
        parties = self.read_records(
            "party.party", ids, ["code", "name", "active", "addresses.city"]
        )
        for match in (match for found in matches for match in found):
            party = parties[int(match["remote_id"])]
            cities = [address["city"] for address in party["addresses."][:1]]
            archived = [] if party["active"] else ["archived"]
            match.update(
                number=party["code"] or "",
                name=party["name"] or "",
                detail=", ".join(filter(None, [*cities, match["detail"], *archived])),
            )

    # -- create -----------------------------------------------------------------------

    def party_create(self, parties):
        """A party with its addresses, contacts and identifiers is one nested create.

        What Tryton refuses over a phone or VAT number that is not valid is sent once more
        with these as plain text: an order is not held up by a typing error, and nothing
        is lost.
        """
        answers = self._send_parties(parties)
        refused = [
            index
            for index, answer in enumerate(answers)
            if isinstance(answer, ValidationError)
        ]
        again = self._send_parties(
            [parties[index] for index in refused], is_lenient=True
        )
        for index, answer in zip(refused, again, strict=True):
            # if it is not for these, the first refusal says what it is for
            if not isinstance(answer, ValidationError):
                answers[index] = answer
        return answers

    def _send_parties(self, parties, is_lenient=False):
        answers = [None] * len(parties)
        prepared = []
        try:
            self._load_country_ids(parties)
            languages = self._find_languages(parties)
            for index, party in enumerate(parties):
                try:
                    values = self._prepare_party(party, is_lenient)
                except IntegrationError as error:
                    answers[index] = error
                else:
                    if language_id := languages.get(party["lang"]):
                        values["lang"] = language_id
                    prepared.append((index, party, values))
        except IntegrationError as error:
            return [error] * len(parties)
        sent = send_in_chunks(self._create_parties, in_chunks(prepared, CREATE_SIZE))
        for (index, _party, _values), answer in zip(prepared, sent, strict=True):
            answers[index] = answer
        return answers

    def _create_parties(self, prepared):
        ids = self.create_records(
            "party.party",
            [values for _index, _party, values in prepared],
            skip_warnings=True,
        )
        rows = self.read_created("party.party", ids, ["code", "addresses"])
        return [
            {
                "remote_id": str(party_id),
                "number": rows[party_id]["code"] or "",
                "url": self.record_url("party.party", party_id),
                # they were created in the order of our list
                "addresses": dict(
                    zip(
                        [address["key"] for address in party["addresses"]],
                        map(str, sorted(rows[party_id]["addresses"])),
                        strict=True,
                    )
                ),
            }
            for (_index, party, _values), party_id in zip(prepared, ids, strict=True)
        ]

    def _prepare_party(self, party, is_lenient=False):
        """:return: values of ``party.party.create``"""
        if not party["name"].strip():
            raise ValidationError(
                _lt("The customer has no name. Enter one, then send it again.")
            )
        values = {
            "name": party["name"].strip(),
            "identifiers": [["create", self._prepare_identifiers(party, is_lenient)]],
            "addresses": [
                [
                    "create",
                    [
                        self._prepare_address(address, party["name"], is_lenient)
                        for address in party["addresses"]
                    ],
                ]
            ],
        }
        mechanisms = self._prepare_mechanisms(party, is_lenient)
        if mechanisms:
            values["contact_mechanisms"] = [["create", mechanisms]]
        return values

    def _prepare_identifiers(self, party, is_lenient):
        identifiers = [{"type": None, "code": party["key"]}]
        # our customer number: people over there can search by it
        if party["code"] and party["code"] != party["key"]:
            identifiers.append({"type": None, "code": party["code"]})
        if party["vat"]:
            country_code = next(
                (item["country_code"] for item in party["addresses"]), ""
            )
            known_types = set() if is_lenient else self._get_identifier_types()
            identifiers.append(get_identifier(party["vat"], country_code, known_types))
        return identifiers

    def _prepare_mechanisms(self, party, is_lenient):
        """Ways to reach the party itself, then the persons and places of its addresses.

        The latter bear the address's name instead of a link to it: so one nested create
        makes them all, and a lost answer leaves no half of a customer behind.
        """
        mechanisms = []
        for kind in ("email", "phone", "website"):
            self._add_mechanism(mechanisms, kind, party[kind], is_lenient)
        for address in party["addresses"]:
            for kind in ("email", "phone"):
                if address[kind] != party[kind]:
                    self._add_mechanism(
                        mechanisms, kind, address[kind], is_lenient, address["name"]
                    )
        return mechanisms

    def _add_mechanism(self, mechanisms, kind, value, is_lenient=False, name=""):
        if not value.strip():
            return
        values = {"type": kind, "value": value.strip()}
        if is_lenient and kind in ("email", "phone"):
            values["type"] = "other"
        if name:
            values["name"] = name
        mechanisms.append(values)

    def _get_identifier_types(self):
        if "identifier_types" not in self.facts:
            rows = self.rpc("party.identifier", "get_types")
            self.facts["identifier_types"] = {kind for kind, _name in rows if kind}
        return self.facts["identifier_types"]

    def _find_languages(self, parties):
        """Tryton's languages for ours (``nl_BE`` → ``nl_BE`` or ``nl``), None where it is not
        set up there: the party then has the default one.

        :return: dict ``{language of ours: id}``
        """
        langs = {party["lang"] for party in parties if party["lang"]}
        found = self.get_ids_by_code(
            "ir.lang",
            [code for lang in langs for code in (lang, lang[:2])],
            domain=[["translatable", "=", True]],
            of_batch=True,
        )
        return {lang: found.get(lang) or found.get(lang[:2]) for lang in langs}


def escape_like(text):
    """``text`` to be found as it is by Tryton's ``like`` and ``ilike``."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, "\\" + sign)
    return text

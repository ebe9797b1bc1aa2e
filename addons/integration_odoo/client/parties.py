"""Customers and their addresses."""

from collections import defaultdict

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
    get_hold_back,
    send_by_halving,
)
from odoo.addons.integration_hub.client.matching import (
    is_empty_address,
    normalize_email,
    normalize_text,
    normalize_vat,
)

from .address_match import find_address, is_at_home
from .convert import read_id, read_text, to_id
from .orders import CREATE_CONTEXT

_lt = TextMaker(__name__)

PARTY_FIELDS = (
    "name",
    "ref",
    "vat",
    "email",
    "email_normalized",
    "city",
    "country_id",
    "commercial_partner_id",
    "active",
)
ADDRESS_FIELDS = (
    "name",
    "ref",
    "parent_id",
    "commercial_partner_id",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
)
# An address of type "contact" takes over that of its company
# (odoo/addons/base/models/res_partner.py, _fields_sync); "other" keeps its own
ADDRESS_TYPES = {"invoice": "invoice", "delivery": "delivery", "contact": "contact"}


class PartyVerbs:
    """``party_match``, ``party_create``, ``party_addresses``.

    Our key is the *Reference* (``ref``) of the customers and addresses we created
    ourselves; those that were there keep theirs. A customer with a reference of its own
    in the CRM gets that instead, as people expect; it is then found by this reference
    together with the same name, which people over there may have given as well.
    """

    # -- match ------------------------------------------------------------------------

    def party_match(self, parties):
        rows = self._read_candidates(parties)
        customers = {row["id"]: row for row in rows}
        missing = {read_id(row, "commercial_partner_id") for row in rows}
        missing -= {*customers, None}
        if missing:
            for row in self.search_read(
                "res.partner",
                [("id", "in", sorted(missing))],
                PARTY_FIELDS,
                context={"active_test": False},
            ):
                customers[row["id"]] = row
        return [
            [
                self._party_match(customers[key], rule)
                for key, rule in self._match(party, rows, customers)
            ]
            for party in parties
        ]

    def _read_candidates(self, parties):
        """All that any of the rules may hit, in one search."""
        refs, vats, emails = set(), set(), set()
        for party in parties:
            refs |= {party["key"], party["code"]}
            vats |= get_vat_spellings(party)
            emails.add(normalize_email(party["email"]))
        return self.search_read(
            "res.partner",
            [
                "|",
                "|",
                ("ref", "in", sorted(filter(None, refs))),
                ("vat", "in", sorted(filter(None, vats))),
                ("email_normalized", "in", sorted(filter(None, emails))),
            ],
            PARTY_FIELDS,
            # a second one beside an archived customer would never be noticed
            context={"active_test": False},
        )

    def _match(self, party, rows, customers):
        """By the first rule that hits; those that are archived count where none is left
        that is not.

        :param dict customers: rows of commercial partners by id
        :return: list of (commercial partner id, rule)
        """
        country_code = get_country_code(party)
        vat = normalize_vat(party["vat"], country_code)
        email = normalize_email(party["email"])
        code, name = party["code"], normalize_text(party["name"])

        def get_vat(row):
            return normalize_vat(read_text(row, "vat"), country_code)

        def is_of_another_number(row):
            return bool(vat and get_vat(row) and get_vat(row) != vat)

        rules = {
            "key": lambda row: row["ref"] == party["key"],
            "code": lambda row: (
                code
                and row["ref"] == code
                and normalize_text(row["name"]) == name
                and not is_of_another_number(row)
            ),
            "vat": lambda row: vat and get_vat(row) == vat,
            "email": lambda row: email and row["email_normalized"] == email,
            # both sides number their customers: another one, or one whose VAT number was
            # corrected since; a person says which
            "name": lambda row: (
                code and row["ref"] == code and normalize_text(row["name"]) == name
            ),
        }
        archived = []
        for rule, is_hit in rules.items():
            hits = [
                (row["active"], customers[row["commercial_partner_id"][0]])
                for row in rows
                if is_hit(row) and row["commercial_partner_id"][0] in customers
            ]
            # who has left a customer is no sign of it
            found = {
                row["id"] for is_active, row in hits if is_active and row["active"]
            }
            gone = {row["id"] for _active, row in hits if not row["active"]}
            if rule == "key":
                # whatever became of it: it is ours
                found = found or {row["id"] for _active, row in hits}
            if found:
                return [(partner_id, rule) for partner_id in sorted(found)]
            archived = archived or [
                (partner_id, "archived") for partner_id in sorted(gone)
            ]
        return archived

    def _party_match(self, row, rule):
        country = row["country_id"][1] if row.get("country_id") else ""
        details = (read_text(row, "city"), country, read_text(row, "vat"))
        return {
            "remote_id": str(row["id"]),
            "number": read_text(row, "ref"),
            "name": read_text(row, "name"),
            "detail": ", ".join(filter(None, (*details, read_text(row, "email")))),
            "url": self.get_url("res.partner", row["id"]),
            "rule": rule,
        }

    # -- create -----------------------------------------------------------------------

    def party_create(self, parties):
        countries = self._get_countries()
        states = self._find_states(
            [address for party in parties for address in party["addresses"]]
        )
        return send_by_halving(
            lambda items: self._create_parties(items, countries, states), parties
        )

    def _create_parties(self, parties, countries, states):
        ids = self._create_partners(
            [self._prepare_party_values(party, countries, states) for party in parties],
            "create customers",
        )
        try:
            children = self.search_read(
                "res.partner", [("parent_id", "in", ids)], ["ref", "parent_id"]
            )
        except IntegrationError as error:
            # they are there: any other kind could have them sent again
            raise OutcomeUnknownError(
                _lt("The customers are created, but could not be read."),
                f"{error.message} {error.technical}",
            ) from error
        keys = {(row["parent_id"][0], row["ref"]): row["id"] for row in children}
        return [
            {
                "remote_id": str(party_id),
                "number": party["code"] or party["key"],
                "url": self.get_url("res.partner", party_id),
                "addresses": {
                    address["key"]: str(keys.get((party_id, address["key"]), party_id))
                    for address in party["addresses"]
                },
            }
            for party_id, party in zip(ids, parties, strict=True)
        ]

    def _create_partners(self, values_list, purpose):
        return self.call(
            "res.partner",
            "create",
            vals_list=values_list,
            context=CREATE_CONTEXT,
            changes=True,
            purpose=purpose,
        )

    def _prepare_party_values(self, party, countries, states):
        """Values of a ``res.partner``: the main address in itself, the others below."""
        if not party["name"].strip():
            # Odoo takes an empty one and shows a customer nobody can find
            raise ValidationError(_lt("The customer has no name."))
        values = {
            "ref": party["code"] or party["key"],
            "is_company": party["is_company"],
            "vat": normalize_vat(party["vat"]) or False,
            "website": party["website"] or False,
        }
        children = []
        for address in party["addresses"]:
            prepared = self._prepare_address_values(address, countries, states)
            if address["kind"] == "main":
                values.update(prepared)
            else:
                if is_at_home(address, party["addresses"][0]):
                    # a contact of that type has the address of its company, always
                    prepared["type"] = "contact"
                children.append((0, 0, {**prepared, "ref": address["key"]}))
        if children:
            values["child_ids"] = children
        values.update(name=party["name"])
        # of the customer itself before those of its address
        for name in ("email", "phone"):
            values[name] = party[name] or values.get(name)
        if party["lang"] in self._get_languages():
            values["lang"] = party["lang"]
        if self.settings.options.get("company_id"):
            # customers are shared between companies unless somebody decides otherwise
            values["company_id"] = False
        return values

    def _prepare_address_values(self, address, countries, states):
        country_id = countries.get(address["country_code"].upper())
        values = {
            "name": address["name"] or False,
            "street": address["street"] or False,
            "street2": address["street2"] or False,
            "zip": address["zip"] or False,
            "city": address["city"] or False,
            "country_id": country_id or False,
            "state_id": find_state(states, country_id, address) or False,
            "email": address["email"] or False,
            "phone": address["phone"] or False,
        }
        if address["kind"] == "main":
            return values
        values["type"] = ADDRESS_TYPES.get(address["kind"], "other")
        if values["type"] == "contact" and not is_empty_address(address):
            values["type"] = "other"
        return values

    # -- addresses --------------------------------------------------------------------

    def party_addresses(self, requests):
        party_ids = sorted({to_id(item["party_id"], "customer") for item in requests})
        known = self._read_addresses(party_ids)
        answers = [{} for _request in requests]
        missing = []
        for index, request in enumerate(requests):
            party_id = int(request["party_id"])
            absent = []
            for address in request["addresses"]:
                address_id = find_address(address, party_id, known[party_id])
                if address_id:
                    answers[index][address["key"]] = str(address_id)
                else:
                    absent.append((index, party_id, address))
            hold_back = absent and get_hold_back(request.get("unsettled_until"))
            if hold_back:
                answers[index] = hold_back
            else:
                missing += absent
        return self._create_missing_addresses(answers, missing, known)

    def _create_missing_addresses(self, answers, missing, known):
        countries = self._get_countries()
        addresses = [address for _index, _party_id, address in missing]
        states = self._find_states(addresses)
        values_list = []
        for _index, party_id, address in missing:
            values = self._prepare_address_values(
                # the customer's main address over there is for the people there to change
                {**address, "kind": "other"} if address["kind"] == "main" else address,
                countries,
                states,
            )
            if is_empty_address(address) or (
                known[party_id] and is_at_home(address, known[party_id][0])
            ):
                # has the address of its company, always
                values["type"] = "contact"
            values_list.append({**values, "parent_id": party_id, "ref": address["key"]})
        created = send_by_halving(
            lambda items: self._create_partners(items, "create addresses"), values_list
        )
        for (index, _party_id, address), outcome in zip(missing, created, strict=True):
            if isinstance(outcome, IntegrationError):
                answers[index] = outcome
            elif not isinstance(answers[index], IntegrationError):
                answers[index][address["key"]] = str(outcome)
        return answers

    def _read_addresses(self, party_ids):
        """``{commercial partner id: [address]}``, its own first."""
        codes = {number: code for code, number in self._get_countries().items()}
        rows = self.search_read(
            "res.partner",
            ["|", ("id", "in", party_ids), ("parent_id", "in", party_ids)],
            ADDRESS_FIELDS,
        )
        addresses = defaultdict(list)
        for row in rows:
            owner_id = row["id"] if row["id"] in party_ids else row["parent_id"][0]
            addresses[owner_id].append(
                {
                    "id": row["id"],
                    "ref": read_text(row, "ref"),
                    "name": "" if row["id"] == owner_id else read_text(row, "name"),
                    # what the customer is called, which says nothing of an address
                    "label": read_text(row, "name"),
                    "street": read_text(row, "street"),
                    "street2": read_text(row, "street2"),
                    "zip": read_text(row, "zip"),
                    "city": read_text(row, "city"),
                    "country_code": codes.get(read_id(row, "country_id"), ""),
                }
            )
        for owner_id, found in addresses.items():
            found.sort(key=lambda item: (item["id"] != owner_id, item["id"]))
        return addresses

    # -- countries and so on ----------------------------------------------------------

    def _get_countries(self):
        """``{ISO code: id}``"""
        return self.get_fact("countries", self._fetch_countries)

    def _fetch_countries(self):
        rows = self.search_read("res.country", [], ["code"])
        return {row["code"]: row["id"] for row in rows if row["code"]}

    def _get_languages(self):
        """Codes of the languages installed over there."""
        return self.get_fact("languages", self._fetch_languages)

    def _fetch_languages(self):
        rows = self.search_read("res.lang", [("active", "=", True)], ["code"])
        return [row["code"] for row in rows]

    def _find_states(self, addresses):
        """``{(country id, code or normalised name): id}`` for what ``addresses`` name."""
        countries = self._get_countries()
        country_ids = {
            countries.get(address["country_code"].upper())
            for address in addresses
            if address["state_code"] or address["state_name"]
        } - {None}
        if not country_ids:
            return {}
        states = {}
        for row in self.search_read(
            "res.country.state",
            [("country_id", "in", sorted(country_ids))],
            ["code", "name", "country_id"],
        ):
            country_id = row["country_id"][0]
            states[country_id, normalize_text(row["name"])] = row["id"]
            states[country_id, row["code"]] = row["id"]
        return states


def find_state(states, country_id, address):
    for name in (address["state_code"], normalize_text(address["state_name"])):
        if name and (country_id, name) in states:
            return states[country_id, name]
    return None


def get_country_code(party):
    """Country of the main address, for VAT numbers without a prefix."""
    return party["addresses"][0]["country_code"] if party["addresses"] else ""


def get_vat_spellings(party):
    """The ways the VAT number may be written over there: an index finds exact ones only."""
    compact = normalize_vat(party["vat"])
    full = normalize_vat(party["vat"], get_country_code(party))
    bare = full[2:] if full[:2].isalpha() else full
    return {party["vat"], compact, full, bare} - {""}

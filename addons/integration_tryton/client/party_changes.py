"""Changes of customers in Tryton: read, write, archive
(``integration_customer/contract.py``).

E-mail, phone and website are contact mechanisms of the party: those without address and
name are the party's own, the others belong to the address they are linked to, or, where
they were made along with it, to the one whose name they bear. Our customer reference is
the first identifier without type that is no key of ours. Tryton tells companies and
persons not apart.
"""

from collections import defaultdict

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    in_chunks,
    send_by_halving,
    send_in_chunks,
)
from odoo.addons.integration_hub.client.matching import is_our_key

from .addresses import get_uses
from .protocol import ANY_ACTIVE
from .vat import get_identifier

_lt = TextMaker(__name__)

UPDATE_SIZE = 50
ADDRESS_FIELDS = (
    "party",
    "active",
    "attn",
    "party_name",
    "street",
    "postal_code",
    "city",
    "country.code",
    "subdivision.code",
    "invoice",
    "delivery",
)
MECHANISMS = ("email", "phone", "website")
# where each of our fields stands in ``party.address``
COLUMNS = {
    "street": "street_unstructured",
    "street2": "street_unstructured",
    "zip": "postal_code",
    "city": "city",
    "country_code": "country",
    "state_code": "subdivision",
}


class PartyChangesMixin:
    """``party_read``, ``party_update``, ``party_archive``: one call for many."""

    # -- read -------------------------------------------------------------------------

    def party_read(self, remote_ids):
        ids = sorted({int(remote_id) for remote_id in remote_ids})
        parties = {
            row["id"]: row
            for row in self.search_read(
                "party.party",
                # one that was merged into another stays behind, see existence.py
                [["id", "in", ids], ANY_ACTIVE, ["replaced_by", "=", None]],
                ["name", "active", "lang.code"],
            )
        }
        details = self._read_details(list(parties))
        addresses = defaultdict(list)
        for row in self.search_read(
            "party.address",
            [["party", "in", list(parties)], ANY_ACTIVE],
            ADDRESS_FIELDS,
        ):
            addresses[row["party"]].append(row)
        return [
            self._get_party_state(
                parties[party_id],
                sorted(addresses[party_id], key=lambda row: row["id"]),
                details,
            )
            if (party_id := int(remote_id)) in parties
            else None
            for remote_id in remote_ids
        ]

    def _read_details(self, ids):
        """:return: dict with ``mechanisms`` (``{party id: [row]}``) and ``identifiers``
        (``{party id: row}``): of several, the one that Tryton says taxes go by; the
        others, such as a SIRET or an LEI, are none of ours; and ``codes`` (``{party id:
        row}``)"""
        details = {"mechanisms": defaultdict(list), "identifiers": {}, "codes": {}}
        if not ids:
            return details
        for row in self.search_read(
            "party.contact_mechanism",
            [["party", "in", ids], ["type", "in", [*MECHANISMS, "mobile"]]],
            ["party", "type", "value", "name", "address"],
            order=[["sequence", "ASC NULLS FIRST"], ["id", "ASC"]],
        ):
            details["mechanisms"][row["party"]].append(row)
        for row in self.search_read(
            "party.party", [["id", "in", ids], ANY_ACTIVE], ["tax_identifier.code"]
        ):
            if row["tax_identifier."]:
                details["identifiers"][row["id"]] = row["tax_identifier."]
        for row in self.search_read(
            "party.identifier",
            [["party", "in", ids], ["type", "=", None]],
            ["party", "code"],
            order=[["id", "ASC"]],
        ):
            if not is_our_key(row["code"]):
                details["codes"].setdefault(row["party"], row)
        return details

    def _get_party_state(self, party, addresses, details):
        mechanisms = details["mechanisms"][party["id"]]
        identifier = details["identifiers"].get(party["id"])
        main = next((row for row in addresses if row["active"]), None)
        return {
            "remote_id": str(party["id"]),
            "name": party["name"] or "",
            "vat": identifier["code"] if identifier else "",
            **{kind: _get_value(_find_own(mechanisms, kind)) for kind in MECHANISMS},
            "code": details["codes"].get(party["id"], {}).get("code") or "",
            "lang": (party["lang."] or {}).get("code") or "",
            "active": party["active"],
            "main_address_id": str(main["id"]) if main else "",
            "addresses": [
                self._get_address_state(row, party, mechanisms) for row in addresses
            ],
        }

    def _get_address_state(self, row, party, mechanisms):
        street, _sep, street2 = (row["street"] or "").partition("\n")
        subdivision = (row["subdivision."] or {}).get("code") or ""
        return {
            "remote_id": str(row["id"]),
            "name": _get_name(row) or party["name"] or "",
            "street": street,
            "street2": " ".join(street2.split()),
            "zip": row["postal_code"] or "",
            "city": row["city"] or "",
            "state_code": subdivision.partition("-")[2],
            "country_code": (row["country."] or {}).get("code") or "",
            **{
                kind: _get_value(_find_of_address(mechanisms, kind, row))
                for kind in ("email", "phone")
            },
            "kind": _get_kind(row),
            "active": row["active"],
        }

    # -- write ------------------------------------------------------------------------

    def party_update(self, updates):
        try:
            self._load_country_ids(
                [
                    {"addresses": [item["address"] for item in update["addresses"]]}
                    for update in updates
                ]
            )
            details = self._read_details(
                sorted({int(update["remote_id"]) for update in updates})
            )
            names = self._read_address_names(updates)
            languages = self._find_languages(
                [update["party"] for update in updates if "lang" in update["fields"]]
            )
        except IntegrationError as error:
            return [error] * len(updates)
        answers = [True] * len(updates)
        prepared = []
        for index, update in enumerate(updates):
            try:
                values = self._prepare_update(update, details, names)
                # one that is not set up there leaves it as it is
                language_id = languages.get(update["party"]["lang"])
                if "lang" in update["fields"] and language_id:
                    values["lang"] = language_id
            except IntegrationError as error:
                answers[index] = error
                continue
            if values:
                prepared.append((index, int(update["remote_id"]), values))
        sent = send_in_chunks(self._write_parties, in_chunks(prepared, UPDATE_SIZE))
        for (index, _party_id, _values), answer in zip(prepared, sent, strict=True):
            if isinstance(answer, IntegrationError):
                answers[index] = answer
        return answers

    def _write_parties(self, prepared):
        # write takes any number of (records, values) pairs (ModelStorage.write)
        pairs = []
        for _index, party_id, values in prepared:
            pairs += [[party_id], values]
        self.rpc("party.party", "write", *pairs, changes=True, skip_warnings=True)
        return [True] * len(prepared)

    def _read_address_names(self, updates):
        """Names that mechanisms of these addresses may bear."""
        ids = {
            int(item["remote_id"]) for update in updates for item in update["addresses"]
        }
        if not ids:
            return {}
        return {
            row["id"]: row
            for row in self.search_read(
                "party.address",
                [["id", "in", sorted(ids)], ANY_ACTIVE],
                ["attn", "party_name"],
            )
        }

    def _prepare_update(self, update, details, names):
        """:return: values of ``party.party.write``"""
        party, fields = update["party"], update["fields"]
        party_id = int(update["remote_id"])
        mechanisms = details["mechanisms"][party_id]
        values, steps = {}, []
        if "name" in fields:
            if not party["name"].strip():
                raise ValidationError(_lt("The customer has no name."))
            values["name"] = party["name"].strip()
        if "active" in fields:
            values["active"] = party["active"]
        identifiers = []
        if "vat" in fields:
            identifiers += self._prepare_vat(
                party, details["identifiers"].get(party_id)
            )
        if "code" in fields:
            identifiers += _change_code(update, details["codes"].get(party_id))
        if identifiers:
            values["identifiers"] = identifiers
        for kind in MECHANISMS:
            if kind in fields:
                steps += _change_mechanism(
                    _find_own(mechanisms, kind), {"type": kind}, party[kind]
                )
        addresses = []
        for item in update["addresses"]:
            address_id, address = int(item["remote_id"]), item["address"]
            changes = self._prepare_address_changes(item, party)
            if changes:
                addresses += [[address_id], changes]
            row = names.get(address_id)
            for kind in ("email", "phone"):
                if row and kind in item["fields"]:
                    steps += _change_mechanism(
                        _find_of_address(mechanisms, kind, row),
                        {"type": kind, "address": address_id, "name": address["name"]},
                        address[kind],
                    )
        if addresses:
            values["addresses"] = [["write", *addresses]]
        if steps:
            values["contact_mechanisms"] = steps
        return values

    def _prepare_vat(self, party, identifier):
        """:return: list of steps for ``identifiers``"""
        if not party["vat"]:
            return [["delete", [identifier["id"]]]] if identifier else []
        country_code = next((item["country_code"] for item in party["addresses"]), "")
        wanted = get_identifier(
            party["vat"], country_code, self._get_identifier_types()
        )
        if identifier:
            return [["write", [identifier["id"]], wanted]]
        return [["create", [wanted]]]

    def _prepare_address_changes(self, item, party):
        address, fields = item["address"], item["fields"]
        full = self._prepare_address(address, party["name"])
        changes = {
            COLUMNS[name]: full[COLUMNS[name]] for name in fields if name in COLUMNS
        }
        if "state_code" in fields:
            # a state that is not set up there stands beside the city
            changes["city"] = full["city"]
        if "active" in fields:
            changes["active"] = address["active"]
        if "kind" in fields:
            changes |= get_uses(address["kind"])
        if "name" in fields or "kind" in fields:
            changes["attn"] = full.get("attn") or ""
            changes["party_name"] = full.get("party_name") or ""
        return changes

    # -- archive ----------------------------------------------------------------------

    def party_archive(self, requests):
        return send_by_halving(self._archive, requests)

    def _archive(self, requests):
        for kind, model in (("party", "party.party"), ("address", "party.address")):
            ids = sorted(
                {int(item["remote_id"]) for item in requests if item["kind"] == kind}
            )
            if not ids:
                continue
            # those that are archived or gone are not found
            present = sorted(self.read_existing(model, ids, ["id"]))
            if present:
                self.rpc(
                    model,
                    "write",
                    present,
                    {"active": False},
                    changes=True,
                    skip_warnings=True,
                )
        return [True] * len(requests)


def _get_name(row):
    return row["attn"] or row["party_name"] or ""


def _get_kind(row):
    """What an address is used for, in the words of the contract."""
    uses = {"invoice": bool(row["invoice"]), "delivery": bool(row["delivery"])}
    if uses == get_uses("other"):
        return "contact" if row["attn"] else "other"
    return next(
        kind for kind in ("main", "invoice", "delivery") if uses == get_uses(kind)
    )


def _change_code(update, identifier):
    """:param identifier: the reference that stands there; None for none
    :return: list of steps for ``identifiers``"""
    code = update["party"]["code"].strip()
    # one that others have given stays beside ours
    is_ours = identifier and identifier["code"] == update["former_code"]
    if is_ours and code:
        return [["write", [identifier["id"]], {"code": code}]]
    if is_ours:
        return [["delete", [identifier["id"]]]]
    return [["create", [{"type": None, "code": code}]]] if code else []


def _get_value(mechanism):
    return mechanism["value"] if mechanism else ""


def _find_own(mechanisms, kind):
    """The party's own e-mail, phone or website."""
    return next(
        (
            row
            for row in mechanisms
            if row["type"] == kind and not row["address"] and not row["name"]
        ),
        None,
    )


def _find_of_address(mechanisms, kind, address):
    own = [row for row in mechanisms if row["type"] == kind]
    linked = [row for row in own if row["address"] == address["id"]]
    name = _get_name(address)
    named = [row for row in own if name and not row["address"] and row["name"] == name]
    return next(iter(linked or named), None)


def _change_mechanism(mechanism, values, value):
    """:return: list of steps for ``contact_mechanisms``"""
    value = value.strip()
    if mechanism and value:
        return [["write", [mechanism["id"]], {"value": value}]]
    if mechanism:
        return [["write", [mechanism["id"]], {"active": False}]]
    return [["create", [{**values, "value": value}]]] if value else []

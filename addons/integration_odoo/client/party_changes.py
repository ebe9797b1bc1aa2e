"""Changes of customers: read, write, archive (``integration_customer/contract.py``)."""

from collections import defaultdict

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    send_by_halving,
)
from odoo.addons.integration_hub.client.matching import (
    is_empty_address,
    is_our_key,
    normalize_vat,
)

from .address_match import is_at_home
from .convert import read_id, read_text, to_id
from .orders import CREATE_CONTEXT
from .parties import ADDRESS_TYPES

_lt = TextMaker(__name__)

STATE_FIELDS = (
    "name",
    "vat",
    "email",
    "phone",
    "website",
    "street",
    "street2",
    "zip",
    "city",
    "state_id",
    "country_id",
    "active",
    "type",
    "ref",
    "is_company",
    "lang",
    "commercial_partner_id",
)
WITH_ARCHIVED = {"active_test": False}
PLAIN_FIELDS = ("name", "email", "phone", "website", "street", "street2", "zip", "city")


class PartyChangeVerbs:
    """``party_read``, ``party_update``, ``party_archive``.

    Customers have values of their own: they go through :meth:`write_table`.
    """

    # -- read -------------------------------------------------------------------------

    def party_read(self, remote_ids):
        ids = [to_id(remote_id, "customer") for remote_id in remote_ids]
        rows = self.search_read(
            "res.partner",
            [("commercial_partner_id", "in", sorted(set(ids)))],
            STATE_FIELDS,
            context=WITH_ARCHIVED,
            purpose="read customers",
        )
        countries = {number: code for code, number in self._get_countries().items()}
        states = self._read_state_codes(rows)
        families = defaultdict(dict)
        for row in rows:
            family = families[row["commercial_partner_id"][0]]
            family[row["id"]] = _get_address_state(row, countries, states)
        by_id = {row["id"]: row for row in rows}
        return [
            _get_party_state(by_id[party_id], families[party_id])
            if party_id in families.get(party_id, ())
            else None
            for party_id in ids
        ]

    def _read_state_codes(self, rows):
        """:return: ``{state id: code}``"""
        ids = {read_id(row, "state_id") for row in rows} - {None}
        if not ids:
            return {}
        found = self.search_read(
            "res.country.state", [("id", "in", sorted(ids))], ["code"]
        )
        return {row["id"]: row["code"] or "" for row in found}

    # -- write ------------------------------------------------------------------------

    def party_update(self, updates):
        countries = self._get_countries()
        states = self._find_states(
            [item["address"] for update in updates for item in update["addresses"]]
        )
        rows = []  # (index of the update, columns, cells)
        answers = [True] * len(updates)
        for index, update in enumerate(updates):
            try:
                records = self._prepare_records(update, countries, states)
            except ValidationError as error:
                answers[index] = error
                continue
            for record_id, values in records.items():
                names = tuple(sorted(values))
                rows.append((index, names, [str(record_id), *map(values.get, names)]))
        tables = defaultdict(list)
        for row in rows:
            tables[row[1]].append(row)
        for names, table in tables.items():
            outcomes = send_by_halving(
                lambda items, names=names: self._load(
                    names, [cells for _index, _names, cells in items]
                ),
                table,
            )
            for (index, _names, _cells), outcome in zip(table, outcomes, strict=True):
                if isinstance(outcome, IntegrationError):
                    answers[index] = outcome
        return answers

    def _prepare_records(self, update, countries, states):
        """:return: ``{id: {column: text}}`` of the customer and its addresses; the main
        address is in the customer itself"""
        records = defaultdict(dict)
        party = update["party"]
        party_id = to_id(update["remote_id"], "customer")
        for name in update["fields"]:
            if name == "vat":
                records[party_id]["vat"] = normalize_vat(party["vat"])
            elif name in ("active", "is_company"):
                records[party_id][name] = str(int(party[name]))
            elif name == "code":
                # it stands in the place of our key
                records[party_id]["ref"] = party["code"] or party["key"]
            elif name == "lang":
                if party["lang"] in self._get_languages():
                    records[party_id]["lang"] = party["lang"]
            else:
                records[party_id][name] = party[name]
        if "name" in update["fields"] and not party["name"].strip():
            raise ValidationError(_lt("The customer has no name."))
        for item in update["addresses"]:
            if is_customer(item, party_id):
                # what belongs to one of its addresses is not the customer's own
                continue
            values = records[to_id(item["remote_id"], "address")]
            address = item["address"]
            prepared = self._prepare_address_values(address, countries, states)
            for name in item["fields"]:
                if name == "country_code":
                    values["country_id/.id"] = str(prepared["country_id"] or "")
                elif name == "state_code":
                    values["state_id/.id"] = str(prepared["state_id"] or "")
                elif name == "active":
                    values["active"] = str(int(address["active"]))
                elif name == "kind":
                    values["type"] = get_type(address, party["addresses"])
                else:
                    values[name] = address[name]
        return {key: values for key, values in records.items() if values}

    def _load(self, names, table):
        self.write_table(
            "res.partner",
            [".id", *names],
            table,
            # what is archived is found as well, to be changed or brought back
            context={**CREATE_CONTEXT, **WITH_ARCHIVED},
            purpose="change customers",
        )
        return [True] * len(table)

    # -- archive ----------------------------------------------------------------------

    def party_archive(self, requests):
        ids = [to_id(item["remote_id"], item["kind"]) for item in requests]
        parties = [
            number
            for number, item in zip(ids, requests, strict=True)
            if item["kind"] == "party"
        ]
        # contacts of an archived company are of no use by themselves
        rows = self.search_read(
            "res.partner",
            ["|", ("id", "in", ids), ("commercial_partner_id", "in", parties)],
            ["commercial_partner_id"],
            purpose="read customers",
        )
        families = defaultdict(list)
        for row in rows:
            families[row["commercial_partner_id"][0]].append(row["id"])
        # a customer's main address is the customer, who is archived as one alone
        present = {
            row["id"] for row in rows if row["commercial_partner_id"][0] != row["id"]
        }
        groups = [
            families[number]
            if item["kind"] == "party"
            else [number]
            if number in present
            else []
            for number, item in zip(ids, requests, strict=True)
        ]
        return send_by_halving(self._archive, groups)

    def _archive(self, groups):
        ids = sorted({number for group in groups for number in group})
        if ids:
            self.call(
                "res.partner",
                "write",
                ids,
                vals={"active": False},
                changes=True,
                purpose="archive customers",
            )
        return [True] * len(groups)


def is_customer(item, party_id):
    """Whether the record there is the customer, which is its own main address, while the
    address here is another one.

    :param dict item: of the contract (``AddressUpdate``)
    """
    return (
        item["address"]["kind"] != "main"
        and to_id(item["remote_id"], "address") == party_id
    )


def get_type(address, addresses):
    """What Odoo calls the kind of an address that is there already.

    :param dict address: of the contract, not the main one
    :param list addresses: all of the customer, the main one first
    """
    kind = ADDRESS_TYPES.get(address["kind"], "other")
    if kind == "contact" and not (
        is_empty_address(address) or is_at_home(address, addresses[0])
    ):
        # Odoo would put the company's address in place of its own
        return "other"
    return kind


def _get_kind(row):
    if read_id(row, "commercial_partner_id") == row["id"]:
        return "main"
    return row["type"] if row["type"] in ADDRESS_TYPES else "other"


def _get_address_state(row, countries, states):
    return {
        "remote_id": str(row["id"]),
        **{name: read_text(row, name) for name in PLAIN_FIELDS if name != "website"},
        "state_code": states.get(read_id(row, "state_id"), ""),
        "country_code": countries.get(read_id(row, "country_id"), ""),
        "kind": _get_kind(row),
        "active": row["active"],
    }


def _get_party_state(row, family):
    return {
        "remote_id": str(row["id"]),
        **{name: read_text(row, name) for name in ("name", "vat", "email", "phone")},
        "website": read_text(row, "website"),
        "code": "" if is_our_key(row["ref"]) else read_text(row, "ref"),
        "is_company": row["is_company"],
        "lang": read_text(row, "lang"),
        "active": row["active"],
        "main_address_id": str(row["id"]),
        "addresses": [family[key] for key in sorted(family)],
    }

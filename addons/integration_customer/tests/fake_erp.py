"""Customers of an ERP in memory, by ``contract.py``. For logic and faults; the real ERPs
are in the tests of the suite's root."""

import copy
from collections import Counter

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    SystemClient,
    get_hold_back,
)

PARTY = ("name", "vat", "email", "phone", "website", "code", "lang")
ADDRESS = (
    "name",
    "street",
    "street2",
    "zip",
    "city",
    "state_code",
    "country_code",
    "email",
    "phone",
    "kind",
)


class FakeErp:
    def __init__(self):
        self.parties = {}  # remote id -> PartyState with "key"
        self.changed = []  # remote ids, in the order of their changes
        self.calls = Counter()
        self.faults = []  # raised in turn, by any verb
        self.next_id = 100

    def new_id(self):
        self.next_id += 1
        return str(self.next_id)

    def note(self, verb):
        self.calls[verb] += 1
        if self.faults:
            raise self.faults.pop(0)

    def add_party(self, party):
        remote_id = self.new_id()
        self.parties[remote_id] = {
            "remote_id": remote_id,
            "key": party.get("key", ""),
            **{name: party.get(name) or "" for name in PARTY},
            "is_company": bool(party.get("is_company")),
            "active": True,
            "main_address_id": "",
            "addresses": [],
        }
        links = self.add_addresses(remote_id, party.get("addresses", ()))
        return remote_id, links

    def change(self, remote_id, address_id=None, **values):
        """What people do there; an address may be all that shows it."""
        if address_id:
            self.get_address(address_id).update(values)
        else:
            self.parties[remote_id].update(values)
        self.changed.append(remote_id)

    def add_addresses(self, remote_id, addresses):
        party, links = self.parties[remote_id], {}
        for address in addresses:
            same = self.find_addresses(remote_id, address)
            if not same:
                values = {name: address.get(name) or "" for name in ADDRESS}
                same = [{**values, "remote_id": self.new_id(), "active": True}]
                party["addresses"] += same
                party["main_address_id"] = (
                    party["main_address_id"] or same[0]["remote_id"]
                )
            links[address["key"]] = same[0]["remote_id"]
        return links

    def find_addresses(self, party_id, address):
        return [
            known
            for known in self.parties[party_id]["addresses"]
            if all(known[name] == (address.get(name) or "") for name in ADDRESS[:5])
        ]

    def get_address(self, remote_id):
        return next(
            address
            for party in self.parties.values()
            for address in party["addresses"]
            if address["remote_id"] == remote_id
        )


class FakeClient(SystemClient):
    erp = None

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def party_match(self, parties):
        self.erp.note("party_match")
        answers = []
        for party in parties:
            hits = []
            for rule in ("key", "code", "vat", "email"):
                hits = hits or [
                    {
                        "remote_id": remote_id,
                        "number": f"C{remote_id}",
                        "name": known["name"],
                        "detail": "",
                        "url": f"http://erp/party/{remote_id}",
                        "rule": rule,
                    }
                    for remote_id, known in self.erp.parties.items()
                    if party[rule]
                    and known[rule] == party[rule]
                    and (rule != "code" or known["name"] == party["name"])
                ]
            answers.append(hits)
        return answers

    def party_create(self, parties):
        self.erp.note("party_create")
        answers = []
        for party in parties:
            remote_id, links = self.erp.add_party(party)
            answers.append(
                {
                    "remote_id": remote_id,
                    "number": f"C{remote_id}",
                    "url": f"http://erp/party/{remote_id}",
                    "addresses": links,
                }
            )
        return answers

    def party_addresses(self, requests):
        self.erp.note("party_addresses")
        return [
            (
                self._is_missing_some(request)
                and get_hold_back(request.get("unsettled_until"))
            )
            or self.erp.add_addresses(request["party_id"], request["addresses"])
            for request in requests
        ]

    def _is_missing_some(self, request):
        return not all(
            self.erp.find_addresses(request["party_id"], address)
            for address in request["addresses"]
        )

    def party_read(self, remote_ids):
        self.erp.note("party_read")
        # what changes there later is not what was read
        return [
            copy.deepcopy(self.erp.parties.get(remote_id)) for remote_id in remote_ids
        ]

    def party_changes(self, cursor, limit):
        self.erp.note("party_changes")
        whole = list(self.erp.parties)
        # at first all, then what was changed since
        begun, place = (cursor or "all:0").split(":")
        source = whole if begun == "all" else self.erp.changed
        end = int(place) + limit
        page = list(dict.fromkeys(source[int(place) : end]))
        more = end < len(source)
        if more:
            following = f"{begun}:{end}"
        else:
            following = f"since:{len(self.erp.changed)}"
        return {"remote_ids": page, "cursor": following, "more": more}

    def party_update(self, updates):
        self.erp.note("party_update")
        for update in updates:
            party = self.erp.parties[update["remote_id"]]
            party.update({name: update["party"][name] for name in update["fields"]})
            # as there: ours show up like anybody's
            self.erp.changed.append(update["remote_id"])
            for item in update["addresses"]:
                self.erp.get_address(item["remote_id"]).update(
                    {name: item["address"][name] for name in item["fields"]}
                )
        return [True] * len(updates)

    def party_archive(self, requests):
        self.erp.note("party_archive")
        for request in requests:
            if request["kind"] == "party":
                self.erp.parties[request["remote_id"]]["active"] = False
            else:
                self.erp.get_address(request["remote_id"])["active"] = False
        return [True] * len(requests)

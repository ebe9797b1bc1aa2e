"""Complaints of an ERP in memory, by ``contract.py``. For logic and faults; the real ERPs
are in the tests of the suite's root."""

from collections import Counter

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    SystemClient,
    ValidationError,
)


class FakeErp:
    def __init__(self):
        self.complaints = {}  # remote id -> ComplaintState
        self.calls = Counter()
        self.faults = []  # raised in turn, by any verb
        self.lacking = []

    def note(self, verb):
        self.calls[verb] += 1
        if self.faults:
            raise self.faults.pop(0)

    def add(self, **values):
        remote_id = str(len(self.complaints) + 1)
        self.complaints[remote_id] = {
            "remote_id": remote_id,
            "keys": [],
            "number": f"R{remote_id}",
            "url": f"http://erp/{remote_id}",
            "state": "new",
            "party_id": "",
            "order_id": "",
            "product_id": "",
            "quantity": "",
            "text": "",
            "remarks": "",
            "date": "2026-11-01",
            "changed_at": "2026-11-01T10:00:00",
            "steps": [],
            **values,
        }
        return self.complaints[remote_id]


def make_step(remote_id, kind="return", **values):
    return {
        "remote_id": remote_id,
        "kind": kind,
        "name": "",
        "number": "RET1",
        "url": "",
        "state": "planned",
        "quantity": "1",
        "unit": "u",
        "amount": "",
        "currency": "",
        "date": "",
        **values,
    }


class FakeClient(SystemClient):
    erp = None

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def party_match(self, parties):
        return [[] for _party in parties]

    def party_create(self, parties):
        self.erp.note("party_create")
        return [
            {
                "remote_id": f"P{party['key']}",
                "number": "",
                "url": "",
                "addresses": {item["key"]: item["key"] for item in party["addresses"]},
            }
            for party in parties
        ]

    def party_addresses(self, requests):
        return [{} for _request in requests]

    def party_read(self, remote_ids):
        return [None for _remote_id in remote_ids]

    def complaint_check(self):
        return list(self.erp.lacking)

    def complaint_kinds(self):
        return [{"remote_id": "7", "code": "", "name": "Defective"}]

    def complaint_find(self, keys):
        self.erp.note("complaint_find")
        return {
            key: dict(state)
            for state in self.erp.complaints.values()
            for key in state["keys"]
            if key in keys
        }

    def complaint_create(self, complaints):
        self.erp.note("complaint_create")
        return [
            dict(
                self.erp.add(
                    keys=[item["key"]],
                    **{
                        name: item[name]
                        for name in (
                            "party_id",
                            "order_id",
                            "product_id",
                            "quantity",
                            "text",
                        )
                    },
                )
            )
            for item in complaints
        ]

    def complaint_read(self, remote_ids):
        self.erp.note("complaint_read")
        return [
            dict(self.erp.complaints[item]) if item in self.erp.complaints else None
            for item in remote_ids
        ]

    def complaint_update(self, updates):
        self.erp.note("complaint_update")
        for update in updates:
            self.erp.complaints[update["remote_id"]].update(
                {name: update["complaint"][name] for name in update["fields"]}
            )
        return [True] * len(updates)

    def complaint_cancel(self, remote_ids):
        self.erp.note("complaint_cancel")
        answers = []
        for remote_id in remote_ids:
            state = self.erp.complaints.get(remote_id)
            if state and state["state"] == "done":
                answers.append(ValidationError("It is repaired already."))
                continue
            if state:
                state["state"] = "cancelled"
            answers.append(True)
        return answers

    def complaint_changes(self, cursor, limit):
        self.erp.note("complaint_changes")
        after = int(cursor or 0)
        found = [
            state
            for state in self.erp.complaints.values()
            if int(state["remote_id"]) > after
        ][:limit]
        return {
            "complaints": [
                {"remote_id": item["remote_id"], "party_id": item["party_id"]}
                for item in found
            ],
            "cursor": found[-1]["remote_id"] if found else str(after),
            "more": len(found) == limit,
        }

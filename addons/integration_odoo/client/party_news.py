"""Which customers were changed there (``integration_customer/contract.py``)."""

import json

from .convert import read_id


class PartyNewsVerbs:
    """``party_changes``.

    Addresses and contacts are records like their customer, each with a moment of its own
    (``write_date``): all are looked at, and their customers told.
    """

    def party_changes(self, cursor, limit):
        position = json.loads(cursor) if cursor else {}
        since, after = position.get("since"), position.get("after", 0)
        rows = self.search_read(
            "res.partner",
            [
                *([("write_date", ">=", since)] if since else []),
                ("id", ">", after),
            ],
            ["commercial_partner_id"],
            order="id",
            limit=limit,
            context={"active_test": False},
            purpose="look for changed customers",
        )
        following, more = self._get_next_position(position, rows, limit)
        ids = dict.fromkeys(read_id(row, "commercial_partner_id") for row in rows)
        return {
            "remote_ids": [str(party_id) for party_id in ids if party_id],
            "cursor": json.dumps(following),
            "more": more,
        }

"""What the flows of complaints ask of a system's client, in plain data.

All values are JSON-safe: quantities and amounts are decimal strings, dates ISO strings,
remote ids strings. Each method takes and returns *lists* and makes as few calls as the
system allows; where a list of requests goes in, a list of the same length and order comes
out, each item an answer or an :class:`IntegrationError`.

``complaint_check()`` → list of what the system lacks for complaints (modules, rights), in
    words; empty where nothing is missing.
``complaint_limits()`` → list of what can't be sent to this system, in words; clients that
    take everything may do without.
``complaint_kinds()`` → list of ``{"remote_id", "code", "name"}``: what a complaint's kind
    can be there.
``complaint_find(keys)`` → dict ``{key: ComplaintState}`` of those that exist.
``complaint_create(complaints)`` → per :class:`ComplaintRequest` a :class:`ComplaintState`.
    Callers have looked up by key before.
``complaint_read(remote_ids)`` → per id a :class:`ComplaintState`; None where it is gone.
``complaint_update(updates)`` → per :class:`ComplaintUpdate` True. The named fields are
    written as far as the system has them; remarks of others stay. Refused where the record
    is past being changed.
``complaint_cancel(remote_ids)`` → per id True; one that is cancelled or gone already counts
    as success. Refused where it is too late.
``complaint_changes(cursor, limit)`` → ``{"complaints": [{"remote_id", "party_id"}],
    "cursor": str, "more": bool}``: of anybody's, those changed at or after the cursor,
    overlap included; cursor None: from the beginning.
"""

from typing import Literal, TypedDict


class ComplaintRequest(TypedDict):
    key: str  # the one the system stores; looked up before every create
    party_id: str
    order_id: str  # "" where it is about no order
    product_id: str  # "" for none
    is_service: bool  # of the product
    quantity: str  # "" for none
    unit_id: str  # of the quantity; "" for the product's own
    kind_id: str  # one of complaint_kinds(); "" leaves it to the system
    wish: Literal["repair", "replacement", "return", "credit", "other"]
    text: str  # what happened, all in words
    date: str


class ComplaintUpdate(TypedDict):
    remote_id: str
    complaint: ComplaintRequest
    fields: list[Literal["text", "product_id", "quantity"]]


class ComplaintStep(TypedDict):
    """Something that was done about it, or is going to be."""

    remote_id: str  # unique within the complaint, such as "sale.sale,7"
    kind: Literal[
        "return",
        "credit_note",
        "quotation",
        "part_added",
        "part_removed",
        "part_recycled",
        "other",
    ]
    name: str  # product of a part, for instance
    number: str
    url: str
    state: Literal["planned", "done", "cancelled"]
    quantity: str  # "" for none
    unit: str
    amount: str  # "" for none
    currency: str  # ISO code
    date: str  # "" while it is not known


class ComplaintState(TypedDict):
    remote_id: str
    keys: list[str]  # that it bears: ours, or of other databases
    number: str
    url: str
    state: Literal[
        "new", "review", "accepted", "in_progress", "done", "rejected", "cancelled"
    ]
    party_id: str
    order_id: str
    product_id: str
    quantity: str
    text: str  # above the line with our key, or all of it
    remarks: str  # below it: theirs
    date: str
    changed_at: str  # moment in UTC, ISO
    steps: list[ComplaintStep]

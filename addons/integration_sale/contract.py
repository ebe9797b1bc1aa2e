"""What the sales flows ask of a system's client, in plain data.

A client that has these methods can take won deals and tell what became of them; it need
not import anything from here. All values are JSON-safe: amounts, prices, quantities and
percentages are decimal strings (``"12.50"``), dates ISO strings, remote ids strings.

Each method takes and returns *lists* and makes as few calls as the system allows. Where a
list of requests goes in, a list of the same length and order comes out, each item an
answer or an :class:`IntegrationError`; what concerns the whole system (network,
authentication, rate limit) may also be raised.

Customers and addresses
    see ``integration_customer/contract.py``.
Products and values
    ``product_search(codes, barcodes)`` → list of :class:`ProductAnswer`, active ones.
    ``product_list(cursor, limit)`` → ``{"products": [...], "cursor": str, "more": bool}``.
    ``value_list(kind)`` → list of :class:`ValueAnswer`; kinds: ``unit tax currency
    payment_term country carrier salesperson warehouse price_list``; a kind the system
    does not know gives an empty list.
Orders
    ``order_find(keys)`` → dict ``{key: OrderAnswer}`` of those that exist, cancelled and
    draft ones too.
    ``order_create(orders)`` → per :class:`OrderRequest` an :class:`OrderAnswer`; the order
    is a draft afterwards. Refused ones alone fail. Callers have looked up by key before.
    ``order_lines(remote_ids)`` → dict ``{remote id: [OrderLineAnswer]}``, product lines
    in their order, to explain a difference of totals.
    ``order_confirm(remote_ids)`` → per id an :class:`OrderAnswer`. An order that is
    confirmed already counts as success.
    ``order_changes(cursor, limit, key_prefix)`` → ``{"remote_ids": [...], "cursor": str,
    "more": bool}``: orders bearing our key whose own data, invoices, payments or
    shipments changed at or after the cursor, overlap included; cursor None: from the
    beginning. Opaque to the caller; only the client reads its own cursor.
    ``order_status(remote_ids)`` → per id an :class:`OrderStatus`; one that is gone has
    state ``deleted``.
    ``record_exists(kind, remote_ids)`` → per id whether an order can still name it; kinds:
    ``party address product``. One that was deleted, or merged into another one, is gone;
    one that is archived is there where the system still takes it. Asked of refused orders
    alone.
Changes after the order was made
    see ``contract_changes.py``.
    ``order_check(orders)`` → per :class:`OrderToCheck` an :class:`OrderCheck`: whether the
    system would take it, read at this moment; nothing is written.
Without a key
    ``order_search(searches)``, asked only where ``stores_key`` is False → per
    :class:`OrderSearch` a list of :class:`OrderCandidate` of that customer: those that
    bear our number anywhere, and those of the same amount about that date. ``order_find``
    is not asked then.
Facts
    ``stores_key`` (bool attribute or property, True by default): records can bear our key.
    ``key_is_unique`` (bool attribute or property): the system itself refuses a second
    order with our key. ``order_batch_size`` (int): what one call of ``order_create``
    takes at best.
"""

from typing import Literal, NotRequired, TypedDict

# whoever reads this contract finds customers' types in it as well
from odoo.addons.integration_customer.contract import (  # noqa: F401
    Address,
    AddressRequest,
    Party,
    PartyAnswer,
    PartyMatch,
)


class ProductAnswer(TypedDict):
    remote_id: str
    code: str
    barcode: str
    name: str
    unit_id: str
    unit_name: str
    price: str
    active: bool
    url: str


class ValueAnswer(TypedDict):
    remote_id: str
    code: str  # ISO code for currency and country; else the system's own, may be empty
    name: str
    rate: str  # percentage for taxes, else ""
    price_include: bool  # for taxes


class OrderLine(TypedDict):
    key: str
    kind: Literal["product", "section", "note"]
    product_id: str
    description: str
    quantity: str
    unit_id: str  # "" lets the system take the product's own
    unit_price: str  # before discount, in the order's currency, per remote unit
    discount: str  # percentage
    tax_ids: list[str] | None  # None: the system decides; []: none


class OrderRequest(TypedDict):
    key: str  # the one the system stores; looked up before every create
    number: str  # ours, for people
    customer_reference: str
    party_id: str
    invoice_address_id: str
    delivery_address_id: str
    contact_id: str
    currency_id: str
    order_date: str  # date
    requested_date: str  # date, "" for none
    price_list_id: str
    payment_term_id: str
    salesperson_id: str
    warehouse_id: str
    carrier_id: str
    note: str  # plain text
    lines: list[OrderLine]


class OrderAnswer(TypedDict):
    key: str
    remote_id: str
    number: str
    url: str
    state: Literal["draft", "confirmed", "done", "cancelled"]
    currency: str  # ISO code
    total_untaxed: str
    total_tax: str
    total: str
    # ids of the lines in the order of the request, where the system tells
    line_ids: NotRequired[list[str]]


class LineToCheck(TypedDict):
    key: str  # ours, of the product
    product_id: str
    unit_id: str  # "" is the product's own
    tax_ids: list[str]


class OrderToCheck(TypedDict):
    """An order before it is one; what has no counterpart yet is empty or left out."""

    party_id: str
    currency_id: str
    payment_term_id: str
    lines: list[LineToCheck]


class OrderProblem(TypedDict):
    kind: Literal["customer", "address", "product", "tax", "value"]
    key: str  # of the line for products, else the remote id of what it is about
    text: str  # for people


class OrderCheck(TypedDict):
    problems: list[OrderProblem]  # each would hold the order up
    rates: dict[str, str]  # percentages of the taxes asked about, by remote id


class OrderSearch(TypedDict):
    """What tells an order of ours from others where the system can't keep our key."""

    number: str  # ours
    customer_reference: str
    party_id: str
    currency: str  # ISO code
    order_date: str
    total_untaxed: str
    total: str


class OrderCandidate(TypedDict):
    remote_id: str
    number: str
    our_number: str  # ours, where it is found in it; "" otherwise
    customer: str
    url: str
    order_date: str
    currency: str  # ISO code
    total_untaxed: str
    total: str


class OrderLineAnswer(TypedDict):
    product_code: str
    description: str
    quantity: str
    unit_price: str
    discount: str
    total_untaxed: str
    total: str


class Invoice(TypedDict):
    remote_id: str
    number: str
    url: str
    kind: Literal["invoice", "credit_note"]
    state: Literal["draft", "posted", "cancelled"]
    payment_state: Literal["not_paid", "partial", "paid", "reversed"]
    invoice_date: str
    due_date: str
    currency: str
    total: str
    residual: str
    credit_of: NotRequired[list[str]]  # of a credit note: invoices it was made from


class ShipmentItem(TypedDict):
    product_code: str
    description: str
    quantity: str
    unit: str


class Shipment(TypedDict):
    remote_id: str
    number: str
    url: str
    state: Literal["waiting", "ready", "shipped", "delivered", "cancelled"]
    is_backorder: bool
    is_return: bool
    scheduled_date: str
    done_date: str
    carrier: str
    tracking_number: str
    tracking_url: str
    items: NotRequired[list[ShipmentItem]]  # what is in it


class OrderStatus(TypedDict):
    remote_id: str
    key: str
    number: str
    url: str
    state: Literal["draft", "confirmed", "done", "cancelled", "deleted"]
    delivery_state: Literal["none", "waiting", "partial", "shipped", "delivered"]
    currency: str
    total_untaxed: str
    total_tax: str
    total: str
    invoices: list[Invoice]
    shipments: list[Shipment]

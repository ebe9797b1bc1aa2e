"""What the flow *Changes of won deals* asks of a system's client; see ``contract.py``.

A client without these verbs can't change orders: people are asked then.

``order_read(remote_ids)``
    per id an :class:`OrderContent`, None for one that is gone: the order as it stands, and
    what may still be changed.
``order_expected(orders)``
    per :class:`OrderRequest` an :class:`OrderExpectation`: what ``order_read`` would tell of
    it right after ``order_create``, so that what people have changed there since can be
    told from what the system has made of our values. Changes nothing.
``order_update(updates)``
    per :class:`OrderUpdate` an :class:`OrderUpdateAnswer`. Written is what the update
    names, nothing else; the order is in the same state afterwards.
``order_cancel(remote_ids, keys)``
    per id an :class:`OrderCallAnswer`. One that is cancelled already counts as success;
    nothing is cancelled once goods have left or an invoice is posted. ``keys`` has per id
    the key it was made with: an order that bears anything else by now is left as it is
    (``not_ours``), as it may be somebody else's. An empty key is not compared.
``order_reopen(remote_ids, keys)``
    per id an :class:`OrderCallAnswer`: a cancelled order is a draft again. One that is not
    cancelled is left as it is; keys as above.

As in ``contract.py`` the lists answered are as long as those asked, a refusal in the
system's own words is a ``ValidationError`` in its place, and each verb can be asked again
after a lost answer.
"""

from typing import Literal, NotRequired, TypedDict

from .contract import OrderAnswer, OrderLine, OrderRequest

Reason = Literal[
    "",
    "shipped",
    "invoiced",
    "shared",  # its shipment or invoice is that of other orders as well
    "locked",  # by people over there
    "processed",  # the system takes no change to an order that is under way
    "done",
    "cancelled",
    "deleted",
    "not_ours",  # it does not bear our key
]


class ContentLine(TypedDict):
    """A line as it stands; the values of ``OrderLine``, comparable with those of
    ``order_expected``."""

    remote_id: str
    kind: Literal["product", "section", "note", ""]  # "": none of ours
    product_id: str
    description: str
    quantity: str
    unit_id: str
    unit_price: str
    discount: str
    tax_ids: list[str]
    shipped: str  # quantity, in the unit of the line
    invoiced: str


class OrderContent(TypedDict):
    order: OrderAnswer
    reason: Reason  # why nothing of it can be changed any more; "": it can
    # numbers of what can't be undone: shipments that left, posted invoices
    documents: dict[Literal["shipped", "invoiced"], list[str]]
    fixed: list[str]  # fields of OrderRequest that can't be changed as it stands
    header: dict[str, str]  # fields of OrderRequest
    lines: list[ContentLine]  # in their order


class OrderExpectation(TypedDict):
    header: dict[str, str]  # fields of OrderRequest; left out: the system decides
    lines: list[dict]  # per line of the request the fields of OrderLine; the same


class LineChange(TypedDict):
    remote_id: str
    fields: list[str]  # of OrderLine, those to be written
    line: OrderLine  # as it is to be
    there: ContentLine  # as it stands


class LineAddition(TypedDict):
    # among the lines of the order, from 1; 0: before all that are there
    position: int
    line: OrderLine


class OrderUpdate(TypedDict):
    remote_id: str
    order: OrderRequest  # as it is to be
    fields: list[str]  # of it, those to be written
    change: list[LineChange]
    add: list[LineAddition]
    remove: list[str]  # ids of lines


class OrderUpdateAnswer(TypedDict):
    order: OrderAnswer
    line_ids: list[str]  # of the added ones, in their order


class OrderCallAnswer(TypedDict):
    order: OrderAnswer | None  # None: it is gone
    reason: Reason  # "": done
    # numbers of what stands in the way; with not_ours what stands in place of our key
    documents: list[str]
    was_cancelled: NotRequired[
        bool
    ]  # of order_cancel: it was already, before this call

"""What the forecast flow asks of a system's client, in plain data.

As in the other flows: all values are JSON-safe, numbers are decimal strings, remote ids
strings; a client need not import anything from here. A *period* is one month in one
warehouse; over there it is one document.

``forecast_place()`` → :class:`Place`: where forecasts go over there, or why they can't.
``forecast_read(periods)`` → per :class:`Period` a :class:`Document`, or None where there is
    none; cancelled ones are none.
``forecast_write(plans)`` → per :class:`Plan` an :class:`Answer` or an
    ``IntegrationError``. What is to be planned of a product is *set*, not added; products
    of the document that are not among the rows stay as they are.
"""

from typing import NotRequired, TypedDict


class Place(TypedDict):
    place: str  # a sentence for people, "" where there is none
    missing: str  # what has to be mended first, "" where nothing has


class Period(TypedDict):
    key: str  # of ours, the same for a period for ever
    month: str  # ISO date of its first day
    warehouse_id: str  # "" lets the system take its own default
    # given for all periods or none: rows of other products are not needed
    product_ids: NotRequired[list[str]]


class Row(TypedDict):
    product_id: str
    unit_id: str  # "" is the one the product is sold by
    quantity: str  # of the whole month


class Document(TypedDict):
    remote_id: str
    number: str
    url: str
    is_open: bool  # whether it may still be changed
    rows: list[Row]


class Plan(Period):
    document: Document | None  # as ``forecast_read`` gave it; None: make one
    rows: list[Row]


class RowAnswer(TypedDict):
    quantity: str  # as it stands there now, in the unit asked for
    reason: str  # why the system plans nothing of this product, "" where it does
    # why this row alone was refused, such as a product that is gone there
    error: NotRequired[str]


class Answer(TypedDict):
    remote_id: str  # "" where there was nothing to make a document for
    number: str
    url: str
    rows: list[RowAnswer]  # in the order of the plan's

"""What the stock flow asks of a system's client, in plain data.

As in the other flows: all values are JSON-safe, numbers are decimal strings, remote ids
strings; a client need not import anything from here.

``stock_levels(product_ids)`` → list of :class:`StockLevel`, one per product and warehouse.
    Products that no stock is kept of (services) and products that are gone are not among
    them; one without any stock is, with ``"0"``.
"""

from typing import TypedDict


class StockArrival(TypedDict):
    date: str  # ISO date, "" where none is planned
    quantity: str


class StockLevel(TypedDict):
    product_id: str
    warehouse_id: str
    warehouse_name: str
    unit_id: str  # of the quantities: the one the product is sold by
    available: str  # on hand and not promised to anybody
    arrivals: list[StockArrival]  # earliest first

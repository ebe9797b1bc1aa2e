"""What the price flow asks of a system's client, in plain data.

As in the other flows: all values are JSON-safe, numbers are decimal strings, remote ids
strings; a client need not import anything from here.

``price_lists()`` → list of :class:`PriceList`: those customers are sold by, active ones;
    those whose prices can't be read too, with the reason.
``price_list_prices(list_ids, product_ids)`` → list of :class:`Price`: what the lists say
    today of the products, computed by the system's own rules. A product a list says nothing
    about is not among them. Sorted by quantity within list and product.
``party_price_lists(party_ids)`` → dict ``{party id: price list id}``, ``""`` where nothing
    was chosen for that customer.
"""

from typing import NotRequired, TypedDict


class PriceList(TypedDict):
    remote_id: str
    name: str
    currency: str  # ISO code
    # why its prices can't be read, what follows "the price list is left out:"
    left_out: NotRequired[str]


class Price(TypedDict):
    price_list_id: str
    product_id: str
    unit_id: str  # in which it is sold: price and quantity are per such a unit
    min_quantity: str  # from which on the price holds, "0" for any
    price: str  # in the currency of the list

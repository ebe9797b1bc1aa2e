"""Plain container; see ``models/handler_sale_order_push.py``."""

from typing import NamedTuple


class Counterparts(NamedTuple):
    """What stands for our records over there, for a batch of orders."""

    parties: dict  # partner id -> remote id
    addresses: dict  # (partner id, address partner id) -> remote id
    products: dict  # product id -> integration.product.mapping
    heads: dict  # kind -> {record id: remote id}
    tax_records: dict  # tax id -> account.tax, groups taken apart
    taxes: dict  # tax id -> remote id
    taxes_include: dict  # remote tax id -> whether its price includes it
    units: dict  # unit id -> remote id

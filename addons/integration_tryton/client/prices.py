"""Price lists of Tryton (``integration_price/contract.py``)."""

from decimal import Decimal

from odoo.addons.integration_hub.client import TextMaker, in_chunks

from .encoding import amount_text, number_text, pick_ids
from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

READ_CHUNK = 500


class PricesMixin:
    """``price_lists``, ``price_list_prices``, ``party_price_lists``.

    Formulas are Tryton's own affair: it is asked for ``sale_price_uom`` with the price list
    and a quantity in the context, as its screens do it (trytond/modules/sale/product.py,
    sale_price_list/product.py), for many products at once.
    """

    @property
    def _has_price_lists(self):
        return "sale_price_list" in self.modules

    def price_lists(self):
        if not self._has_price_lists:
            return []
        rows = self.search_read(
            "product.price_list",
            [["company", "=", self.company_id]],
            ["name", "tax_included"],
        )
        currency = self._get_company_currency()
        return [
            {
                "remote_id": str(row["id"]),
                "name": row["name"],
                "currency": currency,
                # it would need to know the taxes of each sale
                "left_out": _lt(
                    "its prices include taxes, which depend on each sale in Tryton"
                )
                if row["tax_included"]
                else "",
            }
            for row in rows
        ]

    def price_list_prices(self, list_ids, product_ids):
        ids = pick_ids(product_ids)
        prices = []
        for chunk in in_chunks(ids, READ_CHUNK):
            products = self.search_read(
                "product.product",
                [["id", "in", chunk], ANY_ACTIVE],
                ["sale_uom", "sale_uom.factor", "default_uom.factor"],
            )
            for list_id in list_ids:
                prices += self._get_list_prices(int(list_id), products)
        return prices

    def _get_list_prices(self, list_id, products):
        unit, breaks = self._read_breaks(list_id)
        found = {}
        for ratio, of_ratio in _by_ratio(products, unit).items():
            for quantity in breaks:
                # breaks may be in another unit than the one it is sold by
                sold = quantity * ratio
                rows = self.rpc(
                    "product.product",
                    "read",
                    [product["id"] for product in of_ratio],
                    ["sale_price_uom"],
                    context={"price_list": list_id, "quantity": float(sold)},
                )
                for row in rows:
                    steps = found.setdefault(row["id"], [])
                    price = row["sale_price_uom"]
                    if price is not None and (not steps or steps[-1][1] != price):
                        steps.append((sold, price))
        units = {product["id"]: product["sale_uom"] for product in products}
        return [
            {
                "price_list_id": str(list_id),
                "product_id": str(product_id),
                "unit_id": str(units[product_id] or ""),
                "min_quantity": number_text(quantity),
                "price": amount_text(price),
            }
            for product_id, steps in found.items()
            for quantity, price in steps
        ]

    def _read_breaks(self, list_id):
        """:return: ``(unit of the quantities, quantities in order)``"""
        rows = self.search_read(
            "product.price_list",
            [["id", "=", list_id]],
            ["unit", "lines.quantity"],
        )
        quantities = {Decimal(0)}
        for row in rows:
            quantities |= {
                Decimal(str(line["quantity"]))
                for line in row["lines."]
                if line["quantity"]
            }
        unit = rows[0]["unit"] if rows else "product_default"
        return unit, sorted(quantities)

    def party_price_lists(self, party_ids):
        if not self._has_price_lists:
            return {}
        rows = self.read_existing(
            "party.party", [int(item) for item in party_ids], ["sale_price_list"]
        )
        return {
            str(party_id): str(row["sale_price_list"] or "")
            for party_id, row in rows.items()
        }


def _by_ratio(products, unit):
    """Products by how many units of sale make one unit of the breaks.

    :return: dict ``{ratio: products}``
    """
    found = {}
    for product in products:
        sale_unit, default_unit = product["sale_uom."], product["default_uom."]
        ratio = Decimal(1)
        if unit == "product_default" and sale_unit:
            ratio = Decimal(str(default_unit["factor"])) / Decimal(
                str(sale_unit["factor"])
            )
        found.setdefault(ratio, []).append(product)
    return found

"""Stock of Tryton (``integration_stock/contract.py``)."""

from decimal import Decimal

from odoo.addons.integration_hub.client import in_chunks

from .encoding import date_text, number_text, pick_ids
from .protocol import ANY_ACTIVE

OPEN_STATES = ["staging", "draft", "assigned"]
# what comes from one of these into a storage arrives
OUTSIDE = ["supplier", "customer", "production", "lost_found"]
READ_CHUNK = 500


class StockMixin:
    """``stock_levels``.

    *Available* is what lies in the storage zone of a warehouse, less what is assigned to
    shipments (``stock_assign``, trytond/modules/stock/product.py); arrivals are open moves
    from outside. Tryton counts in the product's default unit; sold it is by another.
    """

    def stock_levels(self, product_ids):
        if "stock" not in self.modules:
            return []
        levels = []
        ids = pick_ids(product_ids)
        for chunk in in_chunks(ids, READ_CHUNK):
            levels += self._get_levels(chunk)
        return levels

    def _get_levels(self, ids):
        products = {
            row["id"]: row
            for row in self.search_read(
                "product.product",
                [
                    ["id", "in", ids],
                    ["type", "=", "goods"],
                    ANY_ACTIVE,
                ],
                ["sale_uom", "sale_uom.factor", "default_uom.factor"],
            )
        }
        if not products:
            return []
        arrivals = self._read_arrivals(list(products))
        today = self._read_today()
        levels = []
        for warehouse in self._get_warehouses():
            quantities = self.rpc(
                "product.product",
                "read",
                list(products),
                ["quantity"],
                context={
                    "locations": [warehouse["storage_location"]],
                    "with_childs": True,
                    "stock_date_end": today,
                    "stock_assign": True,
                },
            )
            for row in quantities:
                product = products[row["id"]]
                of_product = arrivals.get((row["id"], warehouse["id"]), {})
                levels.append(
                    {
                        "product_id": str(row["id"]),
                        "warehouse_id": str(warehouse["id"]),
                        "warehouse_name": warehouse["name"],
                        "unit_id": str(product["sale_uom"] or ""),
                        "available": _to_sale_unit(row["quantity"], product),
                        "arrivals": [
                            {"date": date, "quantity": _to_sale_unit(number, product)}
                            for date, number in sorted(of_product.items())
                        ],
                    }
                )
        return levels

    def _read_today(self):
        return self.rpc("ir.date", "today")

    def _get_warehouses(self):
        if "warehouses" not in self.facts:
            self.facts["warehouses"] = self.search_read(
                "stock.location",
                [["type", "=", "warehouse"]],
                ["name", "storage_location"],
            )
        return self.facts["warehouses"]

    def _read_arrivals(self, ids):
        """:return: dict ``{(product id, warehouse id): {date: Decimal quantity}}``, in
        default units"""
        moves = self.search_read(
            "stock.move",
            [
                ["product", "in", ids],
                ["company", "=", self.company_id],
                ["state", "in", OPEN_STATES],
                ["from_location.type", "in", OUTSIDE],
                ["to_location.type", "in", ["storage", "view"]],
            ],
            ["product", "internal_quantity", "planned_date", "to_location.warehouse"],
        )
        arrivals = {}
        for move in moves:
            by_date = arrivals.setdefault(
                (move["product"], move["to_location."]["warehouse"]), {}
            )
            date = date_text(move["planned_date"])
            quantity = Decimal(str(move["internal_quantity"] or 0))
            by_date[date] = by_date.get(date, Decimal(0)) + quantity
        return arrivals


def _to_sale_unit(quantity, product):
    """A factor says how much of the base unit a unit is (trytond/modules/product/uom.py)."""
    sale_unit, default_unit = product["sale_uom."], product["default_uom."]
    number = Decimal(str(quantity or 0))
    if sale_unit and sale_unit["factor"] != default_unit["factor"]:
        number *= Decimal(str(default_unit["factor"]))
        number /= Decimal(str(sale_unit["factor"]))
        number = round(number, 6)
    return number_text(number.normalize())

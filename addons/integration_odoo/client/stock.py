"""Stock of another Odoo (``integration_stock/contract.py``)."""

from decimal import Decimal

from .convert import pick_ids, read_id, to_decimal_text
from .days import DayVerbs

OPEN_STATES = ("waiting", "confirmed", "partially_available", "assigned")


class StockVerbs(DayVerbs):
    """``stock_levels``.

    *Available* is what is on hand and not reserved (``free_qty`` of stock/models/
    product.py). Arrivals are open moves from outside into a warehouse; steps within a
    warehouse don't count twice.
    """

    def stock_levels(self, product_ids):
        if not self.get_field("product.product", "free_qty"):
            return []
        ids = pick_ids(product_ids)
        arrivals = self._read_arrivals(ids)
        levels = []
        for warehouse in self._get_warehouses():
            for row in self._read_quantities(ids, warehouse["id"]):
                of_product = arrivals.get((row["id"], warehouse["id"]), [])
                levels.append(
                    {
                        "product_id": str(row["id"]),
                        "warehouse_id": str(warehouse["id"]),
                        "warehouse_name": warehouse["name"],
                        "unit_id": str(read_id(row, "uom_id") or ""),
                        "available": to_decimal_text(row["free_qty"]),
                        "arrivals": [
                            {"date": date, "quantity": f"{quantity:f}"}
                            for date, quantity in sorted(of_product)
                        ],
                    }
                )
        return levels

    def _get_warehouses(self):
        return self.get_fact(
            "warehouses",
            lambda: self.search_read(
                "stock.warehouse",
                self._get_company_domain("stock.warehouse"),
                ["name"],
            ),
        )

    def _read_quantities(self, ids, warehouse_id):
        """Of the products that stock is kept of."""
        kept = (
            ("is_storable", "=", True)
            if self.get_field("product.product", "is_storable")
            # a type of its own until 17
            else ("type", "=", "product")
        )
        return self.search_read(
            "product.product",
            [("id", "in", ids), kept],
            ["free_qty", "uom_id"],
            # renamed in 17
            context={
                "active_test": False,
                "warehouse": warehouse_id,
                "warehouse_id": warehouse_id,
            },
        )

    def _read_arrivals(self, ids):
        """:return: dict ``{(product id, warehouse id): [(date, Decimal quantity)]}``"""
        moves = self.search_read(
            "stock.move",
            [
                ("product_id", "in", ids),
                ("state", "in", OPEN_STATES),
                ("location_id.usage", "!=", "internal"),
                ("location_dest_id.usage", "=", "internal"),
                *self._get_company_domain("stock.move"),
            ],
            # in the product's own unit, whatever the move is in
            ["product_id", "product_qty", "date", "location_dest_id"],
        )
        warehouses = self._find_warehouses(
            {read_id(move, "location_dest_id") for move in moves}
        )
        arrivals = {}
        for move in moves:
            warehouse_id = warehouses[read_id(move, "location_dest_id")]
            by_date = arrivals.setdefault(
                (read_id(move, "product_id"), warehouse_id), {}
            )
            date = self.get_day(move["date"] or "")
            quantity = Decimal(to_decimal_text(move["product_qty"]))
            by_date[date] = by_date.get(date, Decimal(0)) + quantity
        return {key: list(by_date.items()) for key, by_date in arrivals.items()}

    def _find_warehouses(self, location_ids):
        """:return: dict ``{location id: id of its warehouse}``"""
        if not location_ids:
            return {}
        locations = self.search_read(
            "stock.location",
            [("id", "in", sorted(location_ids))],
            ["warehouse_id", "parent_path"],
            context={"active_test": False},
        )
        if self.get_field("stock.location", "warehouse_id"):
            return {row["id"]: read_id(row, "warehouse_id") for row in locations}
        # 14: a warehouse is what is below its view
        views = {
            read_id(row, "view_location_id"): row["id"]
            for row in self.search_read(
                "stock.warehouse",
                self._get_company_domain("stock.warehouse"),
                ["view_location_id"],
            )
        }
        return {
            row["id"]: next(
                (
                    views[int(item)]
                    for item in (row["parent_path"] or "").split("/")
                    if item and int(item) in views
                ),
                None,
            )
            for row in locations
        }

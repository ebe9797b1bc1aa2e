"""The goods of a complaint, which older versions of Odoo insist on."""

from odoo.addons.integration_hub.client import TextMaker, ValidationError

from .complaint_states import REPAIR
from .convert import read_id, to_float, to_id

_lt = TextMaker(__name__)


class ComplaintGoods:
    """Until 16 a repair order needs goods, and their unit."""

    def complaint_limits(self):
        if not self._needs_goods():
            return []
        return [
            _lt(
                "Complaints: in this version of Odoo a repair order needs goods."
                " Complaints about a service, or without a product, can't be sent."
            )
        ]

    def _needs_goods(self):
        return bool(self.get_fields(REPAIR).get("product_id", {}).get("required"))

    def _check_goods(self, complaint):
        has_goods = complaint["product_id"] and not complaint["is_service"]
        if not has_goods and self._needs_goods():
            raise ValidationError(
                _lt(
                    "In this version of Odoo a repair order needs goods. Choose the goods"
                    " the complaint is about, or tell them in another way."
                )
            )

    def _read_own_units(self, complaints):
        """Where Odoo does not fill in the unit by itself.

        :return: dict ``{product id: unit id}``, of those sent without a unit
        """
        if self.get_fields(REPAIR).get("product_uom", {}).get("depends"):
            return {}
        ids = {
            to_id(complaint["product_id"], "product")
            for complaint in complaints
            if complaint["product_id"] and not complaint["unit_id"]
        }
        if not ids:
            return {}
        rows = self.search_read(
            "product.product",
            [("id", "in", sorted(ids))],
            ["uom_id"],
            context={"active_test": False},
        )
        return {str(row["id"]): str(row["uom_id"][0]) for row in rows}

    def _prepare_repair_product(self, complaint, units):
        """Only goods are repaired; a service is told in words."""
        if not complaint["product_id"] or complaint["is_service"]:
            return {}
        values = {"product_id": to_id(complaint["product_id"], "product")}
        if complaint["quantity"]:
            values["product_qty"] = to_float(complaint["quantity"])
        unit_id = complaint["unit_id"] or units.get(complaint["product_id"])
        if unit_id:
            values["product_uom"] = to_id(unit_id, "unit")
        place = self.get_fields(REPAIR).get("location_id", {})
        if place.get("required") and not place.get("depends"):
            # the form fills it in
            warehouse = self._get_forecast_warehouse("")
            values["location_id"] = read_id(warehouse, "lot_stock_id")
        return values

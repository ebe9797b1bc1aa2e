from odoo import models
from odoo.tools import float_round

from .handler_price_pull import PRICE_DIGITS


class HandlerPricePull(models.AbstractModel):
    """Prices per unit of theirs become prices per unit of ours."""

    _inherit = "integration.handler.price_pull"

    def _get_wanted_rules(self, lists, mappings, prices):
        """A price in a unit that nothing relates to ours makes no rule: it would be wrong
        by as many as make one of the other.

        :return: dict ``{(price list id, product id, quantity): price}``, of one of ours
        """
        quantity_digits = self.env["decimal.precision"].precision_get("Product Unit")
        wanted = {}
        for price, mapping, factor in self._get_factors(mappings, prices):
            pricelist = lists.get(price["price_list_id"])
            if not pricelist or factor is None:
                continue
            # per unit of theirs: one of ours is so many of it; as it will be kept, and
            # not less than what it takes over there
            quantity = float_round(
                float(price["min_quantity"]) / factor,
                precision_digits=quantity_digits,
                rounding_method="UP",
            )
            key = (
                pricelist.id,
                mapping.product_id.id,
                round(quantity, quantity_digits),
            )
            wanted[key] = round(float(price["price"]) * factor, PRICE_DIGITS)
        return wanted

    def _get_factors(self, mappings, prices):
        """:return: list of ``(price, mapping, factor)``: how many of the unit the price is
        per make one of ours, or None where that is not known"""
        connector = mappings.connector_id
        if not connector:
            return []
        units = mappings._get_local_units(connector)
        by_remote = mappings.grouped("remote_id")
        # a product has a price in each list, and for each quantity
        known = {}
        found = []
        for price in prices:
            for mapping in by_remote.get(price["product_id"], ()):
                key = (mapping.id, price["unit_id"])
                if key not in known:
                    known[key] = mapping._get_factor_in(price["unit_id"], units)
                found.append((price, mapping, known[key]))
        return found

    def _find_uncounted(self, mappings, prices):
        """:return: those of ``mappings`` whose price is per a unit nothing relates to
        theirs"""
        uncounted = {
            mapping.id
            for _price, mapping, factor in self._get_factors(mappings, prices)
            if factor is None
        }
        return mappings.filtered(lambda mapping: mapping.id in uncounted)

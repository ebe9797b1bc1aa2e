from odoo import api, models

# products named in a sentence; of more than these, that there are more
NAMED_PRODUCTS = 5


class IntegrationProductMapping(models.Model):
    """Stock and prices come per the unit the product is sold by over there. That may be
    another one than the mapping names: a person picks it, and it may change over there."""

    _inherit = "integration.product.mapping"

    @api.private
    def _get_factor_in(self, remote_unit_id, units):
        """How many of a unit over there make one of ours.

        :param remote_unit_id: what the other system counts the product in; empty where it
            does not say so
        :param dict units: ``{remote unit id: uom.uom}``, see :meth:`_get_local_units`
        :return: float, None where nothing relates that unit to the one the mapping names
        """
        self.ensure_one()
        if not remote_unit_id or self.remote_unit_id in (False, "", remote_unit_id):
            return self.factor
        for named in units.get(self.remote_unit_id, ()):
            for counted in units.get(remote_unit_id, ()):
                if named._has_common_reference(counted):
                    return self.factor * named._compute_quantity(
                        1.0, counted, round=False
                    )
        return None

    @api.private
    def _say_uncounted(self):
        """What a person should know of those :meth:`_get_factor_in` knows nothing of.

        :return: str, without a full stop; empty where ``self`` is
        """
        if not self:
            return ""
        names = self[:NAMED_PRODUCTS].product_id.mapped("display_name")
        if len(self) > NAMED_PRODUCTS:
            names.append("…")
        return self.env._(
            "Left out, as the ERP counts them in another unit than their mapping names,"
            " and nothing says how many of one make the other: %(products)s. Map both"
            " units under Mappings › Values, or pick that unit on the lines of these"
            " products and enter how many of it make one of ours",
            products=", ".join(names),
        )

from odoo import api, fields, models
from odoo.tools import float_compare


class IntegrationPriceLineMixin(models.AbstractModel):
    """A line that is compared with the ERP's price of its product."""

    _name = "integration.price.line.mixin"
    _description = "Line with a Price of the ERP"

    erp_price = fields.Float(
        "ERP Price",
        digits="Product Price",
        compute="_compute_erp_price",
        help="What the ERP's price list for this customer says, in the unit and currency"
        " of the line.",
    )
    has_erp_price = fields.Boolean(compute="_compute_erp_price")
    is_erp_price_different = fields.Boolean(
        "Departs from the ERP", compute="_compute_erp_price"
    )

    def _get_erp_price_list(self):
        """:return: the price list of the ERP that counts for this line, or none"""
        raise NotImplementedError

    def _get_erp_price_quantity(self):
        raise NotImplementedError

    @api.model
    def _get_erp_price_dependencies(self):
        """:return: list of the fields the price depends on"""
        return []

    @api.depends(lambda self: self._get_erp_price_dependencies())
    def _compute_erp_price(self):
        self.erp_price = 0.0
        self.has_erp_price = False
        self.is_erp_price_different = False
        digits = self.env["decimal.precision"].precision_get("Product Price")
        for line in self:
            pricelist = line._get_erp_price_list()
            if not pricelist or not line.product_id or not line.product_uom_id:
                continue
            product = line.product_id._origin
            price, rule_id = pricelist._get_product_price_rule(
                product,
                quantity=line._get_erp_price_quantity() or 1.0,
                uom=line.product_uom_id,
                currency=line.currency_id,
            )
            if not rule_id:
                # the ERP's list says nothing of this product
                continue
            offered = line.price_unit * (1 - (line.discount or 0.0) / 100)
            line.erp_price = price
            line.has_erp_price = True
            line.is_erp_price_different = bool(
                float_compare(offered, price, precision_digits=digits)
            )

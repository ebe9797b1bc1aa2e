from odoo import api, fields, models
from odoo.tools import float_compare

# prices are compared, and shown, to so many decimals: price lists keep all of theirs
PRICE_DIGITS = 6


class IntegrationPriceLineMixin(models.AbstractModel):
    """A line that is compared with the ERP's price of its product."""

    _name = "integration.price.line.mixin"
    _description = "Line with a Price of the ERP"

    # lines are read by the customer too, on the portal
    erp_price = fields.Float(
        "ERP Price",
        groups="base.group_user",
        min_display_digits="Product Price",
        compute="_compute_erp_price",
        help="What the ERP's price list for this customer says, in the unit and currency"
        " of the line.",
    )
    has_erp_price = fields.Boolean(compute="_compute_erp_price")
    is_erp_price_different = fields.Boolean(
        "Departs from the ERP", compute="_compute_erp_price", groups="base.group_user"
    )
    is_erp_price_unrated = fields.Boolean(
        "Price of the ERP without a Rate",
        compute="_compute_erp_price",
        help="The ERP has a price, in a currency that has no rate here.",
    )

    def _get_erp_price_list(self):
        """:return: the price list of the ERP that counts for this line, or none"""
        raise NotImplementedError

    def _get_erp_price_quantity(self):
        raise NotImplementedError

    def _get_erp_price_date(self):
        """:return: date whose rate counts, where list and line differ in currency"""
        return fields.Date.context_today(self)

    @api.model
    def _get_erp_price_dependencies(self):
        """:return: list of the fields the price depends on"""
        return []

    @api.depends(lambda self: self._get_erp_price_dependencies())
    def _compute_erp_price(self):
        self.erp_price = 0.0
        self.has_erp_price = False
        self.is_erp_price_different = False
        self.is_erp_price_unrated = False
        for line in self:
            pricelist = line._get_erp_price_list()
            if not pricelist or not line.product_id or not line.product_uom_id:
                continue
            price, rule = pricelist._get_price_in(
                line.product_id._origin,
                line._get_erp_price_quantity() or 1.0,
                line.product_uom_id,
                line.currency_id,
                line.company_id or self.env.company,
                line._get_erp_price_date(),
            )
            if not rule:
                # the ERP's list says nothing of this product
                continue
            if price is None:
                line.is_erp_price_unrated = True
                continue
            price = round(price, PRICE_DIGITS)
            offered = line.price_unit * (1 - (line.discount or 0.0) / 100)
            line.erp_price = price
            line.has_erp_price = True
            line.is_erp_price_different = bool(
                float_compare(offered, price, precision_digits=PRICE_DIGITS)
            )

    def _get_erp_price_problem(self):
        """:return: why no price of the ERP is shown on some of these lines, or False"""
        unrated = self.filtered("is_erp_price_unrated")[:1]
        if not unrated:
            return False
        pricelist = unrated._get_erp_price_list()
        return self.env._(
            "The ERP's price list %(list)s is in %(currency)s, which can't be converted to"
            " %(own)s, as one of the two has no rate here: its prices are neither shown nor"
            " compared. Enter the rate under Currencies.",
            list=pricelist.name,
            currency=pricelist.currency_id.name,
            own=unrated.currency_id.name,
        )

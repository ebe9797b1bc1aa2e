from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    use_opportunity_lines = fields.Boolean(
        "Products on Opportunities",
        default=True,
        help="Products, quantities and prices are entered on the opportunity itself, for"
        " teams that don't quote in Odoo.",
    )
    expected_revenue_from_lines = fields.Boolean(
        "Expected Revenue Follows Products",
        help="The untaxed total of the products becomes the expected revenue.",
    )
    win_on_confirmation = fields.Boolean(
        "Confirming a Quotation Wins Its Opportunity",
        help="Unless the Won button would ask something: then the opportunity stays open,"
        " and says what.",
    )

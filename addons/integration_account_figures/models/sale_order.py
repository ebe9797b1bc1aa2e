from odoo import api, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "integration.account.figures.mixin"]

    @api.depends("partner_id", "company_id")
    def _compute_account_figures(self):
        return super()._compute_account_figures()

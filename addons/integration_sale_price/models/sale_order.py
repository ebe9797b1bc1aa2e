from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    erp_price_message = fields.Char(
        "About the ERP's Prices", compute="_compute_erp_price_message"
    )

    @api.depends("state", "order_line.is_erp_price_unrated")
    def _compute_erp_price_message(self):
        for order in self:
            order.erp_price_message = (
                order.state in ("draft", "sent")
                and order.order_line._get_erp_price_problem()
            )

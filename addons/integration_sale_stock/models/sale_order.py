from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "integration.stock.document.mixin"]

    def _shows_erp_stock(self):
        # what is confirmed is promised in the ERP already
        return self.state in ("draft", "sent")

    def _get_erp_stock_lines(self):
        return self.filtered(
            lambda order: order._shows_erp_stock()
        ).order_line.filtered(lambda line: line.product_id and not line.is_downpayment)

    def _get_erp_stock_deal(self):
        return self.opportunity_id


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "integration.stock.line.mixin"]

    def _get_erp_stock_document(self):
        return self.order_id

    def _get_erp_stock_quantity(self):
        return self.product_uom_qty

    @api.model
    def _get_erp_stock_dependencies(self):
        return [
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            # lines of one product share what there is
            "order_id.order_line.product_id",
            "order_id.order_line.product_uom_id",
            "order_id.order_line.product_uom_qty",
            "order_id.state",
            "order_id.company_id",
            "order_id.opportunity_id.team_id",
        ]

    def action_promise_erp_date(self):
        """Promise the day on which there is enough of this line, unless a later one is
        promised already."""
        self.ensure_one()
        stock = self.erp_stock or {}
        text = stock.get("date")
        if not text and stock.get("is_undated"):
            raise UserError(
                self.env._(
                    "Enough is on its way to the ERP, but overdue or without a date. Ask"
                    " there when it comes, then press “Update ERP stock”."
                )
            )
        if not text:
            raise UserError(
                self.env._("Nothing planned in the ERP is enough for this.")
            )
        # noon: the same day in most time zones
        date = datetime.combine(fields.Date.to_date(text), time(12))
        if not self.order_id.commitment_date or self.order_id.commitment_date < date:
            self.order_id.commitment_date = date
        return True

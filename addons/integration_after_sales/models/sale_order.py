from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "integration.complaint.mixin"]

    def _get_complaint_field(self):
        return "sale_order_id"

    def _prepare_complaint_defaults(self):
        products = self.order_line.filtered(
            lambda line: not line.display_type
        ).product_id
        return {
            **super()._prepare_complaint_defaults(),
            "partner_id": self.partner_id.id,
            "lead_id": self.opportunity_id.id,
            "product_id": products.id if len(products) == 1 else False,
            "company_id": self.company_id.id,
        }

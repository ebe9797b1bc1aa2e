from odoo import models


class SaleOrder(models.Model):
    """Quotations that are deleted after their order went to the ERP."""

    _inherit = "sale.order"

    def unlink(self):
        # sudo: what the ERP was told is seen to, whoever deletes the quotation
        leads = self.sudo().filtered("erp_order_ids").opportunity_id
        result = super().unlink()
        leads.exists()._note_content_change()
        return result

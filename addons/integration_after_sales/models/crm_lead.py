from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "integration.complaint.mixin"]

    def _get_complaint_field(self):
        return "lead_id"

    def _prepare_complaint_defaults(self):
        orders = self.order_ids.filtered(lambda order: order.state == "sale")
        return {
            **super()._prepare_complaint_defaults(),
            "partner_id": self.partner_id.id,
            "sale_order_id": orders.id if len(orders) == 1 else False,
            "company_id": (self.company_id or self.env.company).id,
        }

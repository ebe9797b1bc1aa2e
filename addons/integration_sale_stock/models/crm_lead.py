from odoo import api, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "integration.stock.document.mixin"]

    def _shows_erp_stock(self):
        # what is won or lost asks for nothing any more
        return self.won_status not in ("won", "lost")

    def _get_erp_stock_lines(self):
        return self.filtered(
            lambda lead: lead._shows_erp_stock()
        ).lead_line_ids.filtered("product_id")

    def _get_erp_stock_deal(self):
        return self


class CrmLeadLine(models.Model):
    _name = "crm.lead.line"
    _inherit = ["crm.lead.line", "integration.stock.line.mixin"]

    def _get_erp_stock_document(self):
        return self.lead_id

    def _get_erp_stock_quantity(self):
        return self.quantity

    @api.model
    def _get_erp_stock_dependencies(self):
        return [
            "product_id",
            "product_uom_id",
            "quantity",
            # lines of one product share what there is
            "lead_id.lead_line_ids.product_id",
            "lead_id.lead_line_ids.product_uom_id",
            "lead_id.lead_line_ids.quantity",
            "lead_id.won_status",
            "lead_id.company_id",
            # deals of one team may go to another ERP than those of the next
            "lead_id.team_id",
        ]

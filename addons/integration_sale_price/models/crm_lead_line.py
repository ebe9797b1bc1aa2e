from odoo import api, models


class CrmLeadLine(models.Model):
    _name = "crm.lead.line"
    _inherit = ["crm.lead.line", "integration.price.line.mixin"]

    def _get_erp_price_list(self):
        pricelist = self.lead_id.partner_id.with_company(
            self.company_id
        ).property_product_pricelist
        return pricelist.filtered("is_integration_owned")

    def _get_erp_price_quantity(self):
        return self.quantity

    @api.model
    def _get_erp_price_dependencies(self):
        return [
            "product_id",
            "product_uom_id",
            "quantity",
            "price_unit",
            "discount",
            "lead_id.partner_id",
        ]

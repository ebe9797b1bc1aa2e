from odoo import api, fields, models


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    integration_connector_id = fields.Many2one(
        related="pricelist_id.integration_connector_id"
    )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.pricelist_id._check_integration_owner()
        return items

    def write(self, vals):
        self.pricelist_id._check_integration_owner()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_integration(self):
        self.pricelist_id._check_integration_owner()

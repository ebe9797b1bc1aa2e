from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        result = super().write(vals)
        if "uom_id" in vals:
            # sudo: factors follow the unit, whoever changes it
            lines = self.env["integration.product.mapping"].sudo()
            lines.search(
                [("product_id.product_tmpl_id", "in", self.ids)]
            )._follow_units()
        return result

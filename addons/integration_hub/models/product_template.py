from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        if "uom_id" not in vals:
            return super().write(vals)
        former_units = {template.id: template.uom_id for template in self}
        result = super().write(vals)
        changed = self.filtered(
            lambda template: template.uom_id != former_units[template.id]
        )
        # sudo: factors follow the unit, whoever changes it
        lines = self.env["integration.product.mapping"].sudo()
        lines.search(
            [("product_id.product_tmpl_id", "in", changed.ids)]
        )._follow_product_units(former_units)
        return result

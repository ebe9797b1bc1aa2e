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

    def action_view_timeline(self):
        """Everything sent and received for the product and its variants."""
        self.ensure_one()
        variants = self.with_context(active_test=False).product_variant_ids
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [(self._name, self.ids), (variants._name, variants.ids)],
        )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_view_timeline(self):
        """Everything sent and received for this variant, and what concerns all of them."""
        self.ensure_one()
        template = self.product_tmpl_id
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [(template._name, template.ids), (self._name, self.ids)],
        )

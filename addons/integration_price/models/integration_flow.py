from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("price_pull", "Price lists")],
        ondelete={"price_pull": "cascade"},
    )

    def action_resume(self):
        """Price lists are a feature that is switched on in Odoo's own settings: whoever
        starts this flow wants it."""
        result = super().action_resume()
        if self.filtered(lambda flow: flow.code == "price_pull"):
            # sudo: it is the flow's administrator who decides, not one of settings
            self.env.ref("base.group_user").sudo()._apply_group(
                self.env.ref("product.group_product_pricelist")
            )
        return result

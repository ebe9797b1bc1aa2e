from odoo import fields, models


class SaleOrder(models.Model):
    """The check before Won of the deal, on its quotation."""

    _inherit = "sale.order"

    can_check_with_erp = fields.Boolean(related="opportunity_id.can_check_with_erp")
    # the customer may read the order too, on the portal
    integration_check = fields.Json(
        related="opportunity_id.integration_check", groups="base.group_user"
    )

    def action_check_with_erp(self):
        self.ensure_one()
        return self.opportunity_id.action_check_with_erp()

from odoo import api, models

FIGURE = "integration.account.figure"
NAMES = (
    "credit_limit",
    "credit_used",
    "is_on_hold",
    "margin",
    "margin_percent",
    "overdue",
    "receivable",
)


class IntegrationFieldLabel(models.AbstractModel):
    _inherit = "integration.field.label"

    @api.model
    @api.private
    def _get_fields(self):
        return {**super()._get_fields(), **{name: (FIGURE, name) for name in NAMES}}

from odoo import api, models

LEVEL = "integration.stock.level"


class IntegrationFieldLabel(models.AbstractModel):
    _inherit = "integration.field.label"

    @api.model
    @api.private
    def _get_fields(self):
        return {
            **super()._get_fields(),
            "arrivals": (LEVEL, "expected"),
            "available": (LEVEL, "available"),
        }

from odoo import api, models


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "feedback_push",
                "direction": "push",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 70,
                "priority": 60,
            },
        ]

from odoo import api, models


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "complaint_push",
                "direction": "push",
                "cadence": "realtime",
                "interval_minutes": 60,
                "sequence": 60,
                "priority": 20,
            },
            {
                "code": "complaint_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 60,
                "sequence": 61,
                "priority": 40,
            },
        ]

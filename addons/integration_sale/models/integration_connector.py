from odoo import api, models


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "sale_order_push",
                "direction": "push",
                "cadence": "realtime",
                "sequence": 10,
                "priority": 20,
            },
            {
                "code": "sale_change_push",
                "direction": "push",
                "cadence": "realtime",
                "sequence": 25,
                "priority": 15,
            },
            {
                "code": "sale_status_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 5,
                "sequence": 30,
                "priority": 30,
            },
            {
                "code": "reference_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 40,
                "priority": 15,
            },
        ]

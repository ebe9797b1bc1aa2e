from odoo import api, models


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                # before the orders that wait for their customer
                "code": "customer_push",
                "direction": "push",
                "cadence": "realtime",
                "interval_minutes": 60,
                "sequence": 20,
                "priority": 10,
            },
        ]

from odoo import api, models


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "order_check",
                "direction": "push",
                "sequence": 15,
                # somebody looks at the form and waits
                "priority": 1,
            },
        ]

from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "forecast_push",
                "direction": "push",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 80,
                "priority": 60,
                # it changes what planners see: somebody starts it knowingly
                "state": "paused",
            },
        ]

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            "integration.forecast": LinkRule(own, is_read=True),
        }

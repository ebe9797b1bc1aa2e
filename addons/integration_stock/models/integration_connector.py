from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "stock_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 60,
                "sequence": 60,
                "priority": 35,
            },
        ]

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            "integration.stock.level": LinkRule(own, is_read=True),
        }

from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "account_figures_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 50,
                "priority": 40,
            },
        ]

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            "integration.account.figure": LinkRule(own, is_read=True),
        }

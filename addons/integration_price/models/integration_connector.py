from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "price_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 70,
                "priority": 45,
                # it changes what customers are quoted: somebody starts it knowingly
                "state": "paused",
            },
        ]

    @api.private
    def _get_link_rules(self):
        return {
            **super()._get_link_rules(),
            # quotations use them: they stay, as lists of our own
            "product.pricelist": LinkRule(
                [("integration_connector_id", "=", self.id)],
                {"integration_connector_id": False, "integration_remote_id": False},
            ),
        }

    @api.private
    def _forget_links(self, only_read=False):
        own = self.with_context(integration_price=True)
        return super(IntegrationConnector, own)._forget_links(only_read=only_read)

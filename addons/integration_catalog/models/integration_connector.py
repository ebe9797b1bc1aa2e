from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "catalog_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 50,
                # after what people wait for
                "priority": 40,
                # it writes products: somebody starts it knowingly
                "state": "paused",
            },
        ]

    @api.private
    def _get_catalog_fields(self):
        """:return: set of names of the product's fields that are this ERP's"""
        flow = self._get_flow("catalog_pull")
        return flow._get_catalog_fields() if flow else set()

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            "integration.catalog.item": LinkRule(own, is_read=True),
        }

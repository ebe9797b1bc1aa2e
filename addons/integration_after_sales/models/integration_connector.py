from odoo import api, models

from odoo.addons.integration_hub.models.integration_connector_links import LinkRule


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

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            "integration.complaint": LinkRule(
                [*own, ("remote_id", "!=", False)],
                {
                    "remote_id": False,
                    "remote_number": False,
                    "remote_url": False,
                    "received_hash": False,
                    "checked_at": False,
                    "sync_state": "none",
                    "sync_message": False,
                },
            ),
        }

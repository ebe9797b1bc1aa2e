from odoo import api, models

from odoo.addons.integration_hub.client import IntegrationError
from odoo.addons.integration_hub.models.integration_connector_links import LinkRule

# orders that are looked up to see whether it is the same system
SAMPLE = 20


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

    @api.private
    def _get_link_rules(self):
        own = [("connector_id", "=", self.id)]
        return {
            **super()._get_link_rules(),
            # numbers, documents and states are the other system's
            "integration.erp.order": LinkRule(own),
            "integration.erp.invoice": LinkRule(own),
            "integration.erp.shipment": LinkRule(own),
            "integration.order.check": LinkRule(own, is_read=True),
        }

    @api.private
    def _find_strangers(self, client):
        # sudo: the latest ones, whoever made them
        orders = self.env["integration.erp.order"].sudo()
        orders = orders.search(
            [
                ("connector_id", "=", self.id),
                ("state", "in", ("draft", "confirmed", "done")),
            ],
            limit=SAMPLE,
        )
        statuses = client.order_status(orders.mapped("remote_id")) if orders else []
        if not orders or any(
            not isinstance(status, IntegrationError)
            and status["state"] != "deleted"
            # people may have written over one of the two
            and (status["key"] == order.key or status["number"] == order.remote_number)
            for order, status in zip(orders, statuses, strict=True)
        ):
            return super()._find_strangers(client)
        return self.env._(
            "None of our latest orders (%s) is there: this seems to be another system."
            " Enter the address it had, or forget all links if it is to be another one.",
            ", ".join(orders[:3].mapped("display_name")),
        )

    @api.private
    def _forget_links(self, only_read=False):
        # sudo: what is shown of the deals is written by flows
        orders = self.env["integration.erp.order"].sudo()
        leads = orders.search([("connector_id", "in", self.ids)]).lead_id
        result = super()._forget_links(only_read=only_read)
        # a change that was asked about has nothing to be changed in any more
        leads._set_issues({}, keep=())
        leads._update_integration_status()
        return result

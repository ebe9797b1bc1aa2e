from odoo import api, models
from odoo.fields import Command

from ..compare import DEFAULT_RULES
from .integration_flow import OUR_FIELDS

CONTRACT_FIELDS = {ours: name for name, ours in OUR_FIELDS.items()}


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        # sudo: which fields there are
        fields = self.env["ir.model.fields"].sudo()
        owned = [OUR_FIELDS.get(name, name) for name in DEFAULT_RULES["fields"]]
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
            {
                "code": "customer_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 60,
                "sequence": 22,
                # after what people wait for
                "priority": 40,
                "erp_owned_field_ids": [
                    Command.set([fields._get("res.partner", name).id for name in owned])
                ],
                # its first pass takes over all that was changed there since customers
                # were sent: on a connector at work somebody starts it knowingly
                "state": "paused" if self._has_linked_customers() else "running",
            },
        ]

    def _has_linked_customers(self):
        # sudo: whoever may create a connector gets its flows along
        return bool(
            self.env["integration.external.id"]
            .sudo()
            .search_count(
                [("connector_id", "in", self.ids), ("kind", "=", "party")], limit=1
            )
        )

    @api.private
    def _get_customer_ownership(self):
        """:return: what of customers the ERP owns, see ``compare.get_erp_owned``"""
        flow = self._get_flow("customer_pull")
        if not flow:
            return DEFAULT_RULES
        # sudo: names of fields
        names = flow.sudo().erp_owned_field_ids.mapped("name")
        return {
            "fields": sorted(CONTRACT_FIELDS.get(name, name) for name in names),
            "is_everywhere": flow.erp_owned_scope == "all",
        }

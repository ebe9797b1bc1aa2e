from odoo import api, models

from ..const import KEY_LENGTH


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
                # before the orders that wait for their customer
                "code": "customer_push",
                "direction": "push",
                "cadence": "realtime",
                "sequence": 20,
                "priority": 10,
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

    @api.model
    @api.private
    def _get_remote_key_prefix(self):
        """What the keys of this database begin with over there, so that several CRM
        databases can share an ERP."""
        # sudo: the database's own id is no secret among its users
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"CRM-{uuid[:KEY_LENGTH]}-"

    @api.private
    def _get_person_in_charge(self):
        """Who is asked where a problem is the connector's, not a deal's."""
        self.ensure_one()
        return self.user_id or self.env.ref("base.user_admin")

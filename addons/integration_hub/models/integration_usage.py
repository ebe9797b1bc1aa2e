from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationUsage(models.Model):
    """Calls made at a system per day: what a daily budget is measured by.

    Written by the clients' :class:`CallMeter` alone, where a connector limits its calls.
    """

    _name = "integration.usage"
    _description = "Calls per Day"
    _order = "day desc, id desc"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    day = fields.Date(required=True, help="By UTC.")
    calls = fields.Integer(required=True)
    next_call = fields.Datetime(
        help="No call goes out before, by the calls per second."
    )

    _day_uniq = models.UniqueIndex("(connector_id, day)")

    @api.private
    def _get_today(self, connector):
        """:return: calls made today, by all lanes"""
        rows = self.env.execute_query(
            SQL(
                "SELECT calls FROM integration_usage WHERE connector_id = %s"
                " AND day = (clock_timestamp() AT TIME ZONE 'UTC')::date",
                connector.id,
            )
        )
        return rows[0][0] if rows else 0

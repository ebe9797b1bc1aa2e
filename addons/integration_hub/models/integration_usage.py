from odoo import api, fields, models
from odoo.tools import SQL


class IntegrationUsage(models.Model):
    """Calls made at a system per day: what a daily budget is measured by.

    Each lane run counts in a row of its own, so that lanes don't wait for each other.
    """

    _name = "integration.usage"
    _description = "Calls per Day"
    _order = "day desc, id desc"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    day = fields.Date(required=True)
    lane = fields.Char(required=True)
    calls = fields.Integer(required=True)

    _lane_uniq = models.UniqueIndex("(connector_id, day, lane)")

    @api.private
    def _add(self, connector, lane, calls):
        """Count ``calls`` more, today by UTC."""
        if not calls or not connector.calls_per_day:
            return
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_usage (connector_id, day, lane, calls)
            VALUES (%s, (now() AT TIME ZONE 'UTC')::date, %s, %s)
            ON CONFLICT (connector_id, day, lane)
            DO UPDATE SET calls = integration_usage.calls + EXCLUDED.calls
                """,
                connector.id,
                lane,
                calls,
            )
        )

    @api.private
    def _get_today(self, connector):
        """:return: calls made today, by all lanes"""
        [[calls]] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(calls), 0) FROM integration_usage"
                " WHERE connector_id = %s AND day = (now() AT TIME ZONE 'UTC')::date",
                connector.id,
            )
        )
        return calls

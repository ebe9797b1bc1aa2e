from datetime import UTC, datetime

from odoo import api, fields, models

from ..client import make_storable
from ..translation import say


class IntegrationExchange(models.Model):
    """One call to a remote system and its answer: secrets removed, cut to a size, kept
    for a number of days."""

    _name = "integration.exchange"
    _description = "Exchange with a Remote System"
    _order = "id desc"
    _rec_name = "operation"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connector_id.company_id")
    batch = fields.Char(
        index="btree_not_null", help="What went over in one go shares this mark."
    )
    job_ids = fields.One2many(
        "integration.job", compute="_compute_job_ids", string="Jobs"
    )
    operation = fields.Char(required=True)
    method = fields.Char()
    url = fields.Char("URL")
    request = fields.Text(groups="integration_hub.group_integration_manager")
    response = fields.Text(groups="integration_hub.group_integration_manager")
    status = fields.Integer("HTTP Status", aggregator=None)
    started_at = fields.Datetime()
    duration = fields.Float("Duration (s)", digits=(12, 3), aggregator="avg")
    error_kind = fields.Char()
    error_message = fields.Char("Error")

    # the old ones of a connector are found without a look at the others
    _age_idx = models.Index("(connector_id, create_date)")

    @api.depends("batch")
    def _compute_job_ids(self):
        jobs = self.env["integration.job"].search(
            [("batch", "in", [batch for batch in self.mapped("batch") if batch])]
        )
        by_batch = jobs.grouped("batch")
        for exchange in self:
            exchange.job_ids = by_batch.get(exchange.batch, False)

    @api.private
    def _log(self, connector, exchanges, batch=False):
        """Keep what a client recorded.

        :param exchanges: list of ``client.Exchange``
        :param batch: mark shared with the jobs these calls were made for
        """
        self.create(
            [
                {
                    "connector_id": connector.id,
                    "batch": batch,
                    "operation": make_storable(exchange.operation),
                    "method": exchange.method,
                    "url": make_storable(exchange.url),
                    "request": make_storable(exchange.request),
                    "response": make_storable(exchange.response),
                    "status": exchange.status,
                    "started_at": datetime.fromtimestamp(
                        exchange.started_at, UTC
                    ).replace(tzinfo=None),
                    "duration": exchange.duration,
                    "error_kind": exchange.error_kind,
                    "error_message": make_storable(
                        say(connector._speak().env, exchange.error_message)
                    ),
                }
                for exchange in exchanges
            ]
        )

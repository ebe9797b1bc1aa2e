from datetime import UTC, datetime, timedelta

from odoo import api, fields, models

# rows removed between two commits: short locks, and a killed cron loses little
REMOVAL_BATCH = 10_000


class IntegrationExchange(models.Model):
    """One call to a remote system and its answer: secrets removed, cut to a size, kept
    for a number of days."""

    _name = "integration.exchange"
    _description = "Exchange with a Remote System"
    _order = "id desc"
    _rec_name = "operation"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", index=True
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
                    "operation": exchange.operation,
                    "method": exchange.method,
                    "url": exchange.url,
                    "request": exchange.request,
                    "response": exchange.response,
                    "status": exchange.status,
                    "started_at": datetime.fromtimestamp(
                        exchange.started_at, UTC
                    ).replace(tzinfo=None),
                    "duration": exchange.duration,
                    "error_kind": exchange.error_kind,
                    "error_message": exchange.error_message,
                }
                for exchange in exchanges
            ]
        )

    @api.model
    def _cron_remove_old(self):
        """Exchanges go by the age set on their connector, finished jobs by the general
        setting; failed ones stay until a person has dealt with them."""
        now = self.env.cr.now()
        for connector in (
            self.env["integration.connector"].with_context(active_test=False).search([])
        ):
            limit = now - timedelta(days=connector.exchange_log_days)
            self._remove_in_batches(
                self, [("connector_id", "=", connector.id), ("create_date", "<", limit)]
            )
        days = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("integration_hub.finished_job_days", "90")
        )
        self._remove_in_batches(
            self.env["integration.job"],
            [
                ("state", "in", ("done", "cancelled")),
                ("finished_at", "<", now - timedelta(days=days)),
            ],
        )

    @api.model
    def _remove_in_batches(self, model, domain):
        while records := model.search(domain, limit=REMOVAL_BATCH):
            records.unlink()
            self.env["ir.cron"]._commit_progress(len(records))

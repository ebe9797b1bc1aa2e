from odoo import api, fields, models
from odoo.tools import SQL

from .integration_load import PRIORITY, TO_DO
from .load_steps import CHECK, LOAD, OPERATIONS, PAGE_SIZE

# taking jobs back comes before they are worked off
STOP_PRIORITY = 0
# jobs taken back at once when a load is stopped
STOP_SIZE = 500


class IntegrationLoad(models.Model):
    """The jobs of a load: one after the other, each for a page of records. None of them
    looks at all lines, of which there may be a million."""

    _inherit = "integration.load"

    def _get_key(self, operation):
        return f"{operation}-{self.id}"

    def _get_page_domain(self):
        return [
            ("flow_id", "=", self.flow_id.id),
            ("idempotency_key", "in", [self._get_key(item) for item in OPERATIONS]),
        ]

    def _get_page_jobs(self):
        return (
            self.env["integration.job"]
            .sudo()
            .search(
                [
                    *self._get_page_domain(),
                    ("state", "in", ("waiting", "retrying", "failed", "attention")),
                ]
            )
        )

    @api.private
    def _enqueue_page(self, priority=PRIORITY):
        operation = CHECK if self.state == "checking" else LOAD
        self.env["integration.job"]._enqueue(
            self.flow_id,
            [
                {
                    "operation": operation,
                    "name": self.name,
                    "payload": {"load_id": self.id},
                    "idempotency_key": self._get_key(operation),
                    "priority": priority,
                    "trigger": "load",
                    "is_urgent": True,
                }
            ],
        )

    @api.private
    def _take_back(self):
        """Cancel what was queued and has not gone out, so many at once; a job of the load
        goes on with the rest. What may be there already is looked up, and nothing is made;
        where a flow can't look, it is brought to its end."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT job.id
              FROM integration_job job
             WHERE job.connector_id = %s AND job.flow_id = %s AND job.state IN ('waiting', 'retrying')
               -- what somebody else asks for as well is not the load's to cancel
               AND job.trigger = 'load' AND job.operation <> ALL(%s)
               AND job.is_called_off IS NOT TRUE
               AND (job.unsettled_until IS NULL OR job.operation = ANY(%s))
               AND EXISTS (
                   SELECT FROM integration_load_line line
                    WHERE line.job_id = job.id AND line.load_id = %s)
             LIMIT %s
                """,
                self.connector_id.id,
                self.flow_id.id,
                list(OPERATIONS),
                list(self.flow_id._get_handler()._looked_up_operations),
                self.id,
                STOP_SIZE,
            )
        )
        jobs = self.env["integration.job"].sudo().browse(row[0] for row in rows)
        uncertain = jobs._find_uncertain()
        looked_up = uncertain._filter_looked_up()
        (jobs - uncertain)._cancel()
        looked_up._call_off()
        if len(jobs) == STOP_SIZE and uncertain - looked_up != jobs:
            self._enqueue_page(STOP_PRIORITY)

    def _free_lines(self):
        """What was stopped before it went out is queued once more."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_load_line line
               SET job_id = NULL
              FROM integration_job job
             WHERE line.load_id = %s AND job.id = line.job_id
               -- ... as is what is looked up since then
               AND (job.state = 'cancelled' OR job.is_called_off AND job.state <> 'done')
                """,
                self.id,
            )
        )
        self.env["integration.load.line"].invalidate_model()

    def _remove_lines(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM integration_load_line WHERE load_id = %s", self.id)
        )
        self.env["integration.load.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])

    def _find_lines_to_do(self, limit):
        self.env["integration.load.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                # of an index of their own: see integration.load.line
                """
            SELECT id FROM integration_load_line
             WHERE load_id = %s AND job_id IS NULL AND last_job_state IS NULL
               AND outcome IN %s
             ORDER BY load_id, id
             LIMIT %s
                """,
                self.id,
                TO_DO,
                limit,
            )
        )
        return self.env["integration.load.line"].browse(row[0] for row in rows)

    @api.private
    def _queue_lines(self, limit=PAGE_SIZE):
        """Queue the next lines as jobs of the flow.

        :return: whether there were any
        """
        lines = self._find_lines_to_do(limit)
        if lines:
            jobs = self.flow_id._get_handler()._load_enqueue(self.flow_id, lines)
            for line, job in zip(lines, jobs, strict=True):
                if job:
                    line.job_id = job
                else:
                    line.write(
                        {
                            "outcome": "attention",
                            "detail": self.env._("Deleted since the check."),
                        }
                    )
        return bool(lines)

    @api.private
    def _add_page(self, rows, cursor, total):
        self.env["integration.load.line"].create(
            [{**row, "load_id": self.id} for row in rows]
        )
        values = {"cursor": cursor or False}
        if total is not None:
            values["total_count"] = total
        if not cursor:
            lines = self.env["integration.load.line"]
            values |= {
                "state": "checked",
                "finished_at": fields.Datetime.now(),
                # until now it may have been an estimate
                "total_count": lines.search_count([("load_id", "=", self.id)]),
            }
        self.write(values)

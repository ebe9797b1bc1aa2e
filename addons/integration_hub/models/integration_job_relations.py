from odoo import api, models
from odoo.tools import SQL


class IntegrationJob(models.Model):
    """What jobs have to do with each other: newer ones, lost ones, waiting ones."""

    _inherit = "integration.job"

    # what goes before a job of the same record, see job_order.py
    _order_idx = models.Index(
        "(connector_id, res_model, res_id) WHERE res_id IS NOT NULL"
        " AND state IN ('waiting', 'retrying', 'running', 'attention')"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_keep_load_states(self):
        self.env["integration.load.line"]._keep_states(self)

    def _hurry_earlier(self):
        """Earlier jobs of the same records come first, however little they matter by
        themselves: so they matter as much as these."""
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_job
               SET priority = found.priority
              FROM (
                   SELECT earlier.id, MIN(job.priority) AS priority
                     FROM integration_job job
                     JOIN integration_job earlier
                       ON earlier.connector_id = job.connector_id
                      AND earlier.res_model = job.res_model
                      AND earlier.res_id = job.res_id
                      AND earlier.id < job.id
                      AND earlier.state IN ('waiting', 'retrying')
                      AND earlier.priority > job.priority
                    WHERE job.id = ANY(%s) AND job.res_id IS NOT NULL
                    GROUP BY earlier.id) found
             WHERE integration_job.id = found.id
                """,
                list(self.ids),
            )
        )
        if self.env.cr.rowcount:
            self.env["integration.job"].invalidate_model(["priority"], flush=False)

    def _find_newer(self):
        """Those of ``self`` whose change is queued again already, by a newer job."""
        self.flush_model()
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                """
            SELECT old.id
              FROM integration_job old
              JOIN integration_job newer
                ON newer.flow_id = old.flow_id
               AND newer.idempotency_key = old.idempotency_key
               AND newer.id <> old.id
               AND newer.state IN ('waiting', 'retrying', 'failed', 'attention')
             WHERE old.id IN %s
               AND old.state NOT IN ('waiting', 'retrying', 'failed', 'attention')
                """,
                tuple(self.ids),
            )
        )
        return self.browse([row[0] for row in rows])

    def _find_unsettled(self):
        """Until when a lost call for the same change may still be at work over there, be it
        this job's own or that of one that was cancelled or replaced since.

        :return: dict ``{id: moment}`` of those for which there is one
        """
        if not self:
            return {}
        self.env["integration.job"].flush_model(["unsettled_until"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                SELECT job.id, MAX(lost.unsettled_until)
                  FROM integration_job job
                  JOIN integration_job lost
                    ON lost.flow_id = job.flow_id
                   AND lost.idempotency_key = job.idempotency_key
                   AND lost.unsettled_until IS NOT NULL
                 WHERE job.id = ANY(%s)
                 GROUP BY job.id
                    """,
                    list(self.ids),
                )
            )
        )

    @api.private
    def _get_lost_requests(self):
        """What went out for the same changes in calls that may still have been executed
        over there (see :meth:`_find_unsettled`).

        :return: dict ``{id: [request, ...]}`` of those for which there is any
        """
        if not self:
            return {}
        self.env["integration.job"].flush_model(["unsettled_until", "request"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT job.id, JSONB_AGG(lost.request ORDER BY lost.id)
                  FROM integration_job job
                  JOIN integration_job lost
                    ON lost.flow_id = job.flow_id
                   AND lost.idempotency_key = job.idempotency_key
                   AND lost.unsettled_until IS NOT NULL
                   AND lost.request IS NOT NULL
                 WHERE job.id = ANY(%s)
                 GROUP BY job.id
                """,
                list(self.ids),
            )
        )
        return dict(rows)

    def _release_blocked(self):
        """Let the jobs go on that waited for these."""
        if not self:
            return
        self.env["integration.job"].flush_model(["blocked_by_id", "state"])
        self.env.cr.execute(
            SQL(
                "UPDATE integration_job SET blocked_by_id = NULL,"
                " next_try = clock_timestamp() AT TIME ZONE 'UTC'"
                " WHERE blocked_by_id = ANY(%s) RETURNING connector_id",
                list(self.ids),
            )
        )
        if connector_ids := {row[0] for row in self.env.cr.fetchall()}:
            self._wake_released(connector_ids)

    def _wake_released(self, connector_ids):
        """Jobs of these connectors were let go, in the database."""
        self.env["integration.job"].invalidate_model(["blocked_by_id", "next_try"])
        self.env["integration.lane"]._wake_up(
            connectors=self.env["integration.connector"].browse(connector_ids)
        )

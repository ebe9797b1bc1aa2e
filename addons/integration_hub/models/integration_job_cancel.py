from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .integration_job import OPEN_STATES

# in the context: whoever cancels has read that the change may have been made
KNOWINGLY = "integration_cancel_knowingly"


class IntegrationJob(models.Model):
    """Jobs that a person cancels. What may have been made over there already is looked up
    first: else it would stay there, and nobody here would know of it."""

    _inherit = "integration.job"

    is_called_off = fields.Boolean(
        "Looked Up Only",
        readonly=True,
        copy=False,
        help="Cancelled, though it may have been made already: it is looked up over there,"
        " and nothing is made any more.",
    )
    # unmade; looked_up; or unknown, where it takes a person who has read so
    cancel_outcome = fields.Char(compute="_compute_cancel_outcome")

    @api.depends("state", "unsettled_until", "is_called_off")
    def _compute_cancel_outcome(self):
        # sudo: whoever sees the job may know whether there is an answer
        uncertain = self.sudo()._find_uncertain()
        looked_up = uncertain._filter_looked_up()
        for job in self:
            job.cancel_outcome = (
                "looked_up"
                if job in looked_up
                else "unknown"
                if job in uncertain
                else "unmade"
            )

    # -- actions ----------------------------------------------------------------------

    def action_cancel(self):
        """Give jobs up. Those that may have been made over there are looked up: what is
        found is written down here, and they are cancelled where nothing is. Where a job
        can't be looked up, or has been in vain, that takes a person who has read so.

        :raise UserError: it has to be read first
        """
        jobs = self._allow_action().filtered(lambda job: job.state in OPEN_STATES)
        uncertain = jobs._find_uncertain()
        looked_up = uncertain._filter_looked_up()
        unread = uncertain - looked_up
        if self.env.context.get(KNOWINGLY):
            unread = self.browse()
        (jobs - looked_up - unread)._cancel()
        looked_up._call_off()
        return unread._tell_unread(is_all=unread == jobs) if unread else True

    def _tell_unread(self, is_all):
        message = self.env._(
            "What has become of these is not known: they may have been made in the other"
            " system, and it can't be looked up from here. Look there first. Then open each"
            " of them and cancel it: %s",
            ", ".join(self.mapped("name")),
        )
        if is_all:
            raise UserError(message)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Not cancelled"),
                "message": message,
                "type": "warning",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- what comes of it -------------------------------------------------------------

    @api.private
    def _cancel(self):
        """Cancel them as they stand, without a look at the other system."""
        jobs = self.filtered(lambda job: job.state in OPEN_STATES)
        jobs.write(
            {
                "state": "cancelled",
                "finished_at": self.env.cr.now(),
                "is_called_off": False,
            }
        )
        for flow, of_flow in jobs.grouped("flow_id").items():
            flow._get_handler()._on_cancelled(flow, of_flow)
            # sudo: who cancels a job need not be the one who was asked to look
            flow.sudo()._close_problem()
        jobs._release_blocked()
        # those of the same records that came after them
        self.env["integration.lane"]._wake_up(connectors=jobs.connector_id)

    @api.private
    def _call_off(self):
        """Have them looked up, now: what is there is written down, nothing is made."""
        if self:
            self.is_called_off = True
            self._arm()

    @api.private
    def _find_uncertain(self):
        """Those whose change may have been made over there without anybody here knowing: a
        call was lost, be it of a job that was replaced by this one since, or what came back
        could not be written down yet."""
        pushes = self.filtered(
            lambda job: job.state in OPEN_STATES and job.flow_id.direction == "push"
        )
        if not pushes:
            return pushes
        pushes.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT job.id
              FROM integration_job job
             WHERE job.id = ANY(%s)
               AND (job.answer IS NOT NULL OR EXISTS (
                   SELECT FROM integration_job lost
                    WHERE lost.flow_id = job.flow_id
                      AND lost.idempotency_key = job.idempotency_key
                      AND lost.unsettled_until IS NOT NULL
                      AND NOT EXISTS (
                          -- what was lost was found, or made anew, by a later one
                          SELECT FROM integration_job made
                           WHERE made.res_model = job.res_model
                             AND made.res_id = job.res_id
                             AND made.flow_id = job.flow_id
                             AND made.idempotency_key = job.idempotency_key
                             AND made.state = 'done'
                             AND made.id > lost.id
                           OFFSET 0)
                    OFFSET 0))
                """,
                list(pushes.ids),
            )
        )
        return pushes.browse(row[0] for row in rows)

    def _filter_looked_up(self):
        """Those that a further try looks up, and no more than that. One that was called off
        already has had its chance."""
        return self.filtered(
            lambda job: (
                not job.is_called_off
                and (
                    job.answer
                    or job.operation
                    in job.flow_id._get_handler(job.operation)._looked_up_operations
                )
            )
        )

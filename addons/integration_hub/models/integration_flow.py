from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationFlow(models.Model):
    """What is synced with a connector, which way, and when.

    A flow addon adds its code and a handler, ``integration.handler.<code>``, which knows
    what the flow means (see ``integration.handler``).
    """

    _name = "integration.flow"
    _description = "Flow"
    _order = "connector_id, sequence, id"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    connector_state = fields.Selection(
        related="connector_id.state", string="State of the Connector"
    )
    sequence = fields.Integer(default=10)
    code = fields.Selection([], required=True, string="What")
    name = fields.Char(compute="_compute_name")
    direction = fields.Selection(
        [("push", "To the system"), ("pull", "From the system")], required=True
    )
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("running", "Running"), ("paused", "Paused")], required=True, default="running"
    )
    filter_domain = fields.Char(
        "Filter", default="[]", help="Only records that match are synced."
    )
    cadence = fields.Selection(
        [("realtime", "Real time"), ("scheduled", "Scheduled")],
        required=True,
        default="realtime",
    )
    interval_minutes = fields.Integer(
        "Every (min)", default=5, help="How often a scheduled flow runs."
    )
    next_run = fields.Datetime(default=fields.Datetime.now, copy=False)
    batch_size = fields.Integer(help="0 takes the connector's.")
    priority = fields.Integer(
        default=10, help="Jobs of lower numbers go first.", aggregator=None
    )
    cursor = fields.Char(readonly=True, copy=False)
    last_run = fields.Datetime(readonly=True, copy=False)
    last_message = fields.Char("Last Result", readonly=True, copy=False)
    job_ids = fields.One2many("integration.job", "flow_id")
    done_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    problem_count = fields.Integer(compute="_compute_counts")

    _code_uniq = models.UniqueIndex(
        "(connector_id, code)", "The connector has this flow already."
    )
    _interval_positive = models.Constraint(
        "CHECK (interval_minutes > 0 AND batch_size >= 0)",
        "The interval must be at least a minute, the batch size not negative.",
    )

    @api.depends("code")
    def _compute_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for flow in self:
            flow.name = labels.get(flow.code, flow.code)

    def _compute_counts(self):
        counts = {
            (flow.id, state): count
            for flow, state, count in self.env["integration.job"]._read_group(
                [("flow_id", "in", self.ids)], ["flow_id", "state"], ["__count"]
            )
        }
        for flow in self:
            flow.done_count = counts.get((flow.id, "done"), 0)
            flow.waiting_count = sum(
                counts.get((flow.id, state), 0)
                for state in ("waiting", "running", "retrying")
            )
            flow.problem_count = sum(
                counts.get((flow.id, state), 0) for state in ("failed", "attention")
            )

    # -- actions ----------------------------------------------------------------------

    def action_run_now(self):
        """Fetch now (pull), or send what waits without waiting for its next try (push)."""
        self.check_access("write")
        for flow in self:
            if not flow.connector_id._is_running():
                raise UserError(
                    self.env._(
                        "%s is not running. Start the connector first.",
                        flow.connector_id.name,
                    )
                )
            if flow.direction == "pull":
                flow._enqueue_pull(trigger="manual")
            else:
                flow.job_ids.filtered_domain(
                    [("state", "=", "retrying")]
                ).action_retry()
        self.env["integration.lane"]._wake_up()
        return True

    def action_pause(self):
        self.check_access("write")
        self.write({"state": "paused"})
        return True

    def action_resume(self):
        self.check_access("write")
        self.write({"state": "running"})
        self.env["integration.lane"]._wake_up()
        return True

    def action_start_over(self):
        """Forget how far the flow has read; the next run reads everything again."""
        self.check_access("write")
        self.write({"cursor": False})
        return True

    def action_view_jobs(self):
        self.ensure_one()
        action = self.connector_id.action_view_jobs()
        action["domain"] = [("flow_id", "=", self.id)]
        return action

    # -- for handlers and lanes -------------------------------------------------------

    @api.private
    def _get_handler(self):
        self.ensure_one()
        return self.env[f"integration.handler.{self.code}"]

    @api.private
    def _get_batch_size(self):
        self.ensure_one()
        return self.batch_size or self.connector_id.batch_size

    @api.private
    def _enqueue_pull(self, trigger="schedule"):
        """Ask for one run; asked twice it is still one."""
        return self.env["integration.job"]._enqueue(
            self,
            [
                {
                    "operation": "pull",
                    "name": self.name,
                    "payload": {},
                    "idempotency_key": "pull",
                    "priority": self.priority,
                    "trigger": trigger,
                }
            ],
        )

    @api.model
    def _cron_start_due_flows(self):
        now = self.env.cr.now()
        due = self.search(
            [
                ("state", "=", "running"),
                ("connector_id.state", "=", "running"),
                ("direction", "=", "pull"),
                ("next_run", "<=", now),
            ]
        )
        for flow in due.try_lock_for_update(allow_referencing=True):
            flow.next_run = now + timedelta(minutes=flow.interval_minutes)
            flow._enqueue_pull()
            self.env["ir.cron"]._commit_progress(1)

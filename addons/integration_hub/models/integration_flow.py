from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..client import IntegrationError, Text
from .load_steps import OPERATIONS, READ, LoadSteps, ReadSteps


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
    next_run = fields.Datetime(
        default=fields.Datetime.now,
        copy=False,
        help="A scheduled flow to the system collects changes and sends them together:"
        " at this moment, and then once per interval.",
    )
    batch_size = fields.Integer(help="0 takes the connector's.")
    priority = fields.Integer(
        default=10, help="Jobs of lower numbers go first.", aggregator=None
    )
    cursor = fields.Char(readonly=True, copy=False)
    last_run = fields.Datetime(readonly=True, copy=False)
    last_message = fields.Char("Last Result", readonly=True, copy=False)
    job_ids = fields.One2many("integration.job", "flow_id")
    has_load = fields.Boolean(compute="_compute_has_load")
    is_to_look_at = fields.Boolean(compute="_compute_is_to_look_at")
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
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for flow in self:
            flow.name = labels.get(flow.code, flow.code)

    @api.depends("code")
    def _compute_has_load(self):
        for flow in self:
            flow.has_load = bool(flow.code) and flow._get_handler()._has_load

    @api.depends("code", "last_run")
    def _compute_is_to_look_at(self):
        flows = self._get_to_look_at()
        for flow in self:
            flow.is_to_look_at = flow in flows

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
        """Look now for what there is to do, or send what waits without waiting for its
        next try."""
        self.check_access("write")
        for flow in self:
            if not flow.connector_id._is_running():
                raise UserError(
                    self.env._(
                        "%s is not running. Start the connector first.",
                        flow.connector_id.name,
                    )
                )
            if flow._is_periodic():
                flow._enqueue_pull(trigger="manual")
            else:
                flow._send_waiting()
        self.env["integration.lane"]._wake_up(connectors=self.connector_id)
        return True

    def action_pause(self):
        self.check_access("write")
        self.write({"state": "paused"})
        return True

    def action_resume(self):
        """A flow that is to be looked at first does not begin at once: its first run comes
        an interval later."""
        self.check_access("write")
        now = self.env.cr.now()
        for flow in self._get_to_look_at():
            flow.next_run = max(
                flow.next_run or now, now + timedelta(minutes=flow.interval_minutes)
            )
        self.write({"state": "running"})
        self.env["integration.lane"]._wake_up(connectors=self.connector_id)
        return True

    def action_start_over(self):
        """Forget how far the flow has read; the next run reads everything again."""
        self.check_access("write")
        self.write({"cursor": False})
        return True

    def action_open_load(self):
        """The load under way, or a new one."""
        self.ensure_one()
        Load = self.env["integration.load"]
        load = Load.search(
            [("flow_id", "=", self.id), ("state", "!=", "done")], limit=1
        ) or Load.create({"flow_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("First Load"),
            "res_model": "integration.load",
            "res_id": load.id,
            "views": [(False, "form")],
        }

    def action_view_jobs(self):
        self.ensure_one()
        action = self.connector_id.action_view_jobs()
        action["domain"] = [("flow_id", "=", self.id)]
        return action

    # -- for handlers and lanes -------------------------------------------------------

    @api.private
    def _get_handler(self, operation=None):
        """:param str operation: of jobs, where it matters: a load has steps of its own"""
        self.ensure_one()
        handler = self.env[f"integration.handler.{self.code}"]
        if operation in OPERATIONS:
            return LoadSteps.of(handler)
        return ReadSteps.of(handler) if operation == READ else handler

    @api.private
    def _get_to_look_at(self):
        """Those of these flows that never ran, and whose first run changes much at once."""
        return self.filtered(
            lambda flow: (
                flow.code
                and not flow.last_run
                and flow._get_handler()._is_looked_at_first
            )
        )

    @api.private
    def _get_batch_size(self):
        self.ensure_one()
        return self.batch_size or self.connector_id.batch_size

    @api.model
    @api.private
    def _find_for_push(self, code, companies):
        """Flows that take changes now: a paused connector collects, a stopped one too.

        :param str code: of the flow
        :param companies: ``res.company``
        """
        # whatever the caller looks at: a flow that was switched off takes nothing
        flows = self.with_context(active_test=True).search(
            [
                ("code", "=", code),
                ("company_id", "in", companies.ids),
                ("connector_id.active", "=", True),
            ]
        )
        return flows.filtered(lambda flow: flow.connector_id._is_collecting())

    @api.private
    def _get_next_slot(self):
        """When a change that is queued now is due: at once, or for a scheduled flow to the
        system at its next run, together with what else is collected until then. Runs
        are counted from ``next_run``, which a person may set to a time of day."""
        self.ensure_one()
        now = self.env.cr.now()
        if self.cadence != "scheduled" or self._is_periodic():
            return now
        first = self.next_run or now
        if first > now:
            return first
        interval = timedelta(minutes=self.interval_minutes)
        return first + interval * ((now - first) // interval + 1)

    @api.private
    def _is_periodic(self):
        """Whether each run looks by itself for what there is to do: flows from the system,
        and those to it that gather changes. The others are told of each change."""
        self.ensure_one()
        return self.direction == "pull" or self._get_handler()._gathers_changes

    @api.model
    @api.private
    def _get_deal_codes(self):
        """:return: list of the codes of flows that carry won deals"""
        return [
            code
            for code, _label in self._fields["code"]._description_selection(self.env)
            if f"integration.handler.{code}" in self.env
            and self.env[f"integration.handler.{code}"]._carries_deals
        ]

    @api.model
    def _get_periodic_domain(self):
        codes = [
            code
            for code, _label in self._fields["code"]._description_selection(self.env)
            if f"integration.handler.{code}" in self.env
            and self.env[f"integration.handler.{code}"]._gathers_changes
        ]
        return Domain("direction", "=", "pull") | Domain("code", "in", codes)

    @api.private
    def _get_system_warnings(self, client):
        """What the system lacks for these flows, where they run; see the handler's."""
        warnings = []
        for flow in self.filtered(lambda flow: flow.active and flow.state == "running"):
            try:
                warnings += flow._get_handler()._get_system_warnings(client)
            except IntegrationError as error:
                values = {"flow": flow.name, "reason": error.message}
                warnings.append(Text("%(flow)s: %(reason)s", values))
        # flows to and from the system may lack the same
        return list(dict.fromkeys(warnings))

    def _send_waiting(self):
        """Let go what waits for its next run or its next try, however much that is."""
        self.env["integration.job"].flush_model()
        # what a lane is at, it has in hand
        self.env.cr.execute(
            SQL(
                """
            UPDATE integration_job
               SET next_try = %(now)s, attempts = 0, write_uid = %(uid)s,
                   write_date = %(now)s
             WHERE id = ANY(ARRAY(
                   SELECT id FROM integration_job
                    WHERE flow_id = ANY(%(flows)s)
                      AND state IN ('waiting', 'retrying') AND blocked_by_id IS NULL
                      AND next_try > %(now)s
                      FOR UPDATE SKIP LOCKED))
                """,
                now=self.env.cr.now(),
                uid=self.env.uid,
                flows=list(self.ids),
            )
        )
        self.env["integration.job"].invalidate_model()

    @api.private
    def _enqueue_pull(self, trigger="schedule"):
        """Ask for one run; asked twice it is still one."""
        speaker = self.with_env(self.connector_id._speak().env)
        return self.env["integration.job"]._enqueue(
            self,
            [
                {
                    "operation": self.direction,
                    "name": speaker.name,
                    "payload": {},
                    "idempotency_key": self.direction,
                    "priority": self.priority,
                    "trigger": trigger,
                }
            ],
        )

    @api.model
    def _cron_start_due_flows(self):
        self.env["integration.connector"]._forget_caught_up()
        now = self.env.cr.now()
        due = self.search(
            self._get_periodic_domain()
            & Domain("state", "=", "running")
            & Domain("connector_id.state", "=", "running")
            & Domain("next_run", "<=", now)
        )
        for flow in due.try_lock_for_update(allow_referencing=True):
            flow.next_run = now + timedelta(minutes=flow.interval_minutes)
            flow._enqueue_pull()
            self.env["ir.cron"]._commit_progress(1)

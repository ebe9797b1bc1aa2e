from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# behind everything people wait for
PRIORITY = 90
OUTCOMES = [
    ("create", "To Create"),
    ("link", "To Link"),
    ("change", "To Change"),
    ("same", "Left Alone"),
    ("attention", "Needs Attention"),
]
TO_DO = ("create", "link", "change")
UNFINISHED = ("waiting", "running", "retrying")
PROBLEMS = ("failed", "attention")
UNDER_WAY = ("checking", "loading")


class IntegrationLoad(models.Model):
    """One load of a flow. The check reads both sides and writes nothing but this report.

    What a flow implements to be loaded is in ``integration_handler_load.py``; stop, resume
    and progress are here, what it comes to in ``integration_load_totals.py``, its jobs in
    ``integration_load_pages.py``, and their steps in ``load_steps.py``.
    """

    _name = "integration.load"
    _description = "Load"
    _order = "id desc"

    flow_id = fields.Many2one(
        "integration.flow", required=True, readonly=True, ondelete="cascade", index=True
    )
    connector_id = fields.Many2one(related="flow_id.connector_id", store=True)
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    name = fields.Char(compute="_compute_name")
    state = fields.Selection(
        [
            ("draft", "New"),
            ("checking", "Checking"),
            ("checked", "Checked"),
            ("loading", "Loading"),
            ("done", "Done"),
        ],
        required=True,
        readonly=True,
        default="draft",
    )
    is_stopped = fields.Boolean("Stopped", readonly=True)
    cursor = fields.Char(readonly=True, help="How far the check has come.")
    total_count = fields.Integer("Records", readonly=True)
    line_ids = fields.One2many("integration.load.line", "load_id", readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    started_count = fields.Integer(
        readonly=True, help="How many were done when it was started or resumed."
    )
    finished_at = fields.Datetime("Finished", readonly=True)
    error_message = fields.Char("Held Up By", compute="_compute_progress")
    done_count = fields.Integer("Done", compute="_compute_progress")
    remaining_count = fields.Integer("Remaining", compute="_compute_progress")
    problem_count = fields.Integer("Held Up", compute="_compute_progress")
    progress = fields.Integer("Progress (%)", compute="_compute_progress")
    time_left = fields.Char(compute="_compute_progress")
    flow_state = fields.Selection(related="flow_id.state", string="State of the Flow")
    connector_state = fields.Selection(
        related="connector_id.state", string="State of the Connector"
    )

    _one_at_a_time = models.UniqueIndex(
        "(flow_id) WHERE state IN ('checking', 'loading')",
        "This flow is being loaded already.",
    )

    # -- compute ----------------------------------------------------------------------

    @api.depends("flow_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for load in self:
            load.name = self.env._(
                "%(flow)s: load %(number)s",
                flow=load.flow_id.name or "",
                number=load.id or "",
            )

    @api.depends("state", "total_count", "started_at", "is_stopped")
    def _compute_progress(self):
        for load in self:
            total, done, problems = load._count_progress()
            load.done_count = done
            load.problem_count = problems
            load.remaining_count = max(0, total - done - problems)
            load.progress = 100 * (done + problems) // total if total else 0
            load.time_left = load._estimate_time_left(done + problems)
            load.error_message = load._find_hold_up()

    def _count_progress(self):
        """:return: ``(all, done, stopped by a problem)`` of the phase it is in"""
        self.ensure_one()
        if self.state in ("draft", "checking", "checked"):
            Line = self.env["integration.load.line"]
            checked = Line.search_count([("load_id", "=", self.id)])
            return max(self.total_count, checked), checked, 0
        counts = self._count_job_states()
        return (
            sum(counts.values()),
            counts.get("done", 0),
            sum(counts.get(state, 0) for state in PROBLEMS),
        )

    def _count_job_states(self):
        """How far the jobs of its lines are, read once, however many there are.

        :return: dict ``{state: number}``; None where a line has no job yet
        """
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                SELECT COALESCE(job.state, line.last_job_state), COUNT(*)
                  FROM integration_load_line line
                  LEFT JOIN integration_job job ON job.id = line.job_id
                 WHERE line.load_id = %s AND line.outcome IN %s
                 GROUP BY 1
                    """,
                    self.id or 0,
                    TO_DO,
                )
            )
        )

    def _estimate_time_left(self, done):
        """At the pace since it was started or resumed."""
        if self.state not in UNDER_WAY or self.is_stopped or not self.started_at:
            return False
        did = done - self.started_count
        if did <= 0 or not self.remaining_count:
            return False
        seconds = (fields.Datetime.now() - self.started_at).total_seconds()
        left = timedelta(seconds=round(seconds / did * self.remaining_count))
        if left < timedelta(minutes=1):
            return self.env._("less than a minute")
        minutes = round(left.total_seconds() / 60)
        if minutes < 60:
            return self.env._("%s min", minutes)
        return self.env._(
            "%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60
        )

    def _find_hold_up(self):
        """What keeps the jobs of the load from going on, or False."""
        job = self.env["integration.job"].search(
            [
                *self._get_page_domain(),
                ("state", "in", ("retrying", "failed", "attention")),
            ],
            limit=1,
        )
        return job.error_message if self.state in UNDER_WAY and job else False

    # -- actions ----------------------------------------------------------------------

    def action_check(self):
        """Look at both sides, from the beginning."""
        self.ensure_one()
        self._check_may_start("checking")
        self._remove_lines()
        self._start("checking", cursor=False, total_count=0)
        return True

    def action_load(self):
        """Do what the check has found, in jobs of the flow."""
        self.ensure_one()
        self._check_may_start("loading")
        if self.state != "checked":
            raise UserError(self.env._("Check first: then it is known what is to do."))
        self._start("loading")
        return True

    def action_stop(self):
        """Stop after what is on its way. Nothing gets lost: it can be resumed."""
        self.ensure_one()
        self.check_access("write")
        # sudo: state and progress are written by the load alone
        load = self.sudo()
        load.is_stopped = True
        load._get_page_jobs()._cancel()
        load._take_back()
        return True

    def action_resume(self):
        self.ensure_one()
        self._check_may_start(self.state)
        self._free_lines()
        self._start(self.state)
        return True

    def action_resume_flow(self):
        """The load is done by the flow: let it work again."""
        self.ensure_one()
        return self.flow_id.action_resume()

    def action_view_lines(self):
        self.ensure_one()
        outcome = self.env.context.get("outcome")
        return {
            "type": "ir.actions.act_window",
            "name": dict(
                self.env["integration.load.line"]
                ._fields["outcome"]
                ._description_selection(self.env)
            ).get(outcome, self.name),
            "res_model": "integration.load.line",
            "view_mode": "list",
            "domain": [("load_id", "=", self.id)]
            + ([("outcome", "=", outcome)] if outcome else []),
            "context": {"has_amounts": self.has_amounts},
        }

    def action_view_problems(self):
        self.ensure_one()
        action = self.flow_id.connector_id.action_view_jobs()
        jobs = (
            self.env["integration.load.line"]
            .search([("load_id", "=", self.id), ("job_id.state", "in", PROBLEMS)])
            .job_id
        )
        return {
            **action,
            "name": self.env._("Held Up"),
            "domain": [("id", "in", jobs.ids), ("state", "in", PROBLEMS)],
            "context": {},
        }

    def _check_may_start(self, state):
        """A check reads only: it needs a system that answers, and no running flow.

        :param str state: the one it is about to be in
        """
        self.check_access("write")
        connector, flow = self.connector_id, self.flow_id
        if not flow._get_handler()._has_load:
            raise UserError(self.env._("This flow has no load."))
        if state == "checking":
            if connector.state not in ("tested", "running"):
                raise UserError(
                    self.env._(
                        "Test %(connector)s first, or start it again where it was stopped:"
                        " the check reads what is over there.",
                        connector=connector.name,
                    )
                )
        elif not connector._is_running():
            raise UserError(
                self.env._("Start %(connector)s first.", connector=connector.name)
            )
        elif flow.state != "running":
            raise UserError(
                self.env._(
                    "%(flow)s is paused. Resume it first: it is the flow that does the"
                    " load.",
                    flow=flow.name,
                )
            )

    def _start(self, state, **values):
        # sudo: state and progress are written by the load alone
        load = self.sudo()
        load.write(
            {"state": state, "is_stopped": False, "finished_at": False, **values}
        )
        load.write(
            {
                "started_at": fields.Datetime.now(),
                "started_count": sum(load._count_progress()[1:]),
            }
        )
        load._enqueue_page()

import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..client import unpack_text
from ..translation import say, speak_to

# a job in one of these states stands for "this change is still to be made": asked again,
# it is the same job
OPEN_STATES = ("waiting", "retrying", "failed", "attention")
RETRYABLE_STATES = ("retrying", "failed", "attention", "cancelled")


class IntegrationJob(models.Model):
    """One change to be made over there, or one reading from there.

    Written in the transaction of the business change, worked off by lanes
    (``integration.lane``).
    """

    _name = "integration.job"
    _description = "Sync Job"
    _order = "id desc"

    # -- what -------------------------------------------------------------------------
    name = fields.Char(required=True, readonly=True)
    flow_id = fields.Many2one(
        "integration.flow", required=True, readonly=True, ondelete="cascade"
    )
    connector_id = fields.Many2one(
        "integration.connector", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    operation = fields.Char(required=True, readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", readonly=True, aggregator=None
    )
    payload = fields.Json(
        "Snapshot",
        readonly=True,
        groups="integration_hub.group_integration_manager",
        help="What is to be sent, as it was when the change was made.",
    )
    payload_text = fields.Text(
        "What is Sent",
        compute="_compute_texts",
        groups="integration_hub.group_integration_manager",
    )
    answer = fields.Json(
        readonly=True, groups="integration_hub.group_integration_manager"
    )
    answer_text = fields.Text(
        "What Came Back",
        compute="_compute_texts",
        groups="integration_hub.group_integration_manager",
    )
    idempotency_key = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", readonly=True)
    trigger = fields.Char("Asked by Event", readonly=True)

    # -- how far ----------------------------------------------------------------------
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("retrying", "Retrying"),
            ("attention", "Needs Attention"),
            ("failed", "Failed"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    priority = fields.Integer(default=10, readonly=True, aggregator=None)
    attempts = fields.Integer(readonly=True, aggregator=None)
    next_try = fields.Datetime(readonly=True, default=fields.Datetime.now)
    blocked_by_id = fields.Many2one(
        "integration.job",
        "Waits for",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    error_kind = fields.Selection(
        [
            ("network", "Network"),
            ("outcome_unknown", "Outcome unknown"),
            ("rate_limit", "Rate limit"),
            ("authentication", "Authentication"),
            ("validation", "Refused by the system"),
            ("mapping", "Mapping missing"),
            ("ambiguous_match", "Several matches"),
            ("internal", "Internal error"),
        ],
        readonly=True,
    )
    error_message = fields.Text("Error", readonly=True)
    error_detail = fields.Json(
        readonly=True, groups="integration_hub.group_integration_manager"
    )
    lane = fields.Char(readonly=True, help="The lane run that holds this job.")
    lease_until = fields.Datetime(readonly=True)
    batch = fields.Char(readonly=True, index="btree_not_null")
    sent_at = fields.Datetime(
        "Sent",
        readonly=True,
        help="From then on something may have happened over there.",
    )
    unsettled_until = fields.Datetime(
        readonly=True,
        help="An answer was lost. Until then the call may still be at work over there: the"
        " record is looked up, but not created.",
    )
    crashes = fields.Integer(
        readonly=True,
        default=0,
        aggregator=None,
        help="How often a lane died while it worked on this job.",
    )
    started_at = fields.Datetime("Started", readonly=True)
    finished_at = fields.Datetime("Finished", readonly=True)
    duration = fields.Float(
        "Duration (s)",
        digits=(12, 3),
        readonly=True,
        aggregator="avg",
        help="From the moment the lane took it to the committed result.",
    )
    record_name = fields.Char("Record", compute="_compute_record_name")
    remote_url = fields.Char(compute="_compute_remote_url")
    exchange_count = fields.Integer(compute="_compute_exchange_count")

    # the same change asked twice is one job, whoever asks at the same time
    _open_key_uniq = models.UniqueIndex(
        "(flow_id, idempotency_key)"
        " WHERE state IN ('waiting', 'retrying', 'failed', 'attention')",
        "This change is in the queue already.",
    )
    # in the order in which a lane takes them: those that wait for later come last
    _claim_idx = models.Index(
        "(flow_id, operation, priority, next_try, id)"
        " WHERE state IN ('waiting', 'retrying') AND blocked_by_id IS NULL"
    )
    # few, if any: what was under way when a lane died, which comes first
    _crashed_idx = models.Index(
        "(flow_id, operation, priority, next_try, id) WHERE crashes > 0"
        " AND state IN ('waiting', 'retrying') AND blocked_by_id IS NULL"
    )
    _running_idx = models.Index("(flow_id, idempotency_key) WHERE state = 'running'")
    _unsettled_idx = models.Index(
        "(flow_id, idempotency_key) WHERE unsettled_until IS NOT NULL"
    )
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _problem_idx = models.Index(
        "(connector_id, state) WHERE state NOT IN ('done', 'cancelled')"
    )
    _finished_idx = models.Index("(finished_at) WHERE state IN ('done', 'cancelled')")

    def init(self):
        # A row is written four times on its way through a lane. Where its page has room for
        # the next version, those that change no state leave all indexes alone (HOT).
        self.env.cr.execute("ALTER TABLE integration_job SET (fillfactor = 50)")

    # -- compute ----------------------------------------------------------------------

    @api.depends("payload", "answer")
    def _compute_texts(self):
        for job in self:
            job.payload_text = _readable(job.payload)
            job.answer_text = _readable(job.answer)

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_record_name(self):
        for model_name, jobs in self.grouped("res_model").items():
            if not model_name or model_name not in self.env:
                jobs.record_name = False
                continue
            # sudo: the name alone; rules on the record must not break the queue's list
            records = self.env[model_name].sudo().browse(jobs.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in records}
            for job in jobs:
                job.record_name = names.get(job.res_id, self.env._("(deleted)"))

    def _compute_remote_url(self):
        external_ids = self.env["integration.external.id"].search(
            [
                ("connector_id", "in", self.connector_id.ids),
                ("res_model", "in", list(filter(None, set(self.mapped("res_model"))))),
                ("res_id", "in", list(set(self.mapped("res_id")))),
                ("remote_url", "!=", False),
            ]
        )
        urls = {
            (item.connector_id.id, item.res_model, item.res_id): item.remote_url
            for item in external_ids
        }
        for job in self:
            job.remote_url = urls.get((job.connector_id.id, job.res_model, job.res_id))

    def _compute_exchange_count(self):
        counts = dict(
            self.env["integration.exchange"]._read_group(
                [("batch", "in", [batch for batch in self.mapped("batch") if batch])],
                ["batch"],
                ["__count"],
            )
        )
        for job in self:
            job.exchange_count = counts.get(job.batch, 0)

    @api.private
    def _get_error_message(self, person):
        """Why it stands still, in that person's language where its words can be had in it.

        :param person: ``res.users``"""
        self.ensure_one()
        # sudo: a sentence of it is shown, not the technical detail
        text = (self.sudo().error_detail or {}).get("text")
        if not text:
            return self.error_message
        return say(speak_to(self.env, person), unpack_text(text))

    # -- actions ----------------------------------------------------------------------

    def action_retry(self):
        """Try again now; what was sent already is looked up first, never sent twice."""
        jobs = self._allow_action().filtered(lambda job: job.state in RETRYABLE_STATES)
        if not jobs:
            return False
        replaced = jobs._find_newer()
        if replaced and replaced == jobs:
            raise UserError(
                self.env._("A newer job for the same record is in the queue already.")
            )
        jobs -= replaced
        # looked up in vain, and wanted after all
        jobs.filtered(lambda job: job.state == "cancelled").is_called_off = False
        jobs._arm()
        return True

    def _allow_action(self):
        """Whoever sees a job may retry or cancel it, but not write to it: neither what is
        sent nor what came back is to be changed by hand."""
        self.check_access("read")
        # sudo: see above
        return self.sudo()

    def action_open_record(self):
        self.ensure_one()
        if not self.res_model or not self.res_id:
            return False
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_url:
            raise UserError(self.env._("There is nothing over there to open yet."))
        return {"type": "ir.actions.act_url", "url": self.remote_url, "target": "new"}

    def action_view_exchanges(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exchanges"),
            "res_model": "integration.exchange",
            "view_mode": "list,form",
            "domain": [("batch", "=", self.batch)],
        }


def _readable(value):
    return json.dumps(value, indent=2, ensure_ascii=False) if value else False

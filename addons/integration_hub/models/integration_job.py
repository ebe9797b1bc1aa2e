import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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
    _running_idx = models.Index("(flow_id, idempotency_key) WHERE state = 'running'")
    _unsettled_idx = models.Index(
        "(flow_id, idempotency_key) WHERE unsettled_until IS NOT NULL"
    )
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _problem_idx = models.Index(
        "(connector_id, state) WHERE state NOT IN ('done', 'cancelled')"
    )
    _finished_idx = models.Index("(finished_at) WHERE state IN ('done', 'cancelled')")

    # -- compute ----------------------------------------------------------------------

    @api.depends("payload", "answer")
    def _compute_texts(self):
        for job in self:
            job.payload_text = _readable(job.payload)
            job.answer_text = _readable(job.answer)

    @api.depends("res_model", "res_id")
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
        (jobs - replaced)._arm()
        return True

    def action_cancel(self):
        jobs = self._allow_action().filtered(lambda job: job.state in OPEN_STATES)
        jobs.write({"state": "cancelled", "finished_at": self.env.cr.now()})
        for flow, of_flow in jobs.grouped("flow_id").items():
            flow._get_handler()._on_cancelled(flow, of_flow)
        jobs._release_blocked()
        # those of the same records that came after them
        self.env["integration.lane"]._wake_up()
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

    # -- enqueue ----------------------------------------------------------------------

    @api.private
    def _enqueue(self, flow, requests):
        """Queue changes; part of the caller's transaction, started right after commit.

        What is queued already under the same key gets the newer snapshot and is armed
        again: one job, however often it is asked for.

        :param flow: ``integration.flow``, one
        :param requests: list of dicts with ``operation``, ``name``, ``payload``
            (JSON-safe), ``idempotency_key``, and optionally ``record``, ``priority``,
            ``trigger``, and ``is_urgent`` where a scheduled flow is not to wait for its
            next run, ``given_request`` (goes out as it is, instead of what the
            handler would make) and ``replay_of_id``
        :return: the jobs, in the order of ``requests``
        """
        if not requests:
            return self.browse()
        now = self.env.cr.now()
        next_slot = flow._get_next_slot()
        rows = {}
        for request in requests:
            record, given = request.get("record"), request.get("given_request")
            # the last one of a key wins: INSERT can't update a row twice
            rows[request["idempotency_key"]] = SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s::jsonb,"
                " %s::integer, 'waiting', 0, 0, %s, %s, %s, %s, %s)",
                flow.id,
                flow.connector_id.id,
                flow.connector_id.company_id.id,
                request["operation"],
                request["name"],
                record._name if record else None,
                record.id if record else None,
                json.dumps(request["payload"]),
                request["idempotency_key"],
                request.get("priority", flow.priority),
                self.env.uid,
                request.get("trigger"),
                given and json.dumps(given),
                request.get("replay_of_id"),
                now if request.get("is_urgent") else next_slot,
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO integration_job
                (flow_id, connector_id, company_id, operation, name, res_model, res_id,
                 payload, idempotency_key, priority, user_id, trigger, given_request,
                 replay_of_id, state, attempts, crashes, next_try, create_uid, write_uid, create_date, write_date)
            VALUES %s
            ON CONFLICT (flow_id, idempotency_key)
                WHERE state IN ('waiting', 'retrying', 'failed', 'attention')
            DO UPDATE SET
                payload = EXCLUDED.payload, name = EXCLUDED.name, state = 'waiting',
                -- nor does it wait longer
                priority = CASE WHEN integration_job.state IN ('waiting', 'retrying')
                    THEN LEAST(integration_job.priority, EXCLUDED.priority)
                    ELSE EXCLUDED.priority END,
                trigger = EXCLUDED.trigger,
                given_request = EXCLUDED.given_request,
                -- what is to go at once still does when a scheduled change joins it
                next_try = CASE WHEN integration_job.state = 'waiting'
                    THEN LEAST(integration_job.next_try, EXCLUDED.next_try)
                    ELSE EXCLUDED.next_try END,
                attempts = 0, crashes = 0, answer = NULL,
                error_kind = NULL, error_message = NULL, error_detail = NULL,
                write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
            RETURNING id, idempotency_key
                """,
                SQL(", ").join(rows.values()),
            )
        )
        ids = {key: job_id for job_id, key in self.env.cr.fetchall()}
        self.invalidate_model()
        jobs = self.browse([ids[request["idempotency_key"]] for request in requests])
        jobs._hurry_earlier()
        flow._get_handler()._on_waiting(flow, jobs)
        self.env["integration.lane"]._wake_up()
        return jobs

    @api.private
    def _arm(self):
        """Put jobs back into the queue, to be tried at once."""
        self.write(
            {
                "state": "waiting",
                "next_try": self.env.cr.now(),
                "attempts": 0,
                "crashes": 0,
                "error_kind": False,
                "error_message": False,
                "error_detail": False,
            }
        )
        for flow, jobs in self.grouped("flow_id").items():
            flow._get_handler()._on_waiting(flow, jobs)
        self.env["integration.lane"]._wake_up()

    @api.private
    def _wake_for(self, connector, model_name, record_ids):
        """Records got the counterpart that jobs were waiting for: let those go on.

        :param connector: ``integration.connector``
        :param str model_name: model of the records
        :param record_ids: their ids
        :return: the jobs that go on
        """
        if not record_ids:
            return self.browse()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT id FROM integration_job
             WHERE connector_id = %s
               AND state = 'attention'
               AND error_detail ->> 'model' = %s
               AND EXISTS (
                   SELECT FROM jsonb_array_elements_text(error_detail -> 'ids') AS waits
                    WHERE waits = ANY(%s))
                """,
                connector.id,
                model_name,
                [str(record_id) for record_id in record_ids],
            )
        )
        jobs = self.browse([row[0] for row in rows])
        # sudo: who may map a product may let the deals go on that wait for it
        jobs.sudo()._arm()
        return jobs


def _readable(value):
    return json.dumps(value, indent=2, ensure_ascii=False) if value else False

import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ..client import IntegrationError
from ..client.redact import redact
from .integration_handler import Blocked
from .job_order import find_holding_up
from .json_difference import get_text

FINISHED_STATES = ("done", "cancelled", "failed")


class _Undo(Exception):
    """Rolls a look ahead back."""


class IntegrationJob(models.Model):
    """What went out, what would go out now, and what is to go out as it stands."""

    _inherit = "integration.job"

    # big, and needed for replays alone
    request = fields.Json(
        "Request as Data",
        readonly=True,
        copy=False,
        prefetch=False,
        groups="integration_hub.group_integration_manager",
        help="What went out last, with the counterparts of our records; empty where that was"
        " the snapshot itself.",
    )
    given_request = fields.Json(
        "Request to Send",
        readonly=True,
        copy=False,
        prefetch=False,
        groups="integration_hub.group_integration_manager",
        help="Corrected by a person, or repeated as it was sent: goes out instead of what"
        " would be made of the snapshot.",
    )
    request_text = fields.Text(
        "Request",
        compute="_compute_request_text",
        groups="integration_hub.group_integration_manager",
    )
    is_given = fields.Boolean(compute="_compute_request_text")
    replay_of_id = fields.Many2one(
        "integration.job", readonly=True, ondelete="set null", index="btree_not_null"
    )
    replay_ids = fields.One2many("integration.job", "replay_of_id", "Replays")
    correction_ids = fields.One2many("integration.correction", "job_id", "Corrections")
    held_up_by_id = fields.Many2one(
        "integration.job",
        compute="_compute_held_up_by_id",
        help="An earlier job of the same record, which goes first.",
    )

    # -- compute ----------------------------------------------------------------------

    def _compute_request_text(self):
        for job in self:
            # sudo: whoever sees the job may know that it was corrected
            given = job.sudo().given_request
            job.is_given = bool(given)
            request = given or job._get_sent_request()
            job.request_text = bool(request) and redact(
                json.dumps(request, indent=2, ensure_ascii=False)
            )

    @api.depends("state", "res_model", "res_id", "blocked_by_id")
    def _compute_held_up_by_id(self):
        found = find_holding_up(self)
        for job in self:
            job.held_up_by_id = found.get(job._origin.id)

    # -- what went out, what would ----------------------------------------------------

    @api.private
    def _get_sent_request(self):
        """What went out last.

        :return: JSON structure, or None where nothing ever did
        """
        self.ensure_one()
        # sudo: callers have checked what the user may do with the job
        job = self.sudo()
        if job.request:
            return job.request
        # a call was made of the snapshot as it is
        return job.payload if job.sent_at or job.answer else None

    @api.private
    def _drop_lookup(self, request):
        """What is sent, without what it is looked up by before: for people who compare.

        :param request: JSON structure, or what stands in its place
        :return: the same; None where nothing of it is sent
        """
        self.ensure_one()
        if not isinstance(request, dict):
            return request
        handler = self.flow_id._get_handler(self.operation)
        # the same as the last time: a note for ourselves
        names = {*handler._not_sent, "is_same"}
        return {name: request[name] for name in request if name not in names} or None

    @api.private
    def _get_request_to_correct(self):
        """What goes out next as it stands, or went out last; else what would go out now.

        :return: JSON structure; or an ``IntegrationError``, or the name of another job,
            where nothing can be made to be sent
        """
        self.ensure_one()
        # sudo: callers have checked what the user may do with the job
        job = self.sudo()
        request = job.given_request or job._get_sent_request()
        return job._prepare_anew()[job] if request is None else request

    @api.private
    def _prepare_anew(self, payloads=None):
        """What would go out now. Nothing of it is kept, and nobody is called.

        :param dict payloads: ``{job: snapshot}``; else each job's own
        :return: dict ``{job: request}``; in place of a request an ``IntegrationError``, or
            the name of the job that would have to be done before
        """
        payloads = payloads or {}
        prepared = {}
        try:
            # handlers may queue what has to be done before: undone with the rest
            with self.env.cr.savepoint():
                for (flow, operation), jobs in self.grouped(
                    lambda job: (job.flow_id, job.operation)
                ).items():
                    for job in jobs:
                        if payloads.get(job, job.payload) != job.payload:
                            job.payload = payloads[job]
                    answers = flow._get_handler(operation)._prepare(flow, jobs)
                    prepared |= {
                        job: answer.job.display_name
                        if isinstance(answer, Blocked)
                        else answer
                        for job, answer in answers.items()
                    }
                raise _Undo()
        except _Undo:
            pass
        return {
            job: request
            if isinstance(request, IntegrationError | str)
            else json.loads(json.dumps(request, default=str))
            for job, request in prepared.items()
        }

    @api.private
    def _take_snapshots(self):
        """:return: dict ``{job: snapshot}`` of the records as they stand today"""
        snapshots = {}
        for (flow, operation), jobs in self.grouped(
            lambda job: (job.flow_id, job.operation)
        ).items():
            snapshots |= flow._get_handler(operation)._take_snapshots(flow, jobs)
        return snapshots

    @api.private
    def _find_not_repeatable(self, requests):
        """Of what went out, what must not go out like that any more.

        :param dict requests: ``{job: request}``
        :return: dict ``{job: IntegrationError}``
        """
        errors = {}
        for (flow, operation), jobs in (
            self.browse()
            .union(*requests)
            .grouped(lambda job: (job.flow_id, job.operation))
            .items()
        ):
            renewed = flow._get_handler(operation)._renew_requests(
                flow, {job: requests[job] for job in jobs}
            )
            errors |= {
                job: request
                for job, request in renewed.items()
                if isinstance(request, IntegrationError)
            }
        return errors

    @api.model
    @api.private
    def _render_difference(self, differences, left, right, limit=200):
        """A table for people.

        :param differences: list of ``json_difference.Difference``
        :param str left: what the earlier values are called
        :param str right: what the later values are called
        :param int limit: rows at most; what is left out is counted
        :rtype: Markup
        """
        if not differences:
            return Markup("")
        labels = self.env["integration.field.label"]._get_labels()
        rows = Markup("").join(
            Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
            % (
                labels.get_path(difference.path),
                get_text(difference, difference.before),
                get_text(difference, difference.after),
            )
            for difference in differences[:limit]
        )
        if len(differences) > limit:
            rows += Markup('<tr><td colspan="3">%s</td></tr>') % self.env._(
                "… and %s more", len(differences) - limit
            )
        return Markup(
            '<table class="table table-sm o_integration_difference"><thead><tr><th>%s</th>'
            "<th>%s</th><th>%s</th></tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("What"), left, right, rows)

    # -- queue again ------------------------------------------------------------------

    @api.private
    def _queue_again(self, changes, request=None, trigger=None):
        """Queue the same change anew, with the snapshot amended: a call is made again,
        whatever the last one had answered.

        :param dict changes: what is different in the snapshot now
        :param request: goes out as it is, instead of what is made of the snapshot
        :param str trigger: what asks for it; else what had asked before
        :return: the queued jobs; those that stopped are themselves
        """
        queued = self.browse()
        for job in self:
            queued |= self._enqueue(
                job.flow_id,
                [
                    {
                        "operation": job.operation,
                        "name": job.name,
                        "record": job.res_model
                        and self.env[job.res_model].browse(job.res_id),
                        "payload": {**job.payload, **changes},
                        "idempotency_key": job.idempotency_key,
                        "priority": job.priority,
                        "trigger": trigger or job.trigger,
                        "given_request": request,
                        "is_urgent": True,
                        "replay_of_id": job.id
                        if job.state in ("done", "cancelled")
                        else None,
                    }
                ],
            )
        return queued

    @api.private
    def _find_open_again(self):
        """Those of ``self`` whose change is queued or under way again already."""
        if not self:
            return self
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            SELECT old.id
              FROM integration_job old
              JOIN integration_job newer
                ON newer.flow_id = old.flow_id
               AND newer.idempotency_key = old.idempotency_key
               AND newer.id <> old.id
               AND newer.state IN
                   ('waiting', 'retrying', 'failed', 'attention', 'running')
             WHERE old.id = ANY(%s)
                """,
                list(self.ids),
            )
        )
        return self.browse({row[0] for row in rows})

    def action_replay(self):
        """Show what was sent beside what would be sent today; then queue one of them."""
        return self.env["integration.replay"]._open(self)

    def action_correct(self):
        return self.env["integration.correct.request"]._open(self)

    def action_choose_candidate(self):
        return self.env["integration.choose.candidate"]._open(self)

    def action_view_replays(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replays"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("replay_of_id", "=", self.id)],
        }

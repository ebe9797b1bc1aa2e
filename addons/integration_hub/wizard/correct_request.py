import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..client import IntegrationError
from ..models.json_difference import get_differences
from ..translation import say

ADMINISTRATOR = "integration_hub.group_integration_administrator"
# rows of the difference in the record's chatter
MOST_ROWS = 20


class IntegrationCorrectRequest(models.TransientModel):
    """What a stopped job sends, put right by hand; it is kept who changed what."""

    _name = "integration.correct.request"
    _description = "Correct a Request"

    job_id = fields.Many2one("integration.job", required=True, readonly=True)
    # with the rights of whoever reads it: the dialog may name any job
    error_message = fields.Text(related="job_id.error_message", related_sudo=False)
    before = fields.Json(readonly=True)
    request_text = fields.Text("Request")
    reason = fields.Char(help="Is kept with the correction.")
    problem = fields.Text(compute="_compute_difference")
    difference_html = fields.Html("Changes", compute="_compute_difference")

    def _open(self, job):
        """:return: action that shows the dialog
        :raise UserError: the job has not stopped, or nothing can be made to be sent"""
        job.ensure_one()
        self._check_may_correct(job)
        request = job._get_request_to_correct()
        if isinstance(request, IntegrationError):
            raise UserError(say(self.env, request.message))
        if isinstance(request, str):
            raise UserError(self.env._("This has to be done before: %s.", request))
        wizard = self.create(
            {
                "job_id": job.id,
                "before": request,
                "request_text": json.dumps(request, indent=2, ensure_ascii=False),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct the Request"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_may_correct(self, job):
        if not self.env.user.has_group(ADMINISTRATOR):
            raise AccessError(
                self.env._("Only an administrator of integrations corrects a request.")
            )
        job.check_access("read")
        if job.state not in ("failed", "attention"):
            raise UserError(
                self.env._("Only what has failed or needs attention can be corrected.")
            )

    @api.depends("request_text", "before")
    @api.depends_context("lang")
    def _compute_difference(self):
        for wizard in self:
            wizard.problem = wizard.difference_html = False
            try:
                after = wizard._get_corrected()
            except ValidationError as error:
                wizard.problem = str(error)
                continue
            wizard.difference_html = self.env["integration.job"]._render_difference(
                get_differences(wizard.before, after),
                self.env._("Before"),
                self.env._("After"),
            )

    def _get_corrected(self):
        """:return: the corrected request
        :raise ValidationError: it can't be sent like this"""
        self.ensure_one()
        try:
            after = json.loads(self.request_text or "")
        except ValueError as error:
            raise ValidationError(
                self.env._("This is not valid JSON: %s", error)
            ) from error
        job = self.job_id.sudo()
        self._check_structure(
            self.before,
            after,
            (),
            job.idempotency_key,
            self.env["integration.field.label"]._get_labels(),
        )
        handler = job.flow_id._get_handler(job.operation)
        handler._check_request(job.flow_id, job, after)
        return after

    def _check_structure(self, before, after, path, key, labels):
        """The same fields with values of the same kind; and the key the record is found
        by again stays, or it would be made twice."""
        where = labels.get_path(path) or self.env._("Request")
        if before == key and after != key:
            raise ValidationError(
                self.env._(
                    "%(field)s must stay %(key)s: it is found by this, so that it is never"
                    " made twice.",
                    field=where,
                    key=key,
                )
            )
        if before is None or (after is None and isinstance(before, list)):
            return
        if _get_kind(before) != _get_kind(after):
            raise ValidationError(
                self.env._("%s: another kind of value is expected.", where)
            )
        if isinstance(before, dict):
            self._check_names(before, after, where)
            for name, value in before.items():
                self._check_structure(value, after[name], (*path, name), key, labels)
        elif isinstance(before, list) and before:
            for number, value in enumerate(after):
                like = before[min(number, len(before) - 1)]
                self._check_structure(
                    like, value, (*path, str(number + 1)), key, labels
                )

    def _check_names(self, before, after, where):
        for text, names in (
            (self.env._("%(where)s: %(names)s is missing."), before.keys() - after),
            (self.env._("%(where)s: %(names)s is not known."), after.keys() - before),
        ):
            if names:
                raise ValidationError(
                    text % {"where": where, "names": ", ".join(sorted(names))}
                )

    def action_send(self):
        """Queue the corrected request; from now on it goes out instead of what would be
        made of the snapshot."""
        self.ensure_one()
        self._check_may_correct(self.job_id)
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the reason is kept."))
        # the dialog may be out of date, and what it was opened with is not to be trusted
        if self.before != self.job_id._get_request_to_correct():
            raise UserError(
                self.env._(
                    "What is sent has changed since this was opened. Close it, then"
                    " correct the request as it is now."
                )
            )
        after = self._get_corrected()
        if after == self.before:
            raise UserError(
                self.env._("Nothing was changed. To try it as it is, retry the job.")
            )
        # sudo: corrections and jobs are written by this dialog alone
        job = self.job_id.sudo()
        self.env["integration.correction"].sudo().create(
            {
                "job_id": job.id,
                "user_id": self.env.uid,
                "reason": self.reason.strip(),
                "before": self.before,
                "after": after,
            }
        )
        job._queue_again({}, request=after)
        self._note_on_record(get_differences(self.before, after))
        return {"type": "ir.actions.act_window_close"}

    def _note_on_record(self, differences):
        job = self.job_id
        if not job.res_model or job.res_model not in self.env:
            return
        # sudo: the note is for whoever works with the record
        record = self.env[job.res_model].sudo().browse(job.res_id).exists()
        if not record or "message_ids" not in record:
            return
        record._message_log(
            body=Markup("<p>%s</p>%s")
            % (
                self.env._(
                    "What is sent to %(connector)s was corrected by hand: %(reason)s",
                    connector=job.connector_id.name,
                    reason=self.reason.strip(),
                ),
                self.env["integration.job"]._render_difference(
                    differences, self.env._("Before"), self.env._("After"), MOST_ROWS
                ),
            ),
            author_id=self.env.user.partner_id.id,
        )


def _get_kind(value):
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return type(value)

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class IntegrationChooseCandidate(models.TransientModel):
    """Several records over there could be the one of a job: a person says which it is."""

    _name = "integration.choose.candidate"
    _description = "Choose the Record in the Other System"

    job_id = fields.Many2one("integration.job", required=True, readonly=True)
    connector_id = fields.Many2one(related="job_id.connector_id")
    reason = fields.Text(related="job_id.error_message")
    line_ids = fields.One2many("integration.choose.candidate.line", "wizard_id")

    def _open(self, job):
        """:return: action that shows the dialog
        :raise UserError: there is nothing to choose from"""
        job.ensure_one()
        wizard = self.create(
            {
                "job_id": job.id,
                "line_ids": [
                    Command.create(
                        {
                            name: candidate.get(key)
                            for name, key in (
                                ("remote_id", "id"),
                                ("number", "number"),
                                ("name", "name"),
                                ("detail", "detail"),
                                ("url", "url"),
                            )
                        }
                    )
                    for candidate in self._get_candidates(job).values()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which one is it?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_candidates(self, job):
        """:return: dict of the candidates by their id, for those who may see the job"""
        job.check_access("read")
        # sudo: the detail is a manager's to read, who sees the job sees it here
        job = job.sudo()
        candidates = (job.error_detail or {}).get("candidates") or []
        if job.state != "attention" or job.error_kind != "ambiguous_match":
            raise UserError(
                self.env._("This has been settled in the meantime. Reload the page.")
            )
        return {candidate["id"]: candidate for candidate in candidates}

    def action_create_new(self):
        self.ensure_one()
        self._get_candidates(self.job_id)
        # sudo: checked above; jobs are written by the queue alone
        job = self.job_id.sudo()
        job.flow_id._get_handler()._take_none(job.flow_id, job)
        return {"type": "ir.actions.act_window_close"}

    def _choose(self, line):
        candidates = self._get_candidates(self.job_id)
        if line.remote_id not in candidates:
            raise UserError(self.env._("Choose one of the list."))
        # sudo: see action_create_new
        job = self.job_id.sudo()
        job.flow_id._get_handler()._take_candidate(
            job.flow_id, job, candidates[line.remote_id]
        )
        return {"type": "ir.actions.act_window_close"}


class IntegrationChooseCandidateLine(models.TransientModel):
    _name = "integration.choose.candidate.line"
    _description = "Record to Choose"
    _order = "id"

    wizard_id = fields.Many2one(
        "integration.choose.candidate", required=True, ondelete="cascade", index=True
    )
    remote_id = fields.Char("ID There", readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    detail = fields.Char("Details", readonly=True)
    url = fields.Char("Link", readonly=True)

    def action_choose(self):
        self.ensure_one()
        return self.wizard_id._choose(self)

    def action_open_remote(self):
        self.ensure_one()
        if not self.url:
            return False
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationChooseCandidate(models.TransientModel):
    """Several records over there could be the one of a job: a person says which it is."""

    _name = "integration.choose.candidate"
    _description = "Choose the Record in the Other System"
    _inherit = ["integration.candidate.mixin"]

    job_id = fields.Many2one("integration.job", required=True, readonly=True)
    # with the rights of whoever reads them: the dialog may name any job
    connector_id = fields.Many2one(related="job_id.connector_id", related_sudo=False)
    reason = fields.Text(related="job_id.error_message", related_sudo=False)
    line_ids = fields.One2many("integration.choose.candidate.line", "wizard_id")

    def _open(self, job):
        """:return: action that shows the dialog
        :raise UserError: there is nothing to choose from"""
        job.ensure_one()
        candidates = self._get_candidates(self._check_job(job))
        wizard = self.create(
            {"job_id": job.id, "line_ids": self._prepare_lines(candidates)}
        )
        return wizard._show(self.env._("Which one is it?"))

    def action_create_new(self):
        self.ensure_one()
        self._take_none(self._check_job(self.job_id))
        return {"type": "ir.actions.act_window_close"}

    def _choose(self, line):
        self._take(self._check_job(self.job_id), line)
        return {"type": "ir.actions.act_window_close"}

    def _check_job(self, job):
        """:return: the job, to be written to, for those who may see it"""
        job.check_access("read")
        # sudo: checked above; jobs are written by the queue alone
        job = job.sudo()
        if job.state != "attention" or job.error_kind != "ambiguous_match":
            raise UserError(
                self.env._("This has been settled in the meantime. Reload the page.")
            )
        return job


class IntegrationChooseCandidateLine(models.TransientModel):
    _name = "integration.choose.candidate.line"
    _description = "Record to Choose"
    _inherit = ["integration.candidate.line.mixin"]

    wizard_id = fields.Many2one(
        "integration.choose.candidate", required=True, ondelete="cascade", index=True
    )

from odoo import fields, models
from odoo.exceptions import UserError


class IntegrationChooseParty(models.TransientModel):
    """Several customers over there could be ours: a person says which one it is."""

    _name = "integration.choose.party"
    _description = "Choose the Customer in the ERP"
    _inherit = ["integration.candidate.mixin"]

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    job_id = fields.Many2one("integration.job", readonly=True)
    connector_name = fields.Char(readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    reason = fields.Text(readonly=True)
    line_ids = fields.One2many("integration.choose.party.line", "wizard_id")

    def _open(self, lead, job):
        """:return: action that shows the dialog"""
        # sudo: the salesperson may not read the queue, but knows the customer
        job = job.sudo()
        wizard = self.create(
            {
                "lead_id": lead.id,
                "job_id": job.id,
                "connector_name": job.connector_id.name,
                "partner_id": job.res_id,
                "reason": job.error_message,
                "line_ids": self._prepare_lines(self._get_candidates(job)),
            }
        )
        return wizard._show(self.env._("Which customer is this in the ERP?"))

    def action_create_new(self):
        self.ensure_one()
        self._take_none(self._get_job())
        return self._finish()

    def _choose(self, line):
        self._take(self._get_job(), line)
        return self._finish()

    def _get_job(self):
        """The customer's job, for those who may change the opportunity it holds up."""
        self.lead_id.check_access("write")
        # sudo: checked by the right on the opportunity
        lead, job = self.lead_id.sudo(), self.job_id.sudo()
        if job not in lead._get_problem_jobs():
            raise UserError(
                self.env._("This has been settled in the meantime. Reload the page.")
            )
        return job

    def _finish(self):
        self.lead_id.sudo()._update_integration_status()
        return {"type": "ir.actions.act_window_close"}


class IntegrationChoosePartyLine(models.TransientModel):
    _name = "integration.choose.party.line"
    _description = "Customer to Choose"
    _inherit = ["integration.candidate.line.mixin"]

    wizard_id = fields.Many2one(
        "integration.choose.party", required=True, ondelete="cascade", index=True
    )

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class IntegrationChooseParty(models.TransientModel):
    """Several customers over there could be ours: a person says which one it is."""

    _name = "integration.choose.party"
    _description = "Choose the Customer in the ERP"

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
        candidates = (job.error_detail or {}).get("candidates") or []
        wizard = self.create(
            {
                "lead_id": lead.id,
                "job_id": job.id,
                "connector_name": job.connector_id.name,
                "partner_id": job.res_id,
                "reason": job.error_message,
                "line_ids": [
                    Command.create(
                        {
                            "remote_id": candidate["id"],
                            "number": candidate.get("number"),
                            "name": candidate.get("name"),
                            "detail": candidate.get("detail"),
                            "url": candidate.get("url"),
                        }
                    )
                    for candidate in candidates
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which customer is this in the ERP?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_create_new(self):
        self.ensure_one()
        job = self._get_job()
        job.flow_id._get_handler()._take_none(job.flow_id, job)
        return self._finish()

    def _link(self, line):
        """The chosen one is this customer from now on; what waits goes on."""
        job = self._get_job()
        offered = [item["id"] for item in job.error_detail.get("candidates") or []]
        if line.remote_id not in offered:
            raise UserError(self.env._("Choose one of the customers of the list."))
        candidates = job.error_detail["candidates"]
        candidate = next(item for item in candidates if item["id"] == line.remote_id)
        job.flow_id._get_handler()._take_candidate(job.flow_id, job, candidate)
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
    _order = "id"

    wizard_id = fields.Many2one(
        "integration.choose.party", required=True, ondelete="cascade"
    )
    remote_id = fields.Char("ID There", readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    detail = fields.Char("Details", readonly=True)
    url = fields.Char("Link", readonly=True)

    def action_choose(self):
        self.ensure_one()
        return self.wizard_id._link(self)

    def action_open_remote(self):
        self.ensure_one()
        if not self.url:
            return False
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

from odoo import api, fields, models

from .integration_load import OUTCOMES, PROBLEMS, TO_DO


class IntegrationLoadLine(models.Model):
    """What a load would do, or has done, with one record."""

    _name = "integration.load.line"
    _description = "Record of a Load"
    _order = "id"

    load_id = fields.Many2one(
        "integration.load", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="load_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    detail = fields.Char("What", readonly=True)
    res_model = fields.Char("Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Record ID", model_field="res_model", readonly=True, aggregator=None
    )
    remote_id = fields.Char("Remote ID", readonly=True)
    remote_number = fields.Char("Number There", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    # a total over several currencies says nothing: those of each are on the load's form
    amount = fields.Monetary(readonly=True, aggregator=None)
    payload = fields.Json(readonly=True)
    job_id = fields.Many2one(
        "integration.job", readonly=True, ondelete="set null", index="btree_not_null"
    )
    job_state = fields.Selection(related="job_id.state", string="State")
    last_job_state = fields.Char(
        readonly=True, help="Of a job that was removed since, as old ones are."
    )
    error_message = fields.Text(related="job_id.error_message")

    _outcome_idx = models.Index("(load_id, outcome)")
    # the next ones to queue: a page costs the same at the beginning and at the end
    _to_do_idx = models.Index(
        "(load_id, id) WHERE job_id IS NULL AND last_job_state IS NULL"
        f" AND outcome IN {TO_DO}"
    )

    @api.model
    @api.private
    def _keep_states(self, jobs):
        """Jobs are about to be removed: how they ended still counts."""
        ended = jobs.filtered(lambda job: job.state in ("done", *PROBLEMS))
        # sudo: written by the load alone
        lines = self.sudo().search([("job_id", "in", ended.ids)])
        for state, group in lines.grouped("job_state").items():
            group.last_job_state = state

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

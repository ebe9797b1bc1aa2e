from odoo import api, fields, models

from .json_difference import get_differences


class IntegrationCorrection(models.Model):
    """Who changed by hand what a job sends; kept as long as the job."""

    _name = "integration.correction"
    _description = "Correction of a Request"
    _order = "id desc"

    job_id = fields.Many2one(
        "integration.job", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="job_id.company_id")
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="restrict"
    )
    reason = fields.Char(required=True, readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    difference_html = fields.Html("What Was Changed", compute="_compute_difference")

    @api.depends("before", "after")
    @api.depends_context("lang")
    def _compute_difference(self):
        for correction in self:
            correction.difference_html = self.env["integration.job"]._render_difference(
                get_differences(correction.before, correction.after),
                self.env._("Before"),
                self.env._("After"),
            )

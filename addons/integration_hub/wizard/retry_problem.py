from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationRetryProblem(models.TransientModel):
    """Says how much is tried again, before it is."""

    _name = "integration.retry.problem"
    _description = "Retry All That a Problem Holds Up"

    # the problems are gone the moment their jobs go on
    cause_ids = fields.Many2many("integration.cause", readonly=True)
    description = fields.Text(compute="_compute_description")
    has_stopped = fields.Boolean(compute="_compute_description")

    def _get_problems(self):
        return self.env["integration.problem"].search(
            [("id", "in", self.cause_ids.ids)]
        )

    @api.depends("cause_ids")
    def _compute_description(self):
        for wizard in self:
            problems = wizard._get_problems()
            wizard.description = "\n".join(
                f"{problem.title}: {problem.effect}." for problem in problems
            )
            wizard.has_stopped = any(
                problem.kind == "authentication" for problem in problems
            )

    def action_retry(self):
        self.ensure_one()
        problems = self._get_problems()
        if not problems:
            raise UserError(
                self.env._("This has been settled in the meantime. Reload the page.")
            )
        jobs = problems._retry()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("Tried again now: %s jobs.", len(jobs)),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationForgetLinks(models.TransientModel):
    """Says what is forgotten before it is, and that nothing is deleted over there."""

    _name = "integration.forget.links"
    _description = "Forget All Links of a Connector"

    connector_id = fields.Many2one(
        "integration.connector", required=True, readonly=True, ondelete="cascade"
    )
    description = fields.Text("Will Be Forgotten", compute="_compute_description")

    @api.depends("connector_id")
    @api.depends_context("lang")
    def _compute_description(self):
        for wizard in self:
            lines = [
                f"{what}: {count}"
                for what, count in wizard.connector_id._count_links()
                if count
            ]
            if jobs := wizard.connector_id._count_unfinished():
                lines.append(self.env._("Waiting jobs, which are cancelled: %s", jobs))
            wizard.description = "\n".join(lines) or self.env._("Nothing is linked.")

    def action_forget(self):
        self.ensure_one()
        connector = self.connector_id
        connector.check_access("write")
        connector._check_stands_still()
        connector._forget_links()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._(
                    "%s is as new. Enter the address of the system, then test the"
                    " connection.",
                    connector.name,
                ),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class IntegrationReplay(models.TransientModel):
    _inherit = "integration.replay"

    def action_replay(self):
        """What went out before links were forgotten names records of the system before."""
        # sudo: when links were forgotten is no secret to whoever sees the jobs
        for job in self.job_ids.sudo() if self.mode == "sent" else ():
            forgotten = job.connector_id.links_forgotten_at
            if forgotten and job.create_date <= forgotten:
                raise UserError(
                    self.env._(
                        "%s went out before the links of its connector were forgotten, so"
                        " it can't be sent as it was. Choose “As it would be sent today”.",
                        job.name,
                    )
                )
        return super().action_replay()

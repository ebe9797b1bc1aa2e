from odoo import api, fields, models


class IntegrationConnector(models.Model):
    """What holds the connector up, and the way to what ends it."""

    _inherit = "integration.connector"

    stopped_at = fields.Datetime("Stopped", readonly=True, copy=False)

    @api.private
    def _stop_by_error(self, error):
        if self.state not in ("draft", "tested", "error"):
            self.stopped_at = self.env.cr.now()
            # sudo: causes are written by lanes and read by managers
            self.env["integration.cause"].sudo()._note_stop(self)
        return super()._stop_by_error(error)

    def action_view_problems(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_hub.integration_problem_action"
        )
        return {**action, "domain": [("connector_id", "=", self.id)]}

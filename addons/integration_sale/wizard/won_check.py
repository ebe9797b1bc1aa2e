from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationWonCheck(models.TransientModel):
    """What was found about a deal that is being won: shown first, with a way to ask the ERP
    and, where the flow leaves it to the person, a way to win it all the same."""

    _name = "integration.won.check"
    _description = "Check before Won"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    integration_check = fields.Json(
        "Check before Won", compute="_compute_integration_check"
    )
    is_blocked = fields.Boolean(compute="_compute_obstacles")
    is_clear = fields.Boolean(compute="_compute_obstacles")

    @api.depends("lead_id.integration_check")
    def _compute_integration_check(self):
        for wizard in self:
            # the dialog may name any deal
            wizard.lead_id.check_access("read")
            wizard.integration_check = wizard.lead_id.integration_check

    @api.depends("integration_check")
    def _compute_obstacles(self):
        for wizard in self:
            wizard.lead_id.check_access("read")
            # sudo: how the flow is set up is not the salesperson's to read
            obstacles = wizard.lead_id.sudo()._find_won_obstacles()
            wizard.is_clear = not obstacles
            wizard.is_blocked = "block" in obstacles.mapped("won_check_policy")

    @api.model
    def _open(self, lead):
        """:return: action that shows the dialog"""
        # sudo: whoever wins a deal is shown what is known of it
        for flow in lead.sudo()._find_won_obstacles():
            lead.sudo()._note_findings(flow)
        wizard = self.create({"lead_id": lead.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Before it is won"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_check(self):
        """Have the ERP asked; the dialog shows what comes of it."""
        self.ensure_one()
        self.lead_id.action_check_with_erp()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Before it is won"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_win(self):
        self.ensure_one()
        self.lead_id.check_access("write")
        if self.is_blocked:
            raise UserError(
                self.env._("Mend what is in the way and check again, then win it.")
            )
        return self.lead_id.with_context(
            integration_won_check_seen=True
        ).action_set_won_rainbowman()

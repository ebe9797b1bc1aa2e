from odoo import fields, models


class IntegrationCreditHold(models.TransientModel):
    """The customer is on credit hold in the ERP: win the deal all the same?"""

    _name = "integration.credit.hold"
    _description = "Customer on Credit Hold"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    partner_id = fields.Many2one(
        related="lead_id.partner_id.commercial_partner_id", string="Customer"
    )
    figure_ids = fields.Many2many(
        "integration.account.figure", string="Account Figures", readonly=True
    )

    def _open(self, lead, figures):
        """:return: action that shows the dialog"""
        wizard = self.create({"lead_id": lead.id, "figure_ids": figures.ids})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Win it although the customer is on credit hold?"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_win(self):
        self.ensure_one()
        self.lead_id.check_access("write")
        # sudo: written by this dialog alone
        self.lead_id.sudo().credit_hold_accepted = True
        return self.lead_id.action_set_won_rainbowman()

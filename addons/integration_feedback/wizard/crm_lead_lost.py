from odoo import fields, models


class CrmLeadLost(models.TransientModel):
    _inherit = "crm.lead.lost"

    competitor_id = fields.Many2one(
        "integration.competitor",
        "Lost to",
        help="Who got the deal, where that is known. Counts in the market trends.",
    )

    def action_lost_reason_apply(self):
        if self.competitor_id:
            self.lead_ids.competitor_id = self.competitor_id
        return super().action_lost_reason_apply()

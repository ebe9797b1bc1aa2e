from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "integration.complaint.mixin"]

    def _compute_complaint_count(self):
        """Of the whole customer, whoever of them has complained."""
        counts = dict(
            self.env["integration.complaint"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.complaint_count = counts.get(
                partner.commercial_partner_id._origin, 0
            )

    def _get_complaint_field(self):
        return "partner_id"

    def action_view_complaints(self):
        action = super().action_view_complaints()
        action["domain"] = [
            ("commercial_partner_id", "=", self.commercial_partner_id.id)
        ]
        return action

from odoo import models


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            # sudo: the summaries that name it are made anew, whoever has feedback in them
            feedback = self.env["integration.feedback"].sudo()
            feedback.search(
                [("lost_reason_id", "in", self.ids)]
            ).product_id._enqueue_feedback("renamed")
        return result

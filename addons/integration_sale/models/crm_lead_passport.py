from odoo import api, models


class CrmLead(models.Model):
    """The order passport of an opportunity, and browsers told when it changes."""

    _inherit = "crm.lead"

    def _make_passport(self):
        if not self or self.integration_status in (False, "none"):
            return False
        # sudo: how far the queue is, which is not the salesperson's to read
        jobs = self.sudo()._get_unfinished_jobs()
        return self.env["integration.passport"]._make(
            self, self._get_erp_orders(), jobs
        )

    @api.private
    def _update_integration_status(self):
        result = super()._update_integration_status()
        if self:
            # one message for all of them; browsers that show one of them load it again
            self.env.ref("integration_hub.group_integration_user")._bus_send(
                "integration_sale.deals", {"lead_ids": self.ids}
            )
        return result

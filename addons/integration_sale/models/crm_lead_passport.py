from odoo import api, models

# of more than so many, browsers are told that any may have changed
MOST_TOLD = 1000


class CrmLead(models.Model):
    """The order passport of an opportunity, browsers told when it changes, and the way to
    all that was sent and received for it."""

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
                "integration_sale.deals",
                {"lead_ids": self.ids if len(self) <= MOST_TOLD else False},
            )
        return result

    def action_view_timeline(self):
        self.ensure_one()
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [
                ("crm.lead", self.ids),
                ("sale.order", self.order_ids.ids),
                ("res.partner", self.partner_id.commercial_partner_id.ids),
            ],
        )

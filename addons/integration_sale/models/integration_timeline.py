from odoo import models


class CrmLead(models.Model):
    """Everything sent and received for an opportunity and its customer."""

    _inherit = "crm.lead"

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


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_view_timeline(self):
        self.ensure_one()
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [
                ("crm.lead", self.opportunity_id.ids),
                ("sale.order", self.ids),
                ("res.partner", self.partner_id.commercial_partner_id.ids),
            ],
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_view_timeline(self):
        self.ensure_one()
        customer = self.commercial_partner_id
        deals = self.env["crm.lead"].search([("partner_id", "child_of", customer.id)])
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [("res.partner", (customer | self).ids), ("crm.lead", deals.ids)],
        )

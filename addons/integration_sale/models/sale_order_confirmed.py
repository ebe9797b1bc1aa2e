from odoo import api, fields, models


class SaleOrder(models.Model):
    """A confirmed order goes nowhere before its opportunity is won; see
    ``crm_lead_confirmed.py``."""

    _inherit = "sale.order"

    is_won_awaited = fields.Boolean(
        "Confirmed, Not Won",
        compute="_compute_won_awaited",
        help="Nothing is sent before the opportunity is won.",
    )
    can_mark_won = fields.Boolean(compute="_compute_won_awaited")
    # the customer may read the order too, on the portal
    won_obstacle = fields.Text(
        "Why It Is Not Won", compute="_compute_won_awaited", groups="base.group_user"
    )

    @api.depends("state", "opportunity_id.won_status", "opportunity_id.active")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_won_awaited(self):
        # sudo: as on the opportunity, which others may own
        confirmed = self._origin.sudo().filtered(lambda order: order.state == "sale")
        deals = confirmed.opportunity_id._filter_won_awaited()
        standing = deals._get_won_standing()
        for order in self:
            deal = order._origin.sudo().opportunity_id
            order.is_won_awaited = (
                deal in standing and order._origin in deal._get_awaiting_orders()
            )
            order.can_mark_won, order.won_obstacle = (
                standing[deal] if order.is_won_awaited else (False, False)
            )

    def action_confirm(self):
        result = super().action_confirm()
        # sudo: who may confirm an order (the customer too, on the portal) may have it
        # sent, and here that takes winning
        self.sudo()._win_opportunities()
        return result

    def _win_opportunities(self):
        """Where the company wants it, what is confirmed wins its deal."""
        deals = self.filtered("company_id.win_on_confirmation").opportunity_id
        deals.filtered(
            lambda lead: (
                lead.type == "opportunity"
                and lead.won_status == "pending"
                and lead.active
            )
        )._win_unasked()

    def action_mark_won(self):
        """The Won button of the opportunity, for those who work on the order."""
        self.ensure_one()
        if self.opportunity_id.won_status == "won":
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        return self.opportunity_id.action_set_won_rainbowman()

from odoo import api, fields, models

from .crm_lead_content import Issue


class CrmLead(models.Model):
    """A deal that is reopened, lost, changed or deleted after its order went to the ERP."""

    _inherit = "crm.lead"

    integration_offer = fields.Char(
        compute="_compute_integration_offer",
        help="What can be done in the ERP from here, though nobody has it done by itself:"
        " cancel or send; empty where there is nothing.",
    )

    @api.depends("integration_status", "integration_issue", "integration_message")
    @api.depends_context("uid")
    def _compute_integration_offer(self):
        for lead in self:
            # sudo: as for integration_fix
            lead.integration_offer = lead.sudo()._find_offer()

    def _find_offer(self):
        self.ensure_one()
        orders = self._get_offered_orders()
        if not orders:
            return False
        is_off = self.won_status != "won" or all(order._is_off() for order in orders)
        return "cancel" if is_off else "send"

    def _get_offered_orders(self):
        """Orders that could be changed there, as far as is known."""
        self.ensure_one()
        if self.integration_issue not in ("reopened", "changed"):
            return self.env["integration.erp.order"]
        return self.erp_order_ids.filtered(
            lambda order: (
                order._is_live()
                and order._get_change_flow()
                and (self.won_status != "won" or order._get_deviation())
                and not self._is_refused(order)
            )
        )

    def _is_refused(self, order):
        """Whether the ERP has refused already what would be asked of it now."""
        if self.won_status != "won" or order._is_off():
            # one that takes no change may still be cancelled
            return order.left_operation == "cancel"
        return bool(order.left_operation)

    def action_change_in_erp(self):
        """Do what the button offers; see ``integration_offer``."""
        self.ensure_one()
        self.check_access("write")
        offer = self.integration_offer
        if not offer:
            return {"type": "ir.actions.client", "tag": "soft_reload"}
        # sudo: see _handle_won_lost
        lead = self.sudo()
        orders = lead._get_offered_orders()
        lead._set_issues({}, keep=())
        if offer == "cancel":
            orders._call_off("asked for")
        else:
            orders._send_changes("asked for")
        lead._update_integration_status()
        return True

    def _fix_by_acknowledge(self):
        # sudo: as in crm_lead_fix.py; of an order that is gone nothing else is compared
        gone = self.sudo().erp_order_ids.filtered(lambda order: not order._is_live())
        gone.write(gone._prepare_left())
        return super()._fix_by_acknowledge()

    # -- events -----------------------------------------------------------------------

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        was_settled = {
            lead_id
            for lead_id, value in old_status_by_lead.items()
            if value["is_won"] or value["is_lost"]
        }
        lost = self.filtered(
            lambda lead: (
                lead.id not in was_settled
                and new_status_by_lead.get(lead.id, {}).get("is_lost")
            )
        )
        # sudo: as in crm_lead_content.py; reopened first, then given up
        lost.sudo().filtered("erp_order_ids")._handle_unwanted_orders()
        won = self.filtered(
            lambda lead: (
                new_status_by_lead.get(lead.id, {}).get("is_won")
                and not old_status_by_lead.get(lead.id, {}).get("is_won")
            )
        )
        # won again: what was changed meanwhile is seen now
        won.sudo().filtered("erp_order_ids")._compare_with_sent()
        return result

    def _handle_unwanted_orders(self):
        """No longer won, but orders stand in the ERP: cancelled, or pointed out."""
        issues, to_cancel = {}, self.env["integration.erp.order"]
        live = self.erp_order_ids.filtered(lambda order: order._is_live())
        open_ones = live - live._get_being_cancelled()
        for lead in self:
            asked = self.env["integration.erp.order"]
            for order in lead.erp_order_ids & open_ones:
                policy = lead._get_unwanted_policy(order)
                if policy == "cancel" and order.left_operation != "cancel":
                    to_cancel |= order
                elif policy != "leave":
                    asked |= order
            if asked:
                issues[lead] = Issue("reopened", lead._get_unwanted_message(asked))
        to_cancel._call_off("no longer won")
        self._set_issues(issues)
        self._update_integration_status()

    def _get_unwanted_policy(self, order):
        """What becomes of its order while the deal is not won.

        :return: cancel, ask or leave
        """
        self.ensure_one()
        flow = order._get_change_flow()
        if not flow:
            return "ask"
        return flow.lost_policy if self.won_status == "lost" else flow.reopen_policy

    def _get_unwanted_message(self, orders):
        self.ensure_one()
        refused = orders.filtered(lambda order: order.left_operation == "cancel")
        if refused:
            return refused[0].left_message
        return self.env._(
            "No longer won, but %(orders)s still stands in the ERP. Have it cancelled"
            " there if the deal is off.",
            orders=orders._get_numbers(),
        )

    def unlink(self):
        # sudo: see _handle_won_lost
        orders = self.sudo().erp_order_ids.filtered(lambda order: order._is_live())
        result = super().unlink()
        orders.filtered(lambda order: order._get_change_flow())._see_to_orphans()
        return result

    # -- in the queue -----------------------------------------------------------------

    def _get_change_jobs(self):
        """Unfinished jobs that change orders of these deals in an ERP."""
        return self._find_unfinished_jobs("sale_change_push")

    def _get_shown_jobs(self):
        return super()._get_shown_jobs() | self._get_change_jobs()

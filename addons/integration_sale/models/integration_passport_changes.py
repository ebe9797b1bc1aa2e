from odoo import models

from ..passport import PROBLEM, make_step


class IntegrationPassport(models.AbstractModel):
    """A change of a won deal on its way to the order, or not taken there."""

    _inherit = "integration.passport"

    def _make_later(self, order):
        yield from self._make_changed(order)
        yield from super()._make_later(order)

    def _make_changed(self, order):
        if not order:
            return
        # sudo: how far the queue is, which is not the salesperson's to read
        own = order.sudo()
        cancels = own._get_change_jobs("cancel")
        job = (cancels or own._get_change_jobs("change"))[:1]
        is_cancel = bool(cancels) or (not job and own.left_operation == "cancel")
        label = self.env._("Cancelled") if is_cancel else self.env._("Changed")
        if job:
            yield self._make_of_job("changed", label, own.lead_id, job)
        elif own.left_message:
            yield make_step(
                "changed",
                self.env._("Can't Be Cancelled")
                if is_cancel
                else self.env._("Another Order There")
                if own.left_operation == "clash"
                else self.env._("Not Changed There"),
                PROBLEM,
                actor=self._get_person(own.lead_id.user_id),
            )

from odoo import api, models


class HandlerSaleOrderPush(models.AbstractModel):
    """What people are shown of what was sent: the order."""

    _inherit = "integration.handler.sale_order_push"

    @api.private
    def _get_shown_request(self, request):
        request = super()._get_shown_request(request)
        if isinstance(request, dict) and "order" in request:
            return {"order": request["order"]}
        return request


class HandlerSaleChangePush(models.AbstractModel):
    """Of a change: the order as it is to be, beside the order as it was sent."""

    _inherit = "integration.handler.sale_change_push"

    @api.private
    def _get_shown_request(self, request):
        request = super()._get_shown_request(request)
        if isinstance(request, dict) and "order" in request:
            return {"order": request["order"]}
        return request

    @api.private
    def _get_shown_before(self, request):
        before = request.get("before")
        return {"order": before} if before else None

    @api.private
    def _get_told_note(self, job):
        request = job._get_sent_request() or {}
        if request.get("is_wanted") is False:
            return self.env._("No longer wanted, so nothing was sent."), False
        if job.operation == "cancel":
            return self.env._("It was asked there to call the order off."), False
        return super()._get_told_note(job)

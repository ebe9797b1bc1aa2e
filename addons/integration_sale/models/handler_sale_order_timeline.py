from odoo import api, models

# of a snapshot and its lines, what means something to people: the rest are our ids
OF_ORDER = (
    "number",
    "customer_reference",
    "currency",
    "order_date",
    "requested_date",
    "note",
    "total_untaxed",
    "total_tax",
    "total",
)
OF_LINE = (
    "key",
    "kind",
    "description",
    "quantity",
    "unit_price",
    "discount",
    "subtotal",
)


def _get_order(shown):
    """:param shown: a request with the order, or a snapshot that was not sent yet"""
    if not isinstance(shown, dict):
        return shown
    if "order" in shown:
        return {"order": shown["order"]}
    if "lines" not in shown:
        return shown
    order = {name: shown[name] for name in OF_ORDER if name in shown}
    order["lines"] = [
        {name: line[name] for name in OF_LINE if name in line}
        for line in shown["lines"]
    ]
    return {"order": order}


class HandlerSaleOrderPush(models.AbstractModel):
    """What people are shown of what was sent: the order."""

    _inherit = "integration.handler.sale_order_push"

    @api.private
    def _get_shown_request(self, request):
        return _get_order(super()._get_shown_request(request))


class HandlerSaleChangePush(models.AbstractModel):
    """Of a change: the order as it is to be, beside the order as it was sent."""

    _inherit = "integration.handler.sale_change_push"

    @api.private
    def _get_shown_request(self, request):
        return _get_order(super()._get_shown_request(request))

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

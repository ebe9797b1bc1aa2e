from odoo import api, models
from odoo.exceptions import ValidationError

# what an order over there is found by, and what it is compared with
KNOWN = (
    "operation",
    "is_wanted",
    "is_reopened",
    "remote_id",
    "key",
    "before",
    "line_ids",
    "accepted",
    "was_confirmed",
)


class HandlerSaleChangePush(models.AbstractModel):
    """Changes once more, or corrected by hand."""

    _inherit = "integration.handler.sale_change_push"

    _not_sent = ("remote_id", "before", "line_ids", "accepted", "was_confirmed")

    # -- replay -----------------------------------------------------------------------

    @api.private
    def _take_snapshots(self, flow, jobs):
        """The deals as they stand today."""
        snapshots = super()._take_snapshots(flow, jobs)
        orders = {order.key: order for order in jobs._get_erp_orders()}
        for job in jobs.filtered(lambda job: job.operation == "change"):
            order = orders.get(job._get_order_key())
            if order and order.lead_id:
                payload = self.env["integration.payload"]._prepare_order(
                    order.lead_id.with_company(flow.company_id),
                    order._get_content_orders(),
                    order.key,
                )
                snapshots[job] = {**job.payload, **payload}
        return snapshots

    @api.private
    def _renew_requests(self, flow, requests):
        """What is no longer wanted is not done again; the rest is compared with what stands
        there now, and with what we have made of it since: our own changes are not taken for
        somebody else's, nor lines of ours made twice."""
        jobs = self.env["integration.job"].union(*requests)
        orders = {order.key: order for order in jobs._get_erp_orders()}
        renewed = {}
        for job, request in requests.items():
            order = orders.get(job._get_order_key())
            # what was not wanted when it was prepared has nothing to go out with
            has_content = request["operation"] == "cancel" or "order" in request
            renewed[job] = {
                **request,
                "is_wanted": self._is_wanted(job, order) and has_content,
            }
            if "order" in request and order:
                renewed[job] |= self._renew_known(job, request, order)
        return renewed

    def _renew_known(self, job, request, order):
        # as a person has accepted it, it was sent by nobody: with a request of before that
        # nothing is known to compare with
        known = None if job.replay_of_id else request["before"]
        return {
            "remote_id": order.remote_id,
            "is_reopened": self._is_reopened(job, order),
            "before": order.sent_order or known,
            "line_ids": order.remote_line_ids or {},
            "accepted": order._get_accepted(),
            "was_confirmed": order.state in ("confirmed", "done"),
        }

    def _is_reopened(self, job, order):
        """Whether a cancelled order is to be brought back: what people over there have
        cancelled since is not, by a replay."""
        return bool(job.payload.get("reopen")) and (
            order.is_called_off or not job.replay_of_id
        )

    # -- corrected by hand ------------------------------------------------------------

    @api.private
    def _check_request(self, flow, job, request):
        super()._check_request(flow, job, request)
        before = job._get_request_to_correct()
        if not isinstance(before, dict):
            return
        if _get_known(request) != _get_known(before):
            raise ValidationError(
                self.env._(
                    "Only what the order is to be can be corrected: which order it is, and"
                    " what stood in it before, must stay as they are."
                )
            )
        if "order" in request:
            self.env["integration.handler.sale_order_push"]._check_numbers(request)


def _get_known(request):
    order = request.get("order") or {}
    return order.get("key"), {name: request.get(name) for name in KNOWN}

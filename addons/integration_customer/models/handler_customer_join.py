from odoo import api, models

from odoo.addons.integration_hub.models.integration_job import OPEN_STATES

from .integration_flow import UNASKED


class HandlerCustomerPush(models.AbstractModel):
    """A customer that waits in the queue is queued once more: changed meanwhile, or wanted
    by one more order."""

    _inherit = "integration.handler.customer_push"

    @api.private
    def _amend_requests(self, flow, requests):
        """The newer snapshot takes nothing away that orders or people have put in."""
        requests = super()._amend_requests(flow, requests)
        keys = [
            request["idempotency_key"]
            for request in requests
            if request["operation"] == "push"
        ]
        if not keys:
            return requests
        # sudo: who may change a contact need not see the queue; nothing of it is shown
        Job = self.env["integration.job"].sudo()
        queued = Job.search(
            [
                ("flow_id", "=", flow.id),
                ("idempotency_key", "in", keys),
                ("state", "in", OPEN_STATES),
            ]
        )
        if not queued:
            return requests
        awaited = Job.search([("blocked_by_id", "in", queued.ids)]).blocked_by_id
        by_key = {job.idempotency_key: job for job in queued}
        return [
            self._join(request, job, job in awaited)
            if (job := by_key.get(request["idempotency_key"]))
            else request
            for request in requests
        ]

    def _join(self, request, job, is_awaited):
        """:param request: takes the place of ``job``
        :param bool is_awaited: an order waits for ``job``
        """
        known, payload = job.payload, dict(request["payload"])
        # a person said so
        if known.get("is_new"):
            payload["is_new"] = True
        if ruled_out := [*known.get("ruled_out", ()), *payload.get("ruled_out", ())]:
            payload["ruled_out"] = list(dict.fromkeys(ruled_out))
        request = {**request, "payload": payload}
        if not is_awaited:
            return request
        payload["addresses"] = {**known["addresses"], **payload["addresses"]}
        here = {address["key"] for address in payload["party"]["addresses"]}
        payload["party"] = {
            **payload["party"],
            "addresses": [
                *payload["party"]["addresses"],
                *(
                    address
                    for address in known["party"]["addresses"]
                    if address["key"] not in here
                ),
            ],
        }
        if request.get("trigger") in UNASKED and job.trigger not in UNASKED:
            # it goes over whether or not the flow's filter lets it through
            request["trigger"] = job.trigger
        if job.state in ("waiting", "retrying") and not request.get("given_request"):
            # corrected by a person and not refused yet; what differs follows as an update
            request["given_request"] = job.given_request or None
        return request

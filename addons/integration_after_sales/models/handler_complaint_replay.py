from odoo import api, models
from odoo.exceptions import ValidationError as UserValidationError

from odoo.addons.integration_customer.fingerprint import unpack
from odoo.addons.integration_hub.client import TextMaker, ValidationError

_lt = TextMaker(__name__)


class HandlerComplaintPush(models.AbstractModel):
    """Complaints once more, or corrected by hand: never made twice, and what was given up
    stays so."""

    _inherit = "integration.handler.complaint_push"

    _not_sent = ("remote_id", "sent", "received")

    def _find_given_up(self, jobs):
        """What is not to be sent, however it was asked for.

        :return: dict ``{job: ValidationError}``
        """
        by_id = {complaint.id: complaint for complaint in self._get_complaints(jobs)}
        problems = {}
        for job in jobs:
            complaint = by_id.get(job.res_id)
            if not complaint:
                problems[job] = ValidationError(_lt("The complaint was deleted here."))
            elif job.operation == "withdraw":
                if self._is_sent_again(job, complaint):
                    problems[job] = ValidationError(
                        _lt(
                            "The complaint was sent again after this. If it is off now,"
                            " withdraw it on its own form."
                        )
                    )
            elif complaint.state == "cancelled" and not complaint.remote_id:
                problems[job] = ValidationError(
                    _lt(
                        "The complaint was withdrawn here. If it still stands, set it to"
                        " draft and send it again."
                    )
                )
        return problems

    def _is_sent_again(self, job, complaint):
        """Whether a withdrawal that is over was followed by another word of ours."""
        withdrawal = job.replay_of_id or job
        return (
            withdrawal.state in ("done", "cancelled")
            and complaint.state != "cancelled"
            and bool(
                self.env["integration.job"].search_count(
                    [
                        ("flow_id", "=", job.flow_id.id),
                        ("operation", "=", "push"),
                        ("state", "=", "done"),
                        ("res_model", "=", job.res_model),
                        ("res_id", "=", job.res_id),
                        ("id", ">", withdrawal.id),
                    ],
                    limit=1,
                )
            )
        )

    # -- replay -----------------------------------------------------------------------

    @api.private
    def _take_snapshots(self, flow, jobs):
        complaints = self.env["integration.complaint"].browse(jobs.mapped("res_id"))
        there = {complaint.id: complaint for complaint in complaints.exists()}
        return {
            job: there[job.res_id]._prepare_snapshot()
            if job.operation == "push" and job.res_id in there
            else job.payload
            for job in jobs
        }

    @api.private
    def _renew_requests(self, flow, requests):
        """What is linked by now is that one; what we sent last is known by its marks."""
        jobs = self.env["integration.job"].union(*requests)
        renewed = self._find_given_up(jobs)
        complaints = self._get_complaints(jobs)
        links = (
            self.env["integration.external.id"]
            ._find(flow.connector_id, "complaint", complaints)
            .grouped("res_id")
        )
        for job, request in requests.items():
            if job in renewed:
                continue
            complaint = complaints.browse(job.res_id)
            renewed[job] = {**request, "remote_id": complaint.remote_id or ""}
            if "complaint" in request:
                link = links.get(job.res_id)
                renewed[job] |= {
                    "sent": unpack(link.sent_hash) if link else {},
                    "received": unpack(link.received_hash) if link else {},
                }
        return renewed

    # -- corrected by hand ------------------------------------------------------------

    @api.private
    def _check_request(self, flow, job, request):
        super()._check_request(flow, job, request)
        before = job._get_request_to_correct()
        if not isinstance(before, dict) or not isinstance(request, dict):
            return
        if _get_identity(request) != _get_identity(before):
            raise UserValidationError(
                self.env._(
                    "Keys and IDs must stay as they are: a complaint is found by them, so"
                    " that it is never made twice."
                )
            )


def _get_identity(request):
    """What says which record over there is meant."""
    complaint = request.get("complaint") or {}
    return (
        request.get("withdraw"),
        request.get("remote_id"),
        complaint.get("key"),
        complaint.get("party_id"),
    )

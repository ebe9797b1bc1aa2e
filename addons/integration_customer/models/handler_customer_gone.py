from odoo import models

from odoo.addons.integration_hub.client import TextMaker, ValidationError

_lt = TextMaker(__name__)


class HandlerCustomerPush(models.AbstractModel):
    """Customers and contacts that were deleted here before they were sent."""

    _inherit = "integration.handler.customer_push"

    def _prepare(self, flow, jobs):
        if jobs[0].operation != "push":
            return super()._prepare(flow, jobs)
        partners = self.env["res.partner"].browse(jobs.mapped("res_id")).exists()
        gone = jobs.filtered(lambda job: job.res_id not in partners.ids)
        # the answer to a lost call tells what has to be archived there
        gone -= gone.browse(gone._find_unsettled())
        requests = super()._prepare(flow, jobs - gone) if jobs - gone else {}
        self._drop_deleted_addresses(requests, partners)
        return requests | {job: self._get_deleted_error(job) for job in gone}

    def _drop_deleted_addresses(self, requests, partners):
        parties = [
            request["party"]
            for job, request in requests.items()
            if isinstance(request, dict)
            and "party" in request
            and job.res_id in partners.ids
        ]
        there = self.env["res.partner"].browse(
            {
                int(address["key"][1:])
                for party in parties
                for address in party["addresses"]
            }
        )
        there = set(there.exists().ids)
        for party in parties:
            party["addresses"] = [
                address
                for address in party["addresses"]
                if int(address["key"][1:]) in there
            ]

    def _get_deleted_error(self, job):
        return ValidationError(
            _lt(
                "%(customer)s was deleted here, so there is nothing to send. Cancel this"
                " job, and choose another customer for what waits for it.",
                customer=job.name,
            )
        )

    def _apply_found(self, flow, results):
        """Deleted while it was on its way: what was made there is archived, not linked."""
        Partner = self.env["res.partner"]
        wanted = {job.res_id for job, _answer in results}
        for _job, answer in results:
            wanted |= {int(key[1:]) for key in answer.get("addresses") or ()}
        there = set(Partner.browse(wanted).exists().ids)
        staying, gone = [], []
        for job, answer in results:
            if job.res_id not in there:
                gone.append((job, answer))
                continue
            if answer.get("addresses"):
                answer = {
                    **answer,
                    "addresses": {
                        key: remote_id
                        for key, remote_id in answer["addresses"].items()
                        if int(key[1:]) in there
                    },
                }
            staying.append((job, answer))
        self._archive_made(flow, gone)
        return super()._apply_found(flow, staying) if staying else {}

    def _archive_made(self, flow, results):
        """:param results: of customers that were deleted here"""
        # those that were there before are none of ours
        made = [
            (job, answer["remote_id"])
            for job, answer in results
            if answer.get("rule") in ("created", "key")
        ]
        if not made or flow.archive_policy != "archive":
            return
        linked = self.env["integration.external.id"].search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("kind", "like", "party"),
                ("remote_id", "in", [remote_id for _job, remote_id in made]),
            ]
        )
        linked = set(linked.mapped("remote_id"))
        prefix = flow.connector_id._get_remote_key_prefix()
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "archive",
                    "name": job.name,
                    "payload": {"kind": "party", "remote_id": remote_id},
                    "idempotency_key": f"{prefix}party-{remote_id}:archive",
                    "trigger": "deleted",
                }
                for job, remote_id in made
                if remote_id not in linked
            ],
        )

import hashlib
from datetime import datetime

from odoo import api, models

# customers named in one call, unless the flow sets another number
PAGE_SIZE = 500


class HandlerCustomerPull(models.AbstractModel):
    """What was changed over there of customers that are linked (requirements §4).

    Operations: ``pull`` asks whose data have changed, page by page, in the order of the
    ERP; ``read`` reads those of a page that are linked here, all in one call.
    """

    _name = "integration.handler.customer_pull"
    _description = "Customers Changed in the ERP"
    _inherit = ["integration.handler.read.load"]

    # -- the three steps --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        if jobs[0].operation == "read":
            # who is written by us meanwhile is read once more, see _apply
            moment = self.env.cr.now().isoformat()
            return {job: {**job.payload, "moment": moment} for job in jobs}
        request = {
            "cursor": flow.cursor or None,
            "limit": flow.batch_size or PAGE_SIZE,
        }
        return dict.fromkeys(jobs, request)

    @staticmethod
    def _call(client, requests):
        return [
            {
                "states": client.party_read(request["remote_ids"]),
                "moment": request["moment"],
            }
            if "remote_ids" in request
            else client.party_changes(request["cursor"], request["limit"])
            for request in requests
        ]

    def _apply(self, flow, results):
        for job, answer in results:
            if job.operation == "read":
                states = dict(
                    zip(job.payload["remote_ids"], answer["states"], strict=True)
                )
                self.with_context(integration_job_id=job.id)._take_states(
                    flow, states, datetime.fromisoformat(answer["moment"])
                )
            else:
                self._take_page(flow, answer)

    # -- a page -----------------------------------------------------------------------

    def _take_page(self, flow, answer):
        linked = self.env["integration.external.id"]._get_local_ids(
            flow.connector_id, "party", "res.partner", answer["remote_ids"]
        )
        self._enqueue_read(flow, [key for key in answer["remote_ids"] if key in linked])
        flow.write(
            {
                "cursor": answer["cursor"],
                "last_run": self.env.cr.now(),
                "last_message": self.env._(
                    "Changed there: %(count)s, of these linked: %(linked)s.",
                    count=len(answer["remote_ids"]),
                    linked=len(linked),
                ),
            }
        )
        if answer["more"]:
            flow._enqueue_pull(trigger="more")

    @api.private
    def _enqueue_read(self, flow, remote_ids, trigger="changed"):
        """Have customers read, in one call.

        :param list remote_ids: of at most a page
        """
        if not remote_ids:
            return
        mark = hashlib.blake2b(" ".join(remote_ids).encode(), digest_size=8)
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "read",
                    "name": self.env._("%s customers", len(remote_ids)),
                    "payload": {"remote_ids": remote_ids},
                    # what waits under a key is replaced: others are others
                    "idempotency_key": f"read:{mark.hexdigest()}",
                    "trigger": trigger,
                }
            ],
        )

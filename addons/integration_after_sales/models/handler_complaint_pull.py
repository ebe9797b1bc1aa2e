from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.integration_hub.client import in_chunks

from ..values import get_hash

# what one job reads in full
READ_SIZE = 100
# an open complaint nobody has looked at for so long is asked for by its id: a return that
# comes in, or a deletion, changes nothing of the complaint itself
ASK_AGAIN_AFTER = timedelta(minutes=50)
OPEN_STATES = ("new", "review", "accepted", "in_progress")
# one that is closed, but with a return still to come, or that was not found, a right
# having been missing: asked for as long
ASK_CLOSED_FOR = timedelta(days=90)


class HandlerComplaintPull(models.AbstractModel):
    """State and history of complaints come back; those opened in the ERP for customers we
    know come in (ERP-12).

    Operations: ``pull``, a page of what changed, of anybody's; ``read``, in full what
    concerns us of it, or what a person has asked for.
    """

    _name = "integration.handler.complaint_pull"
    _description = "Service Orders and Repairs from the ERP"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        if jobs[0].operation == "read":
            return {job: {"remote_ids": job.payload["remote_ids"]} for job in jobs}
        request = {"cursor": flow.cursor or None, "limit": flow._get_batch_size()}
        return dict.fromkeys(jobs, request)

    @staticmethod
    def _call(client, requests):
        if "remote_ids" in requests[0]:
            # all that was asked for at the same time in one go
            ids = list(
                dict.fromkeys(
                    item for request in requests for item in request["remote_ids"]
                )
            )
            states = dict(zip(ids, client.complaint_read(ids), strict=True))
            return [
                {"states": {item: states[item] for item in request["remote_ids"]}}
                for request in requests
            ]
        answers = []
        for request in requests:
            lacking = client.complaint_check() if not request["cursor"] else []
            if lacking:
                answers.append({"lacking": lacking})
                continue
            changes = client.complaint_changes(request["cursor"], request["limit"])
            if not changes["more"]:
                changes["kinds"] = client.complaint_kinds()
            answers.append({**changes, "is_first": not request["cursor"]})
        return answers

    @staticmethod
    def _get_system_warnings(client):
        # a system may know nothing of it
        return getattr(client, "complaint_check", list)()

    def _apply(self, flow, results):
        for job, answer in results:
            handler = self.with_context(integration_job_id=job.id)
            if "states" in answer:
                handler._take_states(flow, job, answer["states"])
            elif "lacking" in answer:
                flow.last_message = " ".join(answer["lacking"])
            else:
                handler._take_page(flow, job, answer)

    # -- a page -----------------------------------------------------------------------

    def _take_page(self, flow, job, answer):
        connector = flow.connector_id
        remote_ids = self._find_relevant(connector, answer["complaints"])
        is_quiet = answer["is_first"] or job.payload.get("is_quiet")
        if not answer["more"]:
            open_ones = self._find_to_ask_again(flow)
            remote_ids = list(dict.fromkeys([*remote_ids, *open_ones]))
        self._enqueue_reads(flow, remote_ids, "quiet" if is_quiet else "changed")
        if "kinds" in answer:
            self.env["integration.remote.value"]._replace(
                connector, "complaint_kind", answer["kinds"]
            )
        flow.write(
            {
                "cursor": answer["cursor"],
                "last_run": self.env.cr.now(),
                "last_message": self.env._(
                    "Looked at: %(count)s, of ours: %(ours)s.",
                    count=len(answer["complaints"]),
                    ours=len(remote_ids),
                ),
            }
        )
        if answer["more"]:
            [following] = flow._enqueue_pull(trigger="more")
            if is_quiet:
                following.payload = {"is_quiet": True}

    def _find_relevant(self, connector, complaints):
        """:return: ids of those we know, or know the customer of"""
        external_ids = self.env["integration.external.id"]
        parties = external_ids._get_local_ids(
            connector,
            "party",
            "res.partner",
            {item["party_id"] for item in complaints},
        )
        known = set(
            self.env["integration.complaint"]
            .with_context(active_test=False)
            .search(
                [
                    ("connector_id", "=", connector.id),
                    (
                        "remote_id",
                        "in",
                        [item["remote_id"] for item in complaints],
                    ),
                ]
            )
            .mapped("remote_id")
        )
        return [
            item["remote_id"]
            for item in complaints
            if item["remote_id"] in known or item["party_id"] in parties
        ]

    def _find_to_ask_again(self, flow):
        now = self.env.cr.now()
        unfinished = Domain("state", "in", OPEN_STATES) | (
            Domain("closed_at", ">", now - ASK_CLOSED_FOR)
            & (
                Domain("state", "=", "deleted")
                | Domain("step_ids.state", "=", "planned")
            )
        )
        return (
            self.env["integration.complaint"]
            .with_context(active_test=False)
            .search(
                unfinished
                & Domain(
                    [
                        ("connector_id", "=", flow.connector_id.id),
                        ("remote_id", "!=", False),
                        ("checked_at", "<", now - ASK_AGAIN_AFTER),
                    ]
                ),
                order="checked_at, id",
                limit=flow._get_batch_size(),
            )
            .mapped("remote_id")
        )

    @api.private
    def _enqueue_reads(self, flow, remote_ids, trigger, **values):
        """Queue the reading of these in full, many to a job.

        :return: dict ``{remote id: job}``
        """
        jobs = {}
        for chunk in in_chunks(remote_ids, READ_SIZE):
            [job] = self.env["integration.job"]._enqueue(
                flow,
                [
                    {
                        "operation": "read",
                        "name": self.env._("Complaints: %s", len(chunk)),
                        "payload": {"remote_ids": chunk},
                        # two pages may be on their way at the same time
                        "idempotency_key": f"read-{get_hash(chunk)}",
                        "trigger": trigger,
                        **values,
                    }
                ],
            )
            jobs |= dict.fromkeys(chunk, job)
        return jobs

    # -- in full ----------------------------------------------------------------------

    def _take_states(self, flow, job, states):
        connector = flow.connector_id
        Complaint = self.env["integration.complaint"]
        Complaint._receive(
            connector,
            [state for state in states.values() if state],
            is_quiet=job.trigger in ("quiet", "load"),
        )
        gone = [remote_id for remote_id, state in states.items() if not state]
        if gone:
            Complaint.with_context(active_test=False).search(
                [("connector_id", "=", connector.id), ("remote_id", "in", gone)]
            )._mark_deleted()

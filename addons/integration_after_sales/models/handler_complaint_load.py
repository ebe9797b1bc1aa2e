from odoo import api, models

from odoo.addons.integration_hub.models.integration_load import PRIORITY

from ..values import get_hash


class HandlerComplaintPull(models.AbstractModel):
    """First load: the service orders and repairs there are of customers we know."""

    _inherit = "integration.handler.complaint_pull"

    _has_load = True

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        return {"cursor": cursor, "limit": limit}

    @staticmethod
    def _load_call(client, request):
        changes = client.complaint_changes(request["cursor"], request["limit"])
        ids = [item["remote_id"] for item in changes["complaints"]]
        return {
            "states": [
                state for state in (client.complaint_read(ids) if ids else []) if state
            ],
            "cursor": changes["cursor"] if changes["more"] else "",
            "total": None,
        }

    @api.private
    def _load_compare(self, flow, answer):
        connector = flow.connector_id
        states = answer["states"]
        relevant = set(
            self._find_relevant(
                connector,
                [
                    {"remote_id": item["remote_id"], "party_id": item["party_id"]}
                    for item in states
                ],
            )
        )
        known = self.env["integration.complaint"]._find_received(connector, states)
        currencies = self.env["integration.complaint"]._get_currencies(states)
        return [
            {
                "name": f"{state['number']} {state['text'].partition(chr(10))[0]}".strip(),
                "remote_id": state["remote_id"],
                "remote_number": state["number"],
                "payload": {"remote_id": state["remote_id"]},
                **self._get_load_amount(state, currencies),
                **self._get_load_outcome(
                    state, known.get(state["remote_id"]), state["remote_id"] in relevant
                ),
            }
            for state in states
        ]

    def _get_load_amount(self, state, currencies):
        """What was credited or returned, where it is all in one currency."""
        steps = [item for item in state["steps"] if item["amount"]]
        codes = {item["currency"] for item in steps}
        currency = currencies.get(next(iter(codes))) if len(codes) == 1 else None
        if not currency:
            return {}
        return {
            "amount": sum(float(item["amount"]) for item in steps),
            "currency_id": currency.id,
        }

    def _get_load_outcome(self, state, complaint, is_relevant):
        if complaint:
            values = {"res_model": complaint._name, "res_id": complaint.id}
            if complaint.received_hash == get_hash(state):
                return {**values, "outcome": "same"}
            if not complaint.remote_id:
                return {**values, "outcome": "link"}
            return {
                **values,
                "outcome": "change",
                "detail": self.env._("State or history has changed there."),
            }
        if not is_relevant:
            return {
                "outcome": "same",
                "detail": self.env._("Of a customer who is not linked: left alone."),
            }
        return {"outcome": "create"}

    @api.private
    def _load_enqueue(self, flow, lines):
        jobs = self._enqueue_reads(
            flow,
            [line.payload["remote_id"] for line in lines],
            "load",
            priority=PRIORITY,
            is_urgent=True,
        )
        return [jobs[line.payload["remote_id"]] for line in lines]

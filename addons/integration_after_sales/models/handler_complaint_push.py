from odoo import models

from odoo.addons.integration_customer.fingerprint import pack, unpack
from odoo.addons.integration_hub.client import (
    IntegrationError,
    MappingError,
    TextMaker,
    ValidationError,
)
from odoo.addons.integration_hub.models.integration_handler import Blocked
from odoo.addons.integration_hub.translation import say, speak_to

from ..sending import send_complaints
from ..values import to_text
from .integration_complaint_queue import ACTIVITY

_lt = TextMaker(__name__)


class HandlerComplaintPush(models.AbstractModel):
    """Complaints become service records of the ERP (ERP-12).

    Operations: ``push``, found by our key, else made, else changed where we have changed
    something; ``withdraw``, cancelled there. How that is done once more is in
    ``handler_complaint_replay.py``.
    """

    _name = "integration.handler.complaint_push"
    _description = "Complaints to the ERP"
    _inherit = ["integration.handler"]

    _looked_up_operations = ("push",)

    # -- before the call --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        requests = self._find_given_up(jobs)
        jobs = jobs.filtered(lambda job: job not in requests)
        there = self.env["integration.complaint"].browse(jobs.mapped("res_id"))
        # of one recordset: what of one is read is read of all
        by_id = {complaint.id: complaint for complaint in there}
        by_job = {job: by_id[job.res_id] for job in jobs}
        if jobs and jobs[0].operation == "withdraw":
            return requests | {
                job: {
                    "withdraw": complaint._get_key(),
                    "remote_id": complaint.remote_id,
                }
                for job, complaint in by_job.items()
            }
        return requests | self._prepare_pushes(flow, by_job)

    def _prepare_pushes(self, flow, by_job):
        connector = flow.connector_id
        external_ids = self.env["integration.external.id"]
        complaints = self.env["integration.complaint"].union(*by_job.values())
        customers = complaints.commercial_partner_id
        parties = external_ids._get_remote_ids(connector, "party", customers)
        blockers = self._enqueue_customers(
            connector, customers.filtered(lambda item: item.id not in parties)
        )
        products = self.env["integration.product.mapping"]._get_for(
            connector, complaints.product_id
        )
        kinds = self.env["integration.value.mapping"]._get_for(
            connector, "complaint_kind", complaints.kind_id
        )
        orders = self._get_order_ids(connector, complaints)
        links = external_ids._find(connector, "complaint", complaints).grouped("res_id")
        requests = {}
        for job, complaint in by_job.items():
            customer = complaint.commercial_partner_id
            if customer.id not in parties:
                requests[job] = (
                    Blocked(blockers[customer.id])
                    if customer.id in blockers
                    else self._get_no_customer_flow_error()
                )
                continue
            if complaint.product_id and complaint.product_id.id not in products:
                requests[job] = self._get_mapping_error(connector, complaint.product_id)
                continue
            link = links.get(complaint.id)
            requests[job] = {
                "complaint": self._prepare_complaint(
                    complaint,
                    parties[customer.id],
                    orders[complaint],
                    products.get(complaint.product_id.id),
                    kinds.get(complaint.kind_id.id, ""),
                ),
                "remote_id": complaint.remote_id or "",
                "sent": unpack(link.sent_hash) if link else {},
                "received": unpack(link.received_hash) if link else {},
            }
        return requests

    def _prepare_complaint(self, complaint, party_id, order_id, mapping, kind_id):
        """:return: ``contract.ComplaintRequest``"""
        product = complaint.product_id
        return {
            "key": complaint._get_key(),
            "party_id": party_id,
            "order_id": order_id,
            "product_id": mapping.remote_id if mapping else "",
            "is_service": product.type == "service",
            "quantity": to_text(complaint.quantity * mapping.factor) if mapping else "",
            "unit_id": (mapping.remote_unit_id or "") if mapping else "",
            "kind_id": kind_id,
            "wish": complaint.wish,
            "text": complaint._get_text(),
            "date": complaint.date.isoformat(),
        }

    def _get_order_ids(self, connector, complaints):
        """The ERP's orders: of the quotation, else of its opportunity.

        :return: dict ``{complaint: remote id}``, "" where there is none
        """
        external_ids = self.env["integration.external.id"]
        leads = {
            item: item.sale_order_id.opportunity_id or item.lead_id
            for item in complaints
        }
        of_orders = external_ids._get_remote_ids(
            connector, "order", complaints.sale_order_id
        )
        of_leads = external_ids._get_remote_ids(
            connector, "order", self.env["crm.lead"].union(*leads.values())
        )
        return {
            item: of_orders.get(item.sale_order_id.id) or of_leads.get(lead.id, "")
            for item, lead in leads.items()
        }

    def _enqueue_customers(self, connector, customers):
        """:return: dict ``{partner id: job}`` the complaints wait for"""
        if not customers:
            return {}
        return self.env["integration.handler.customer_push"]._enqueue_customers(
            connector,
            [
                {
                    "partner_id": customer.id,
                    "party": customer._prepare_erp_party_payload(
                        [customer._prepare_erp_address_payload("main")]
                    ),
                }
                for customer in customers
            ],
        )

    def _get_no_customer_flow_error(self):
        return ValidationError(
            _lt(
                "The customer is not linked to one in the ERP, and the flow that sees to"
                " it is off. Switch the flow “Customers” on, then retry."
            )
        )

    def _get_mapping_error(self, connector, product):
        self.env["integration.product.mapping"]._ensure_unmapped(connector, product)
        return MappingError(
            _lt(
                "No product of the ERP is known for %(product)s. %(person)s is asked to"
                " map it; the complaint then goes over by itself.",
                product=product.display_name,
                person=connector._get_person_in_charge().name,
            ),
            model="product.product",
            ids=product.ids,
        )

    # -- the call ---------------------------------------------------------------------

    @staticmethod
    def _get_system_warnings(client):
        # a system may know nothing of it
        return [
            text
            for name in ("complaint_check", "complaint_limits")
            for text in getattr(client, name, list)()
        ]

    @staticmethod
    def _call(client, requests):
        # all of a batch are of one operation
        if "withdraw" in requests[0]:
            return _withdraw(client, requests)
        return send_complaints(client, requests)

    # -- after it ---------------------------------------------------------------------

    def _apply(self, flow, results):
        Complaint = self.env["integration.complaint"]
        there = Complaint.browse([job.res_id for job, _answer in results]).exists()
        by_id = {complaint.id: complaint for complaint in there}
        bindings, states, sent = [], [], Complaint
        for job, answer in results:
            complaint = by_id.get(job.res_id)
            if not complaint:
                continue
            state = answer["state"]
            if not complaint.remote_id and state:
                # what is read below is found by it
                complaint.remote_id = state["remote_id"]
            if state:
                states.append(state)
                sent |= complaint
            if state and "marks" in answer:
                bindings.append(
                    (
                        complaint,
                        {
                            "remote_id": state["remote_id"],
                            "remote_number": state["number"],
                            "remote_url": state["url"],
                            "sent_hash": pack(answer["marks"]["sent"]),
                            "received_hash": pack(answer["marks"]["received"]),
                            "sent_at": self.env.cr.now(),
                        },
                    )
                )
            if not state:
                # withdrawn before it was there, or deleted there
                complaint.state = "cancelled"
            if answer.get("overwritten"):
                complaint._tell_overwritten(answer["overwritten"])
        sent.write({"sync_state": "sent", "sync_message": False})
        (there - sent).write({"sync_state": "none", "sync_message": False})
        there.activity_feedback(
            [ACTIVITY],
            user_id=None,
            # all of a batch are of one operation
            feedback=self.env._("It is withdrawn there.")
            if results[0][0].operation == "withdraw"
            else self.env._("It is there now."),
            only_automated=True,
        )
        self.env["integration.external.id"]._bind(
            flow.connector_id, "complaint", bindings
        )
        Complaint._receive(flow.connector_id, states)

    # -- where people look ------------------------------------------------------------

    def _get_complaints(self, jobs):
        Complaint = self.env["integration.complaint"]
        return Complaint.browse([job.res_id for job in jobs]).exists()

    def _on_waiting(self, flow, jobs):
        self._get_complaints(jobs).write(
            {"sync_state": "waiting", "sync_message": False}
        )

    def _on_cancelled(self, flow, jobs):
        for complaint in self._get_complaints(jobs):
            complaint.write(
                {
                    "sync_state": "sent" if complaint.remote_id else "none",
                    "sync_message": False,
                }
            )

    def _on_problem(self, flow, failures):
        for job, error in failures:
            complaint = self._get_complaints([job])
            if not complaint:
                continue
            complaint.write(
                {
                    "sync_state": "attention",
                    "sync_message": say(self.env, error.message),
                }
            )
            person = self._get_person(flow, complaint, error)
            reader = speak_to(self.env, person)
            summary = (
                reader._("Not withdrawn in %s", flow.connector_id.name)
                if job.operation == "withdraw"
                else reader._("Complaint not sent to %s", flow.connector_id.name)
            )
            if summary not in complaint.activity_ids.mapped("summary"):
                complaint.activity_schedule(
                    ACTIVITY,
                    summary=summary,
                    note=say(reader, error.message),
                    user_id=person.id,
                )

    def _get_person(self, flow, complaint, error):
        """Who can mend it: mappings are not the salesperson's."""
        in_charge = flow.connector_id._get_person_in_charge()
        return in_charge if error.kind == "mapping" else complaint.user_id or in_charge


def _withdraw(client, requests):
    """Cancel what is there; what was never made, or is gone, is as good as withdrawn.

    :return: per request ``{"state"}``, or an IntegrationError
    """
    keys = [item["withdraw"] for item in requests if not item["remote_id"]]
    found = client.complaint_find(keys) if keys else {}
    ids = [
        item["remote_id"] or found.get(item["withdraw"], {}).get("remote_id", "")
        for item in requests
    ]
    to_cancel = [remote_id for remote_id in ids if remote_id]
    if not to_cancel:
        return [{"state": None} for _request in requests]
    outcomes = dict(zip(to_cancel, client.complaint_cancel(to_cancel), strict=True))
    states = dict(zip(to_cancel, client.complaint_read(to_cancel), strict=True))
    return [
        outcomes[remote_id]
        if isinstance(outcomes.get(remote_id), IntegrationError)
        else {"state": states.get(remote_id)}
        for remote_id in ids
    ]

from odoo import api, models

from ..compare import get_country_code, get_sent_fields
from ..fingerprint import PARTY_FIELDS, get_fingerprints, unpack
from .handler_customer_push import _get_hashes


class HandlerCustomerPush(models.AbstractModel):
    """Changes of customers that are linked already."""

    _inherit = "integration.handler.customer_push"

    # -- to the queue -----------------------------------------------------------------

    @api.model
    @api.private
    def _enqueue_updates(self, flow, customers, trigger, **values):
        """Queue customers whose link exists; what differs is found out when it is sent.

        :return: the jobs, in the order of ``customers``
        """
        prefix = flow.connector_id._get_remote_key_prefix()
        return self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "update",
                    "name": customer.display_name or "",
                    "record": customer,
                    "payload": {"partner_id": customer.id},
                    "idempotency_key": f"{prefix}P{customer.id}:update",
                    "trigger": trigger,
                    **values,
                }
                for customer in customers
            ],
        )

    @api.model
    @api.private
    def _enqueue_new(self, flow, customers, trigger, **values):
        """Queue customers that are not linked: found over there, else created.

        :return: the jobs, in the order of ``customers``
        """
        payloads = customers._prepare_erp_full_payloads()
        requests = []
        for customer in customers:
            party = payloads[customer]
            party["addresses"] = [
                address for address in party["addresses"] if address["active"]
            ]
            requests.append(
                {
                    "operation": "push",
                    "name": customer.display_name or "",
                    "record": customer,
                    "payload": {
                        "partner_id": customer.id,
                        "party": party,
                        "addresses": {
                            address["key"]: int(address["key"][1:])
                            for address in party["addresses"]
                        },
                    },
                    "idempotency_key": party["key"],
                    "trigger": trigger,
                    **values,
                }
            )
        return self.env["integration.job"]._enqueue(flow, requests)

    @api.model
    @api.private
    def _enqueue_archive(self, flow, external_ids, trigger):
        """Queue the counterparts of what was deleted here, and forget the links."""
        prefix = flow.connector_id._get_remote_key_prefix()
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "archive",
                    "name": external_id.record_name or external_id.remote_number or "",
                    "payload": {
                        # kinds such as "address:12" and "merged party 7" as well
                        "kind": "party" if "party" in external_id.kind else "address",
                        "remote_id": external_id.remote_id,
                    },
                    "idempotency_key": f"{prefix}{external_id.kind}"
                    f"-{external_id.remote_id}:archive",
                    "trigger": trigger,
                }
                for external_id in external_ids
            ],
        )

    def _enqueue_rest(self, flow, customers):
        """An order brings its customer with the addresses it needs; contacts and further
        addresses follow, and what was changed while it was on its way."""
        customers = customers.exists()
        if not customers:
            return
        payloads = customers._prepare_erp_full_payloads()
        links = self._get_links(flow.connector_id, payloads)
        self._enqueue_updates(
            flow,
            customers.filtered(
                lambda customer: (
                    not self._is_as_sent(
                        flow, payloads[customer], links["party"][customer.id], links
                    )
                )
            ),
            "contacts",
        )

    # -- before the call --------------------------------------------------------------

    def _prepare_updates(self, flow, jobs):
        customers = self.env["res.partner"].browse(jobs.mapped("res_id")).exists()
        payloads = customers._prepare_erp_full_payloads()
        links = self._get_links(flow.connector_id, payloads)
        rules = flow.connector_id._get_customer_ownership()
        requests = {}
        for job in jobs:
            customer = customers.browse(job.res_id)
            link = links["party"].get(job.res_id)
            if customer not in payloads or not link:
                # deleted, or no longer linked: nothing over there is its counterpart
                requests[job] = {"is_same": True}
                continue
            party = payloads[customer]
            if self._is_as_sent(flow, party, link, links):
                requests[job] = {"is_same": True}
                continue
            requests[job] = {
                "remote_id": link.remote_id,
                "party": party,
                "fields": self._get_party_fields(flow),
                **self._get_known(party, link, links, rules),
            }
        return requests

    def _get_known(self, party, link, links, rules):
        """What is known of a customer over there since it was sent, or fetched, last.

        :param dict party: ``PartyRequest``
        :param link: ``integration.external.id`` of it
        :param dict links: see :meth:`_get_links`
        :param dict rules: of ``integration.connector._get_customer_ownership``
        :return: dict ``link``, and ``links`` of its contacts and addresses, by their keys;
            ``owned``: what of it the ERP owns
        """
        return {
            "owned": rules,
            "link": _get_marks(link),
            "links": {
                address["key"]: {"remote_id": known.remote_id, **_get_marks(known)}
                for address in party["addresses"]
                if (known := links["address"].get(int(address["key"][1:])))
            },
        }

    def _get_party_fields(self, flow):
        return [
            name
            for name in PARTY_FIELDS
            if name != "active" or flow.archive_policy == "archive"
        ]

    def _get_links(self, connector, payloads):
        """:return: dict ``{"party" | "address": {partner id: external id}}``"""
        address_ids = [
            int(address["key"][1:])
            for party in payloads.values()
            for address in party["addresses"]
        ]
        found = self.env["integration.external.id"].search_fetch(
            [
                ("connector_id", "=", connector.id),
                ("kind", "in", ("party", "address")),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", address_ids),
            ],
            ["kind", "res_id", "remote_id", "sent_hash", "received_hash"],
        )
        links = {"party": {}, "address": {}}
        for external_id in found:
            links[external_id.kind][external_id.res_id] = external_id
        return links

    def _is_as_sent(self, flow, party, link, links):
        """Nothing differs from what was sent last."""
        names = self._get_party_fields(flow)
        marks = get_fingerprints(party, names, get_country_code(party))
        if not _is_in(marks, link):
            return False
        for address in party["addresses"]:
            known = links["address"].get(int(address["key"][1:]))
            if not known:
                if address["active"]:
                    return False
                continue
            marks = get_fingerprints(address, get_sent_fields(address, names))
            if not _is_in(marks, known):
                return False
        return True

    # -- after the call ---------------------------------------------------------------

    def _apply_updates(self, flow, results):
        connector = flow.connector_id
        external_ids = self.env["integration.external.id"]
        Partner = self.env["res.partner"]
        results = [item for item in results if not item[1].get("is_same")]
        # deleted meanwhile: nothing to keep of them
        there = Partner.browse(
            {job.res_id for job, _answer in results}
            | {int(key[1:]) for _job, answer in results for key in answer["addresses"]}
        ).exists()
        results = [item for item in results if item[0].res_id in there.ids]
        links = external_ids._find(
            connector, "party", Partner.browse([job.res_id for job, _answer in results])
        ).grouped("res_id")
        parties, addresses = [], {}
        for job, answer in results:
            customer = Partner.browse(job.res_id)
            if customer.id not in links:
                continue
            parties.append(
                (
                    customer,
                    {
                        "remote_id": links[customer.id].remote_id,
                        "sent_at": self.env.cr.now(),
                        **_get_hashes(answer["marks"], "party"),
                    },
                )
            )
            for key, remote_id in answer["addresses"].items():
                address = Partner.browse(int(key[1:])) & there
                if address:
                    addresses.setdefault(
                        remote_id,
                        (
                            address,
                            {
                                "remote_id": remote_id,
                                "sent_at": self.env.cr.now(),
                                **_get_hashes(answer["marks"], "addresses", key),
                            },
                        ),
                    )
            self._tell(flow, customer, answer)
        external_ids._bind(connector, "party", parties)
        self._bind_addresses(connector, {"address": addresses})
        # changed once more while it was on its way: the fingerprints tell
        return {}

    def _keep_marks(self, connector, kind, bindings):
        """Finding what is linked already sends nothing of it: what was sent last stays
        known, so a change that is still to be sent is not taken for sent.

        :param bindings: ``(record, values)`` pairs; the marks are taken out of ``values``
        :return: the records
        """
        Partner = self.env["res.partner"]
        links = self.env["integration.external.id"]._find(
            connector, kind, Partner.union(*(record for record, _values in bindings))
        )
        sent = {link.res_id: link.remote_id for link in links if link.sent_hash}
        known = Partner
        for record, values in bindings:
            if sent.get(record.id) == values["remote_id"]:
                values.pop("sent_hash", None)
                values.pop("received_hash", None)
                known |= record
        return known


def _is_in(marks, external_id):
    """Whether all of ``marks`` are what was sent last."""
    return marks.items() <= unpack(external_id.sent_hash).items()


def _get_marks(external_id):
    return {
        "sent": unpack(external_id.sent_hash),
        "received": unpack(external_id.received_hash),
    }

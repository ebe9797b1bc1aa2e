from odoo import api, models

from odoo.addons.integration_hub.client import (
    AmbiguousMatchError,
    IntegrationError,
    TextMaker,
    find_stop,
)
from odoo.addons.integration_hub.client.matching import is_same_address

from ..find_or_create import get_known_addresses, match_or_create, take_distinct
from ..update import complete_addresses, read_states, update_parties

_lt = TextMaker(__name__)

# kinds of error after which a system is not even asked what is there
TURNED_AWAY = ("rate_limit", "authentication")


class HandlerCustomerPush(models.AbstractModel):
    """Finds the customer of an order in the ERP, or creates it there (ERP-2, ERP-8).

    A job's snapshot: ``party`` (``contract.Party``), ``partner_id``, ``addresses`` (ids of
    the address partners by address key) and, where a person said so, ``is_new``.
    """

    _name = "integration.handler.customer_push"
    _description = "Customers to the ERP"
    _inherit = ["integration.handler"]

    _filter_model = "res.partner"
    _looked_up_operations = ("push",)
    _not_sent = ("lost",)

    # -- asked for by orders ----------------------------------------------------------

    @api.model
    @api.private
    def _enqueue_customers(self, connector, payloads):
        """Queue the customers of orders that are not linked yet, or lack an address.

        :param payloads: snapshots of orders (see ``integration.payload``)
        :return: dict ``{partner id: job}``; empty where the connector has no such flow
        """
        flow = connector._get_flow("customer_push")
        if not flow:
            return {}
        merged = {}
        for payload in payloads:
            known = merged.setdefault(
                payload["partner_id"],
                {
                    "partner_id": payload["partner_id"],
                    "party": {**payload["party"], "addresses": []},
                    "addresses": {},
                },
            )
            for address in payload["party"]["addresses"]:
                if address["key"] not in known["addresses"]:
                    known["addresses"][address["key"]] = int(address["key"][1:])
                    known["party"]["addresses"].append(address)
        jobs = self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "push",
                    "name": payload["party"]["name"],
                    "record": self.env["res.partner"].browse(partner_id),
                    "payload": payload,
                    "idempotency_key": payload["party"]["key"],
                    "trigger": "order",
                    # an order waits for it
                    "is_urgent": True,
                }
                for partner_id, payload in merged.items()
            ],
        )
        return dict(zip(merged, jobs, strict=True))

    @api.model
    @api.private
    def _get_address_kind(self, partner_id, address):
        """Kind of external id of an address. Somebody else's address that stands on our
        customer's order is an address of our customer over there."""
        if address.commercial_partner_id.id == partner_id:
            return "address"
        return f"address:{partner_id}"

    @api.model
    @api.private
    def _get_remote_addresses(self, connector, wanted):
        """Ids over there of addresses, taking one that is the same for the other.

        :param wanted: dict ``{partner id: set of address partner ids}``
        :return: dict ``{(partner id, address partner id): remote id}``
        """
        external_ids = self.env["integration.external.id"]
        Partner = self.env["res.partner"]
        found, missing = {}, []
        addresses = Partner.browse(
            {address for group in wanted.values() for address in group}
        )
        # all at once: each is looked at by itself below
        addresses.mapped("commercial_partner_id")
        own = external_ids._get_remote_ids(connector, "address", addresses)
        for partner_id, address_ids in wanted.items():
            for address in Partner.browse(address_ids):
                kind = self._get_address_kind(partner_id, address)
                if kind == "address":
                    remote_id = own.get(address.id)
                else:
                    remote_id = external_ids._get_remote_ids(
                        connector, kind, address
                    ).get(address.id)
                if remote_id:
                    found[partner_id, address.id] = remote_id
                else:
                    missing.append((partner_id, address))
        for partner_id, address in missing:
            remote_id = self._find_same_address(connector, partner_id, address)
            if remote_id:
                found[partner_id, address.id] = remote_id
        return found

    def _find_same_address(self, connector, partner_id, address):
        """Two of our records with one and the same address are one address there."""
        partner = self.env["res.partner"].browse(partner_id)
        siblings = (partner | partner.child_ids) - address
        remote_ids = self.env["integration.external.id"]._get_remote_ids(
            connector, "address", siblings
        )
        ours = address._prepare_erp_address_payload("other")
        for sibling in siblings.filtered(lambda record: record.id in remote_ids):
            if is_same_address(ours, sibling._prepare_erp_address_payload("other")):
                return remote_ids[sibling.id]
        return None

    # -- the three steps --------------------------------------------------------------

    def _prepare(self, flow, jobs):
        # all of a batch are of one operation
        if jobs[0].operation == "update":
            return self._prepare_updates(flow, jobs)
        if jobs[0].operation == "archive":
            return {job: {"archive": job.payload} for job in jobs}
        partners = self.env["res.partner"].browse(jobs.mapped("res_id"))
        linked = self.env["integration.external.id"]._get_remote_ids(
            flow.connector_id, "party", partners
        )
        nobodies = flow._find_nobodies(jobs)
        there = self._find_there(jobs)
        lost = self._find_lost(flow, jobs)
        return {
            job: {"is_nobody": True}
            if job in nobodies
            else {
                "party": self._prepare_party(job, there),
                "party_id": linked.get(job.res_id, ""),
                "is_new": bool(job.payload.get("is_new")),
                "ruled_out": job.payload.get("ruled_out", []),
                **({"lost": lost[job.id]} if job.id in lost else {}),
            }
            for job in jobs
        }

    def _find_lost(self, flow, jobs):
        """A system without our key is searched for the customer as a lost call had it, too:
        name, VAT number and e-mail may have been put right since.

        :return: dict ``{job id: [party, ...]}``
        """
        if flow.connector_id.key_storage != "none":
            return {}
        found = {}
        for job_id, requests in jobs._get_lost_requests().items():
            for request in requests:
                for party in [*request.get("lost", ()), request.get("party")]:
                    parties = found.setdefault(job_id, [])
                    if party and party not in parties:
                        parties.append(party)
        return found

    def _find_there(self, jobs):
        """:return: dict ``{id: partner}`` of customers and addresses that still exist, to
        be read all at once"""
        ids = {job.res_id for job in jobs}
        for job in jobs:
            ids.update(job.payload.get("addresses", {}).values())
        return {item.id: item for item in self.env["res.partner"].browse(ids).exists()}

    def _prepare_party(self, job, there):
        """The customer as it stands now: whoever mended it has mended this job.

        :param dict there: of :meth:`_find_there`
        """
        partner = there.get(job.res_id)
        snapshot = job.payload["party"]
        if not partner:
            return snapshot
        addresses = []
        for address in snapshot["addresses"]:
            record = there.get(job.payload["addresses"][address["key"]])
            addresses.append(
                record._prepare_erp_address_payload(address["kind"])
                if record
                else address
            )
        return partner._prepare_erp_party_payload(addresses)

    @staticmethod
    def _call(client, requests):
        """Find, else create; then see to the addresses of those that were found."""
        if "archive" in requests[0]:
            outcomes = client.party_archive([item["archive"] for item in requests])
            return [
                item if isinstance(item, IntegrationError) else {} for item in outcomes
            ]
        if "links" in requests[0] or "is_same" in requests[0]:
            return update_parties(client, requests)
        answers = [None] * len(requests)
        for index, request in enumerate(requests):
            if request.get("is_nobody"):
                answers[index] = {"is_nobody": True}
            elif request["party_id"]:
                answers[index] = {
                    "remote_id": request["party_id"],
                    "addresses": get_known_addresses(request),
                }
        # two that could be one and the same customer do not go in one round: the second
        # one finds what the first has created
        waiting = [index for index, answer in enumerate(answers) if answer is None]
        while waiting:
            this_round, waiting = take_distinct(waiting, requests)
            match_or_create(client, requests, answers, this_round)
            if stop := find_stop([answers[index] for index in this_round]):
                # nothing more is created: the next try looks for all of them first
                for index in waiting:
                    answers[index] = stop
                if stop.kind in TURNED_AWAY:
                    return _end_unfinished(answers, stop)
                break
        complete_addresses(client, requests, answers)
        read_states(client, requests, answers)
        return answers

    def _apply(self, flow, results):
        operation = results[0][0].operation
        if operation == "update":
            return self._apply_updates(flow, results)
        if operation == "archive":
            return {}
        return self._apply_found(flow, results)

    def _apply_found(self, flow, results):
        results = [item for item in results if not item[1].get("is_nobody")]
        connector = flow.connector_id
        external_ids = self.env["integration.external.id"]
        Partner = self.env["res.partner"]
        taken = external_ids._get_local_ids(
            connector,
            "party",
            "res.partner",
            [answer["remote_id"] for _job, answer in results],
        )
        problems, parties, addresses, differing = {}, [], {}, {}
        records = self._find_there([job for job, _answer in results])
        for job, answer in results:
            owner = taken.setdefault(answer["remote_id"], job.res_id)
            if owner != job.res_id:
                problems[job] = self._get_taken_error(
                    job, answer, Partner.browse(owner)
                )
                # the next try asks again, it does not come back to this answer
                job.answer = False
                continue
            partner = records[job.res_id]
            differing[partner] = answer.get("differing")
            parties.append(
                (
                    partner,
                    {
                        "remote_id": answer["remote_id"],
                        "remote_number": answer.get("number"),
                        "remote_url": answer.get("url"),
                        "sent_at": self.env.cr.now(),
                        **_get_hashes(answer.get("marks"), "party"),
                    },
                )
            )
            for key, remote_id in answer["addresses"].items():
                address = records[job.payload["addresses"][key]]
                kind = self._get_address_kind(job.res_id, address)
                # the first of several that are one address there stands for it
                addresses.setdefault(kind, {}).setdefault(
                    remote_id,
                    (
                        address,
                        {
                            "remote_id": remote_id,
                            **_get_hashes(answer.get("marks"), "addresses", key),
                        },
                    ),
                )
        # of a system whose client reads customers
        read = Partner.union(
            *(partner for partner, values in parties if values.get("sent_hash"))
        )
        known = self._keep_marks(connector, "party", parties)
        for kind, found in addresses.items():
            self._keep_marks(connector, kind, found.values())
        external_ids._bind(connector, "party", parties)
        self._bind_addresses(connector, addresses)
        self._tell_differing(
            flow, {item: rows for item, rows in differing.items() if item not in known}
        )
        self._enqueue_rest(flow, read)
        return problems

    def _bind_addresses(self, connector, addresses):
        """:param addresses: dict ``{kind: {remote id: (address, values)}}``"""
        external_ids = self.env["integration.external.id"]
        for kind, by_remote_id in addresses.items():
            bound = external_ids._get_local_ids(
                connector, kind, "res.partner", by_remote_id
            )
            external_ids._bind(
                connector,
                kind,
                [
                    binding
                    for remote_id, binding in by_remote_id.items()
                    if bound.get(remote_id, binding[0].id) == binding[0].id
                ],
            )

    def _get_taken_error(self, job, answer, owner):
        """A candidate, too: whoever has a new one created rules it out."""
        return AmbiguousMatchError(
            _lt(
                "%(customer)s is %(number)s in the ERP, which is linked to %(owner)s here."
                " Merge the two contacts, or have a new customer created there.",
                customer=job.name,
                number=answer.get("number") or answer["remote_id"],
                owner=owner.display_name,
            ),
            candidates=[
                {
                    "id": answer["remote_id"],
                    "number": answer.get("number") or "",
                    "name": answer.get("name") or job.name,
                    "detail": "",
                    "url": answer.get("url") or "",
                    "rule": answer.get("rule") or "",
                }
            ],
        )


def _end_unfinished(answers, stop):
    """:return: the answers, with ``stop`` for customers whose addresses are still to be seen
    to; what has been created stays known"""
    return [
        stop
        if isinstance(answer, dict) and answer.get("addresses", ()) is None
        else answer
        for answer in answers
    ]


def _get_hashes(marks, *path):
    """:return: dict with ``sent_hash`` and ``received_hash``, as far as they are known"""
    for name in path:
        marks = (marks or {}).get(name)
    if not marks:
        return {}
    return {"sent_hash": marks["sent"], "received_hash": marks["received"]}

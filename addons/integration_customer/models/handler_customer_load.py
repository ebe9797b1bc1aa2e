from odoo import api, models
from odoo.fields import Domain

from odoo.addons.integration_hub.client import IntegrationError
from odoo.addons.integration_hub.models.integration_job import OPEN_STATES
from odoo.addons.integration_hub.models.integration_load import PRIORITY

from ..compare import prepare_update


class HandlerCustomerPush(models.AbstractModel):
    """First load of customers: companies and persons, each with contacts and addresses.

    All that match the flow's filter, and those that are linked. A dry run asks the ERP
    for each: is it there, by which rule, and what differs.
    """

    _inherit = "integration.handler.customer_push"

    _has_load = True

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        Partner = self.env["res.partner"]
        domain = flow._get_customer_domain()
        after = int(cursor or 0)
        partners = Partner.search(
            domain & Domain("id", ">", after), order="id", limit=limit
        )
        payloads = partners._prepare_erp_full_payloads()
        links = self._get_links(flow.connector_id, payloads)
        rules = flow.connector_id._get_customer_ownership()
        items = []
        for customer, party in payloads.items():
            link = links["party"].get(customer.id)
            item = {"partner_id": customer.id, "party": party, "remote_id": ""}
            if link:
                item |= {
                    "remote_id": link.remote_id,
                    "is_same": self._is_as_sent(flow, party, link, links),
                    "fields": self._get_party_fields(flow),
                    **self._get_known(party, link, links, rules),
                }
            items.append(item)
        return {
            "items": items,
            "cursor": str(partners[-1].id) if len(partners) == limit else "",
            # once: counting them all takes longer than reading a page
            "total": None if cursor else Partner.search_count(domain),
        }

    @staticmethod
    def _load_call(client, request):
        items = request["items"]
        outcomes = [{"kind": "same"} for _item in items]
        unlinked = [i for i, item in enumerate(items) if not item["remote_id"]]
        matches = (
            client.party_match([items[index]["party"] for index in unlinked])
            if unlinked
            else []
        )
        for index, found in zip(unlinked, matches, strict=True):
            outcomes[index] = {"kind": "found", "matches": found}
        open_ones = [
            index
            for index, item in enumerate(items)
            if item["remote_id"] and not item["is_same"]
        ]
        states = (
            client.party_read([items[index]["remote_id"] for index in open_ones])
            if open_ones
            else []
        )
        for index, state in zip(open_ones, states, strict=True):
            if state is None:
                outcomes[index] = {"kind": "gone"}
                continue
            plan = prepare_update(items[index], state)
            outcomes[index] = {
                "kind": "compared",
                "update": plan["update"],
                "missing": plan["missing"],
                "kept": plan["kept"],
            }
        return {
            "items": [
                {
                    "partner_id": item["partner_id"],
                    "name": item["party"]["name"],
                    "remote_id": item["remote_id"],
                }
                for item in items
            ],
            "outcomes": [
                {"kind": "refused", "message": item.message}
                if isinstance(item, IntegrationError)
                else item
                for item in outcomes
            ],
            "cursor": request["cursor"],
            "total": request["total"],
        }

    @api.private
    def _load_compare(self, flow, answer):
        rows = []
        taken = self._get_taken(flow, answer)
        for item, outcome in zip(answer["items"], answer["outcomes"], strict=True):
            rows.append(
                {
                    "name": item["name"] or self.env._("(no name)"),
                    "res_model": "res.partner",
                    "res_id": item["partner_id"],
                    "remote_id": item["remote_id"],
                    **self._get_load_outcome(flow, item, outcome, taken),
                }
            )
        return rows

    def _get_taken(self, flow, answer):
        """:return: dict ``{remote id: partner}`` of found ones that are linked already, or
        that an earlier customer of this page is going to be linked to"""
        remote_ids = [
            outcome["matches"][0]["remote_id"]
            for outcome in answer["outcomes"]
            if outcome["kind"] == "found" and len(outcome["matches"]) == 1
        ]
        return self.env["integration.external.id"]._get_local_ids(
            flow.connector_id, "party", "res.partner", remote_ids
        )

    def _get_load_outcome(self, flow, item, outcome, taken):
        if outcome["kind"] == "same":
            return {"outcome": "same"}
        if outcome["kind"] == "refused":
            return {"outcome": "attention", "detail": outcome["message"]}
        if not item["name"].strip():
            return {"outcome": "attention", "detail": self.env._("Has no name.")}
        if outcome["kind"] == "gone":
            return {
                "outcome": "attention",
                "detail": self.env._("Is linked, but no longer over there."),
            }
        if outcome["kind"] == "compared":
            return self._get_compared_outcome(outcome)
        matches = outcome["matches"]
        if not matches and flow.customer_scope != "filter":
            return {
                "outcome": "same",
                "detail": self.env._(
                    "Not over there: goes over with its first order (see the flow)."
                ),
            }
        if not matches:
            return {"outcome": "create"}
        names = ", ".join(
            f"{match['name']} ({match['number'] or match['remote_id']})"
            for match in matches[:5]
        )
        if matches[0]["rule"] == "archived":
            return {
                "outcome": "attention",
                "detail": self.env._("Archived over there: %s", names),
            }
        if len(matches) > 1 or matches[0]["rule"] == "name":
            return {
                "outcome": "attention",
                "detail": self.env._("Several could be it: %s", names),
            }
        owner = taken.setdefault(matches[0]["remote_id"], item["partner_id"])
        if owner != item["partner_id"]:
            return {
                "outcome": "attention",
                "detail": self.env._(
                    "Is %(remote)s, which is linked to %(owner)s here: merge the two?",
                    remote=names,
                    owner=self.env["res.partner"].browse(owner).display_name,
                ),
            }
        rules = {
            "key": self.env._("by our key"),
            "code": self.env._("by reference and name"),
            "vat": self.env._("by VAT number"),
            "email": self.env._("by e-mail"),
        }
        return {
            "outcome": "link",
            "remote_id": matches[0]["remote_id"],
            "remote_number": matches[0]["number"],
            "detail": f"{names}, {rules.get(matches[0]['rule'], '')}",
        }

    def _get_compared_outcome(self, outcome):
        changed = []
        if outcome["update"]:
            changed += outcome["update"]["fields"]
            for address in outcome["update"]["addresses"]:
                changed += address["fields"]
        parts = [self._get_field_label(name) for name in dict.fromkeys(changed)]
        parts += [
            self.env._("new: %s", address["name"]) for address in outcome["missing"]
        ]
        if parts:
            return {"outcome": "change", "detail": ", ".join(parts)}
        if outcome["kept"]:
            return {
                "outcome": "attention",
                "detail": self.env._(
                    "Differs; the ERP's values are kept: %s",
                    ", ".join(
                        self._get_field_label(field)
                        for _whose, field, _theirs, _ours in outcome["kept"]
                    ),
                ),
            }
        return {"outcome": "same"}

    @api.private
    def _load_enqueue(self, flow, lines):
        customers = self.env["res.partner"].browse(lines.mapped("res_id")).exists()
        by_id = self._find_jobs_of_others(flow, customers)
        customers -= customers.browse(by_id)
        changed = customers.browse(
            lines.filtered(lambda line: line.outcome == "change").mapped("res_id")
        )
        for enqueue, group in (
            (self._enqueue_updates, customers & changed),
            (self._enqueue_new, customers - changed),
        ):
            jobs = enqueue(flow, group, "load", priority=PRIORITY, is_urgent=True)
            by_id |= dict(zip(group.ids, jobs, strict=True))
        none = self.env["integration.job"]
        return [by_id.get(line.res_id, none) for line in lines]

    def _find_jobs_of_others(self, flow, customers):
        """Somebody waits for these already: a load neither puts them off nor forgets what
        they are sent with. Those that stand still are tried again.

        :return: dict ``{partner id: job}``
        """
        jobs = self.env["integration.job"].search(
            [
                ("flow_id", "=", flow.id),
                ("operation", "in", ("push", "update")),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", customers.ids),
                ("state", "in", OPEN_STATES),
                ("trigger", "!=", "load"),
            ]
        )
        jobs.filtered(lambda job: job.state not in ("waiting", "running"))._arm()
        return {job.res_id: job for job in jobs}

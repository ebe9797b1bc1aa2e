import json

from odoo import api, models

from odoo.addons.integration_hub.models.integration_handler import Blocked
from odoo.addons.integration_hub.models.integration_load import PRIORITY

from .handler_price_pull import get_readable

LOAD_OPERATIONS = ("load_list", "load_price", "load_party")
OPEN_STATES = ("waiting", "retrying", "running", "failed", "attention")


class HandlerPricePull(models.AbstractModel):
    """The first load of price lists, and its dry run: the lists, then what they say of the
    mapped products, then the customers they are given to.

    Operations: ``load_list``, all lists; ``load_price``, what they say of some mapped
    products; ``load_party``, the lists of some customers. The latter two wait for the lists.
    What the dry run says of each is in ``handler_price_compare.py``.
    """

    _inherit = "integration.handler.price_pull"

    _has_load = True
    _is_looked_at_first = True

    # -- the check --------------------------------------------------------------------

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        kind, after = json.loads(cursor) if cursor else ("list", 0)
        if kind == "list":
            return {
                "kind": kind,
                "mapping_count": self._count_load(
                    "integration.product.mapping", flow.connector_id
                ),
                "party_count": self._count_load(
                    "integration.external.id", flow.connector_id
                ),
                "cursor": json.dumps(["price", 0]),
            }
        if kind == "price":
            mappings = self._find_load(
                "integration.product.mapping", flow.connector_id, after, limit
            )
            following = ["price", mappings[-1:].id]
            return {
                "kind": kind,
                **self._prepare_load_price(mappings),
                "cursor": json.dumps(
                    following if len(mappings) == limit else ["party", 0]
                ),
            }
        links = self._find_load(
            "integration.external.id", flow.connector_id, after, limit
        )
        following = json.dumps(["party", links[-1:].id])
        return {
            "kind": kind,
            "link_ids": links.ids,
            **self._prepare_load_party(links),
            "cursor": following if len(links) == limit else "",
        }

    def _get_load_domain(self, model_name, connector):
        if model_name == "integration.product.mapping":
            return [("connector_id", "=", connector.id), ("state", "=", "mapped")]
        return [
            ("connector_id", "=", connector.id),
            ("kind", "=", "party"),
            ("res_model", "=", "res.partner"),
        ]

    def _find_load(self, model_name, connector, after, limit):
        domain = self._get_load_domain(model_name, connector)
        return self.env[model_name].search(
            [*domain, ("id", ">", after)], order="id", limit=limit
        )

    def _count_load(self, model_name, connector):
        domain = self._get_load_domain(model_name, connector)
        return self.env[model_name].search_count(domain)

    @staticmethod
    def _load_call(client, request):
        lists = client.price_lists()
        answer = {**request, "lists": lists, "total": None}
        if request["kind"] == "list":
            # at most: not each list says something of each product
            answer["total"] = (
                len(lists) * (1 + request["mapping_count"]) + request["party_count"]
            )
        elif request["kind"] == "price":
            answer["prices"] = []
            readable = get_readable(lists)
            if readable and request["remote_ids"]:
                answer["prices"] = client.price_list_prices(
                    readable, request["remote_ids"]
                )
        elif request["party_ids"]:
            answer["given"] = client.party_price_lists(request["party_ids"])
        return answer

    @api.private
    def _load_compare(self, flow, answer):
        """Do it all, look at what became of it, and take it back: so the dry run can't say
        anything else than the load will do."""
        handler = self.with_context(integration_price=True)
        flow = flow.with_env(handler.env)
        compare = getattr(handler, f"_compare_{answer['kind']}")
        with self.env.cr.savepoint() as savepoint:
            rows = compare(flow, answer)
            savepoint.rollback()
        return rows

    # -- the load ---------------------------------------------------------------------

    @api.private
    def _load_enqueue(self, flow, lines):
        """One job for all lines of a kind: it asks once more, as it may have changed."""
        names = {
            "list": self.env._("Price lists"),
            "price": self.env._("Prices of products"),
            "party": self.env._("Price lists of customers"),
        }
        jobs = {}
        for kind, group in lines.grouped(lambda line: line.payload["kind"]).items():
            jobs[kind] = self.env["integration.job"]._enqueue(
                flow,
                [
                    {
                        "operation": f"load_{kind}",
                        "name": names[kind],
                        "payload": {
                            "ids": sorted({line.payload.get("id", 0) for line in group})
                        },
                        # all lists are written by one job
                        "idempotency_key": f"load-{kind}-{group[:1].id}"
                        if kind != "list"
                        else "load-list",
                        "priority": PRIORITY,
                        "trigger": "load",
                        "is_urgent": True,
                    }
                ],
            )
        return [jobs[line.payload["kind"]] for line in lines]

    def _prepare(self, flow, jobs):
        operation = jobs[:1].operation
        if operation not in LOAD_OPERATIONS:
            return super()._prepare(flow, jobs)
        if operation == "load_list":
            nothing = self.env["integration.product.mapping"]
            return dict.fromkeys(jobs, self._prepare_load_price(nothing))
        # two at once would make a list twice
        lists = self.env["integration.job"].search(
            [
                ("flow_id", "=", flow.id),
                ("operation", "=", "load_list"),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )
        if lists:
            return dict.fromkeys(jobs, Blocked(lists))
        if operation == "load_price":
            return {
                job: self._prepare_load_price(self._find_mapped(job.payload["ids"]))
                for job in jobs
            }
        links = self.env["integration.external.id"]
        return {
            job: self._prepare_load_party(links.browse(job.payload["ids"]).exists())
            for job in jobs
        }

    def _prepare_load_price(self, mappings):
        return {
            "mapping_ids": mappings.ids,
            "remote_ids": sorted(set(mappings.mapped("remote_id"))),
            "next": "",
        }

    def _prepare_load_party(self, links):
        return {
            "party_ids": links.mapped("remote_id"),
            "partner_ids": links.mapped("res_id"),
            "next": 0,
        }

    def _apply(self, flow, results):
        operation = results[0][0].operation if results else None
        if operation not in LOAD_OPERATIONS:
            return super()._apply(flow, results)
        handler = self.with_context(integration_price=True)
        flow = flow.with_env(handler.env)
        for _job, answer in results:
            if operation == "load_party":
                handler._take_parties(flow, answer)
            elif operation == "load_list":
                handler._write_lists(flow.connector_id, answer["lists"])
            else:
                handler._write_prices(
                    handler._find_usable(flow.connector_id, answer["lists"]),
                    handler._find_mapped(answer["mapping_ids"]),
                    answer["prices"],
                )
        return None

    def _find_usable(self, connector, answers):
        """:return: as ``_write_lists``, of those that are here; one that is new since then
        comes in with the next run"""
        currencies = self._find_currencies(answers)
        known = self._find_lists(connector)
        return {
            item["remote_id"]: known[item["remote_id"]]
            for item in answers
            if item["remote_id"] in known and not self._get_obstacle(item, currencies)
        }

from odoo import models


class HandlerCatalogPull(models.AbstractModel):
    """The first load of a catalogue, and its dry run."""

    _inherit = "integration.handler.catalog_pull"

    _has_load = True
    _is_looked_at_first = True

    def _load_find_records(self, flow, cursor, limit):
        return {"cursor": cursor, "limit": limit}

    @staticmethod
    def _load_call(client, request):
        page = client.catalog_changes(request["cursor"], request["limit"])
        return {
            "products": page["products"],
            "values": {kind: client.value_list(kind) for kind in ("unit", "tax")},
            "cursor": page["cursor"] if page["more"] else "",
            "total": None if request["cursor"] else len(client.catalog_ids()),
        }

    def _load_compare(self, flow, answer):
        """Do it all, look at what became of it, and take it back: so the dry run can't say
        anything else than the load will do."""
        rows = []
        with self.env.cr.savepoint() as savepoint:
            self._write_values(flow.connector_id, answer)
            Item = self.env["integration.catalog.item"]
            Item._receive(flow.connector_id, answer["products"])
            items = Item.search(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    (
                        "remote_id",
                        "in",
                        [product["remote_id"] for product in answer["products"]],
                    ),
                ],
                order="id",
            )
            outcomes = items._take_over(flow.connector_id)
            rows = [self._prepare_row(item, outcomes) for item in items]
            savepoint.rollback()
        return rows

    def _prepare_row(self, item, outcomes):
        outcome, detail = outcomes.get(item, ("attention", item.message))
        if item.state == "left":
            outcome, detail = "same", item.message
        elif item.state == "question":
            outcome, detail = "attention", item.message
        return {
            "outcome": outcome,
            "name": item.display_name,
            "detail": detail or item.message or False,
            "remote_id": item.remote_id,
            "remote_number": item.code or False,
            **(
                {"res_model": "product.product", "res_id": item.product_id.id}
                # what was made in the dry run is gone after it
                if item.product_id and outcome != "create"
                else {}
            ),
        }

    def _load_enqueue(self, flow, lines):
        """One job for all of them: it reads each once more, as it may have changed."""
        job = self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "read",
                    "name": self.env._(
                        "Products %(first)s to %(last)s",
                        first=lines[:1].name,
                        last=lines[-1:].name,
                    ),
                    "payload": {"remote_ids": lines.mapped("remote_id")},
                    "idempotency_key": f"load-{lines[:1].load_id.id}-{lines[:1].id}",
                    "priority": flow.priority + 1,
                    "trigger": "load",
                }
            ],
        )
        return [job] * len(lines)

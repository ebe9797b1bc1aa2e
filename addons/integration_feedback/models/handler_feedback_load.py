from odoo import api, models

from odoo.addons.integration_hub.models.integration_load import PRIORITY

from ..sending import get_hash


class HandlerFeedbackPush(models.AbstractModel):
    """First load: the summaries of all products that have feedback."""

    _inherit = "integration.handler.feedback_push"

    _has_load = True

    @api.private
    def _load_find_records(self, flow, cursor, limit):
        handler = self.with_company(flow.company_id)
        after = int(cursor or 0)
        Feedback = handler.env["integration.feedback"]
        domain = [("company_id", "=", flow.company_id.id)]
        products = (
            handler.env["product.product"]
            .with_context(active_test=False)
            .search(
                [
                    ("id", ">", after),
                    ("id", "in", Feedback._search(domain).subselect("product_id")),
                ],
                order="id",
                limit=limit,
            )
        )
        # archived feedback does not count, archived products do
        products = products.with_env(handler.env)
        texts = products._prepare_feedback_summaries(flow.company_id)
        values = dict(
            Feedback._read_group(
                [*domain, ("product_id", "in", products.ids)],
                ["product_id"],
                ["lost_value:sum"],
            )
        )
        mappings = handler.env["integration.product.mapping"]._get_for(
            flow.connector_id, products
        )
        return {
            "items": [
                {
                    "id": product.id,
                    "name": product.display_name,
                    "key": product._get_feedback_key(flow.company_id),
                    "text": texts[product.id],
                    "value": values.get(product, 0.0),
                    "is_mapped": product.id in mappings,
                }
                for product in products
            ],
            "cursor": str(products[-1].id) if len(products) == limit else "",
        }

    @staticmethod
    def _load_call(client, request):
        keys = [item["key"] for item in request["items"] if item["is_mapped"]]
        found = client.feedback_find(keys) if keys else {}
        return {
            **request,
            "found": {
                key: {"remote_id": state["remote_id"], "hash": get_hash(state["text"])}
                for key, state in found.items()
            },
            "total": None,
        }

    @api.private
    def _load_compare(self, flow, answer):
        rows = []
        for item in answer["items"]:
            known = answer["found"].get(item["key"])
            row = {
                "name": item["name"],
                "res_model": "product.product",
                "res_id": item["id"],
                "amount": item["value"],
                "currency_id": flow.company_id.currency_id.id,
            }
            if not item["is_mapped"]:
                row |= {
                    "outcome": "attention",
                    "detail": self.env._("No product of the ERP is known for it."),
                }
            elif not known:
                row["outcome"] = "create"
            else:
                is_same = known["hash"] == get_hash(item["text"])
                row |= {
                    "outcome": "same" if is_same else "change",
                    "remote_id": known["remote_id"],
                }
            rows.append(row)
        return rows

    @api.private
    def _load_enqueue(self, flow, lines):
        products = self.env["product.product"].browse(lines.mapped("res_id")).exists()
        jobs = self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    **product._prepare_feedback_job(flow.company_id, "load"),
                    "priority": PRIORITY,
                    "is_urgent": True,
                }
                for product in products
            ],
        )
        by_id = dict(zip(products.ids, jobs, strict=True))
        none = self.env["integration.job"]
        return [by_id.get(line.res_id, none) for line in lines]

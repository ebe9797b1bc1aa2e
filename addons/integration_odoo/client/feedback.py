"""Summaries of product feedback (``integration_feedback/contract.py``)."""

import base64

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    TextMaker,
    send_by_halving,
)

from .convert import to_id
from .orders import CREATE_CONTEXT

_lt = TextMaker(__name__)

ATTACHMENT = "ir.attachment"
PRODUCT = "product.product"


class FeedbackVerbs:
    """``feedback_*``.

    A summary is a text file attached to the product, which Odoo shows among the product's
    *Documents* (``product/models/ir_attachment.py``). Our key is the attachment's
    description. Nothing keeps it unique, so it is looked up before every create; who may
    change a product may change its attachments.
    """

    def feedback_check(self):
        user = self._read_own_user()
        if self._has_right(PRODUCT, "write"):
            return []
        return [
            _lt(
                "Product feedback: give %(user)s the right to change products"
                " (group “Products / Create”): their summaries are attached to"
                " them.",
                user=user["name"],
            )
        ]

    def feedback_find(self, keys):
        rows = self.search_read(
            ATTACHMENT,
            [("res_model", "=", PRODUCT), ("description", "in", list(keys))],
            ["description", "res_id", "datas"],
            purpose="read product feedback",
        )
        found = {}
        for row in rows:
            found.setdefault(row["description"], self._get_summary_state(row))
        return found

    def _get_summary_state(self, row):
        return {
            "remote_id": str(row["id"]),
            "product_id": str(row["res_id"] or ""),
            "text": base64.b64decode(row.get("datas") or b"").decode(
                "utf-8", errors="replace"
            ),
            "url": self.get_url(PRODUCT, row["res_id"]),
        }

    def feedback_create(self, summaries):
        return send_by_halving(self._create_summaries, summaries)

    def _create_summaries(self, summaries):
        ids = self.call(
            ATTACHMENT,
            "create",
            vals_list=[
                {
                    "name": f"{summary['title']}.txt",
                    "description": summary["key"],
                    "res_model": PRODUCT,
                    "res_id": to_id(summary["product_id"], "product"),
                    "mimetype": "text/plain",
                    "datas": _encode(summary["text"]),
                }
                for summary in summaries
            ],
            context=CREATE_CONTEXT,
            changes=True,
            purpose="attach product feedback",
        )
        return self._read_summaries(ids)

    def _read_summaries(self, ids):
        try:
            rows = {
                row["id"]: row
                for row in self.search_read(
                    ATTACHMENT,
                    [("id", "in", ids), ("res_model", "=", PRODUCT)],
                    ["res_id", "datas"],
                )
            }
            return [self._get_summary_state(rows[item]) for item in ids]
        except (IntegrationError, KeyError) as error:
            # they are there: any other kind could have them sent again
            raise OutcomeUnknownError(
                _lt("The summaries are attached, but could not be read."), str(error)
            ) from error

    def feedback_update(self, updates):
        return send_by_halving(self._load_summaries, updates)

    def _load_summaries(self, updates):
        self.write_table(
            ATTACHMENT,
            [".id", "res_id", "datas"],
            [
                [
                    item["remote_id"],
                    item["summary"]["product_id"],
                    _encode(item["summary"]["text"]),
                ]
                for item in updates
            ],
            context=CREATE_CONTEXT,
            purpose="replace product feedback",
        )
        return self._read_summaries([int(item["remote_id"]) for item in updates])

    def feedback_delete(self, remote_ids):
        present = [
            row["id"]
            for row in self.search_read(
                ATTACHMENT,
                [("id", "in", [int(item) for item in remote_ids])],
                ["id"],
            )
        ]
        if present:
            self.call(
                ATTACHMENT,
                "unlink",
                present,
                changes=True,
                purpose="take product feedback away",
            )
        return [True] * len(remote_ids)


def _encode(text):
    return base64.b64encode(text.encode()).decode()

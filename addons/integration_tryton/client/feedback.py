"""Summaries of product feedback in Tryton (``integration_feedback/contract.py``)."""

from odoo.addons.integration_hub.client import TextMaker, in_chunks, send_in_chunks

from .parties import escape_like

_lt = TextMaker(__name__)

ATTACHMENT = "ir.attachment"
PRODUCT = "product.product"
BATCH_SIZE = 50
FIELDS = ("name", "resource", "description")


class FeedbackMixin:
    """``feedback_*``.

    A summary is an attachment of the product: the text as its description, which Tryton
    shows beside it, and as a file. Its name ends with our key. Nothing keeps that unique,
    so it is looked up before every create; who may change a product may change its
    attachments (trytond/ir/resource.py).
    """

    def feedback_check(self):
        if self.has_right(PRODUCT, "write"):
            return []
        return [
            _lt(
                "Product feedback: give the Tryton user %(login)s the right to"
                " write %(model)s (by a group there, such as Product"
                " Administration): the summaries are attached to the products.",
                login=self.login,
                model=PRODUCT,
            )
        ]

    def feedback_find(self, keys):
        found = {}
        for chunk in in_chunks(sorted(set(keys)), BATCH_SIZE):
            clauses = [["name", "like", f"%[{escape_like(key)}]"] for key in chunk]
            rows = self.search_read(
                ATTACHMENT,
                [["resource", "like", f"{PRODUCT},%"], ["OR", *clauses]],
                FIELDS,
                order=[["id", "ASC"]],
            )
            for row in rows:
                key = row["name"].rpartition("[")[2].rstrip("]")
                found.setdefault(key, self._get_summary_state(row))
        return found

    def _get_summary_state(self, row):
        product_id = row["resource"].partition(",")[2]
        return {
            "remote_id": str(row["id"]),
            "product_id": product_id,
            "text": row["description"] or "",
            "url": self.record_url(PRODUCT, product_id),
        }

    def feedback_create(self, summaries):
        return send_in_chunks(self._create_summaries, in_chunks(summaries, BATCH_SIZE))

    def _create_summaries(self, summaries):
        ids = self.create_records(
            ATTACHMENT,
            [
                {
                    "name": f"{summary['title']} [{summary['key']}]",
                    **_get_values(summary),
                }
                for summary in summaries
            ],
            skip_warnings=True,
        )
        rows = self.read_created(ATTACHMENT, ids, FIELDS)
        return [self._get_summary_state(rows[item]) for item in ids]

    def feedback_update(self, updates):
        return send_in_chunks(self._write_summaries, in_chunks(updates, BATCH_SIZE))

    def _write_summaries(self, updates):
        # write takes any number of (records, values) pairs (ModelStorage.write)
        pairs = []
        for item in updates:
            pairs += [[int(item["remote_id"])], _get_values(item["summary"])]
        self.rpc(ATTACHMENT, "write", *pairs, changes=True, skip_warnings=True)
        ids = [int(item["remote_id"]) for item in updates]
        rows = self.read_created(ATTACHMENT, ids, FIELDS)
        return [self._get_summary_state(rows[item]) for item in ids]

    def feedback_delete(self, remote_ids):
        ids = [int(item) for item in remote_ids]
        present = sorted(self.read_existing(ATTACHMENT, ids, ["id"]))
        if present:
            self.rpc(ATTACHMENT, "delete", present, changes=True, skip_warnings=True)
        return [True] * len(remote_ids)


def _get_values(summary):
    return {
        "resource": f"{PRODUCT},{int(summary['product_id'])}",
        "type": "data",
        "description": summary["text"],
        "data": summary["text"].encode(),
    }

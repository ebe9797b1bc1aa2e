"""What became of complaints in Tryton: state, actions, and what those have made."""

from odoo.addons.integration_hub.client.text_block import find_keys, split_text

from .encoding import amount_text, date_text, number_text

COMPLAINT = "sale.complaint"
COMPLAINT_FIELDS = (
    "number",
    "reference",
    "date",
    "customer",
    "origin",
    "description",
    "state",
    "actions.action",
    "actions.quantity",
    "actions.unit.symbol",
    "actions.amount",
    "actions.currency.code",
    "actions.result",
    "create_date",
    "write_date",
)
STATES = {
    "draft": "new",
    "waiting": "review",
    "approved": "accepted",
    "rejected": "rejected",
    "done": "done",
    "cancelled": "cancelled",
}
ACTION_KINDS = {"sale_return": "return", "credit_note": "credit_note"}
# model of an action's result: fields of it
RESULT_FIELDS = {
    "sale.sale": ("number", "state", "sale_date", "total_amount", "currency.code"),
    "account.invoice": (
        "number",
        "state",
        "invoice_date",
        "total_amount",
        "currency.code",
    ),
}
RESULT_STATES = {
    "draft": "planned",
    "quotation": "planned",
    "validated": "planned",
    "cancelled": "cancelled",
}


class ComplaintStatesMixin:
    """``_get_complaint_states``: four calls for any number of complaints."""

    def _get_complaint_states(self, rows):
        """
        :param rows: of ``COMPLAINT``, with ``COMPLAINT_FIELDS``
        :return: list of ``ComplaintState``
        """
        rows = list(rows)
        origins = self._read_origins(rows)
        results = self._read_results(rows)
        return [self._get_complaint_state(row, origins, results) for row in rows]

    def _get_complaint_state(self, row, origins, results):
        whole = row["description"] or ""
        in_text = find_keys(whole)
        text, remarks = (
            split_text(whole, in_text[0]) if in_text else (whole.strip(), "")
        )
        changed_at = row["write_date"] or row["create_date"]
        origin = origins.get(row["origin"], {})
        steps = [
            self._get_step(row, action, results)
            for action in row["actions."]
            if action["action"]
        ]
        return {
            "remote_id": str(row["id"]),
            "keys": [row["reference"]] if row["reference"] else in_text,
            "number": row["number"] or f"({row['id']})",
            "url": self.record_url(COMPLAINT, row["id"]),
            "state": STATES.get(row["state"], "new"),
            "party_id": str(row["customer"]),
            "order_id": str(origin.get("order_id") or ""),
            "product_id": str(origin.get("product_id") or ""),
            "quantity": origin.get("quantity", ""),
            "text": text,
            "remarks": remarks,
            "date": date_text(row["date"]),
            "changed_at": changed_at.isoformat(timespec="seconds"),
            "steps": steps,
        }

    def _get_step(self, row, action, results):
        """:rtype: ComplaintStep"""
        result = results.get(action["result"], {})
        is_closed = row["state"] in ("rejected", "cancelled")
        return {
            "remote_id": f"action,{action['id']}",
            "kind": ACTION_KINDS.get(action["action"], "other"),
            "name": "" if action["action"] in ACTION_KINDS else action["action"],
            "number": result.get("number", ""),
            "url": result.get("url", ""),
            "state": result.get("state") or ("cancelled" if is_closed else "planned"),
            "quantity": ""
            if action["quantity"] is None
            else number_text(action["quantity"]),
            "unit": (action["unit."] or {}).get("symbol") or "",
            "amount": result.get("amount")
            or ("" if action["amount"] is None else amount_text(action["amount"])),
            "currency": result.get("currency")
            or (action["currency."] or {}).get("code")
            or "",
            "date": result.get("date", ""),
        }

    def _read_results(self, rows):
        """What the actions have made.

        :return: dict ``{"sale.sale,7": {"number", "url", "state", "amount", …}}``
        """
        wanted = {}
        for row in rows:
            for action in row["actions."]:
                model, _comma, record_id = (action["result"] or "").partition(",")
                if model in RESULT_FIELDS:
                    wanted.setdefault(model, set()).add(int(record_id))
        results = {}
        for model, ids in wanted.items():
            found = self.read_existing(model, ids, RESULT_FIELDS[model])
            for record_id, row in found.items():
                results[f"{model},{record_id}"] = {
                    "number": row["number"] or f"({record_id})",
                    "url": self.record_url(model, record_id),
                    "state": RESULT_STATES.get(row["state"], "done"),
                    # a return is worth less than nothing there
                    "amount": amount_text(abs(row["total_amount"] or 0)),
                    "currency": row["currency."]["code"],
                    "date": date_text(row.get("sale_date") or row.get("invoice_date")),
                }
        return results

    def _read_origins(self, rows):
        """Order, product and quantity the complaints are about.

        :return: dict ``{"sale.line,7": {"order_id", "product_id", "quantity"}}``
        """
        wanted = {}
        for row in rows:
            model, _comma, record_id = (row["origin"] or "").partition(",")
            if record_id:
                wanted.setdefault(model, set()).add(int(record_id))
        origins = {
            f"sale.sale,{record_id}": {"order_id": record_id}
            for record_id in wanted.get("sale.sale", ())
        }
        found = self._read_some("sale.line", wanted, ["sale", "product", "quantity"])
        for record_id, row in found.items():
            origins[f"sale.line,{record_id}"] = {
                "order_id": row["sale"],
                "product_id": row["product"],
                "quantity": number_text(row["quantity"]),
            }
        for record_id, row in self._read_some(
            "account.invoice", wanted, ["sales"]
        ).items():
            orders = row["sales"]
            origins[f"account.invoice,{record_id}"] = {
                "order_id": orders[0] if len(orders) == 1 else None
            }
        for record_id, row in self._read_some(
            "account.invoice.line", wanted, ["product", "quantity", "invoice.sales"]
        ).items():
            orders = (row["invoice."] or {}).get("sales") or []
            origins[f"account.invoice.line,{record_id}"] = {
                "order_id": orders[0] if len(orders) == 1 else None,
                "product_id": row["product"],
                "quantity": number_text(row["quantity"]),
            }
        return origins

    def _read_some(self, model, wanted, fields):
        ids = wanted.get(model)
        return self.read_existing(model, ids, fields) if ids else {}

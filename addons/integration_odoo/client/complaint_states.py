"""What became of repair orders, read in a few calls for many."""

from collections import defaultdict

from odoo.addons.integration_hub.client.text_block import find_keys, split_text

from .convert import read_id, read_name, read_text, to_decimal_text
from .notes import to_text

REPAIR = "repair.order"
STATES = {
    "draft": "new",
    "confirmed": "accepted",
    "under_repair": "in_progress",
    "done": "done",
    "cancel": "cancelled",
    # until 16
    "ready": "accepted",
    "2binvoiced": "done",
}
PART_KINDS = {
    "add": "part_added",
    "remove": "part_removed",
    "recycle": "part_recycled",
}
# model of the parts -> field of their kind: stock moves since 17, lines of their own before
PART_SOURCES = {"stock.move": "repair_line_type", "repair.line": "type"}
MOVE_STATES = {"done": "done", "cancel": "cancelled"}
ORDER_STATES = {"sale": "done", "done": "done", "cancel": "cancelled"}
STATE_FIELDS = (
    "name",
    "state",
    "partner_id",
    "product_id",
    "product_qty",
    "internal_notes",
    "reference_ids",
    "sale_order_id",
    "picking_id",
    "create_date",
    "write_date",
)


class ComplaintStates:
    """``_read_states``: parts, returns and quotations of repair orders with them."""

    def _read_states(self, domain):
        """:return: list of ``ComplaintState``, older ones first"""
        rows = self.search_read(
            REPAIR, domain, STATE_FIELDS, purpose="read repair orders"
        )
        if not rows:
            return []
        customers = self._read_commercial_partners(rows)
        names = self._read_names("stock.reference", rows, "reference_ids")
        steps = self._read_steps(rows)
        return [
            self._get_state(row, customers, names, steps.get(row["id"], []))
            for row in rows
        ]

    def _get_state(self, row, customers, names, steps):
        keys = [names[item] for item in row.get("reference_ids") or () if item in names]
        # before 19, and where somebody took the reference away, the text has the key
        in_text, text, remarks = self._split_notes(read_text(row, "internal_notes"))
        return {
            "remote_id": str(row["id"]),
            "keys": keys or in_text,
            "number": read_text(row, "name"),
            "url": self.get_url(REPAIR, row["id"]),
            "state": STATES.get(row["state"], "new"),
            "party_id": customers.get(row["id"], ""),
            "order_id": str(read_id(row, "sale_order_id") or ""),
            "product_id": str(read_id(row, "product_id") or ""),
            "quantity": to_decimal_text(row.get("product_qty"))
            if row.get("product_id")
            else "",
            "text": text,
            "remarks": remarks,
            "date": self.get_day(read_text(row, "create_date")),
            "changed_at": row["write_date"] or "",
            "steps": steps,
        }

    def _split_notes(self, notes):
        """
        :param str notes: as they stand there
        :return: tuple ``(keys, our text, their remarks)``, both as plain text
        """
        whole = to_text(notes) if self._has_html_notes() else notes.strip()
        keys = find_keys(whole)
        text, remarks = split_text(whole, keys[0]) if keys else (whole, "")
        return keys, text, remarks

    def _has_html_notes(self):
        # text until 15, HTML since
        field = self.get_fields(REPAIR).get("internal_notes") or {}
        return field.get("type") == "html"

    def _read_commercial_partners(self, rows):
        """:return: ``{repair id: id of the customer as a whole}``"""
        ids = {read_id(row, "partner_id") for row in rows} - {None}
        if not ids:
            return {}
        partners = {
            partner["id"]: str(
                read_id(partner, "commercial_partner_id") or partner["id"]
            )
            for partner in self.search_read(
                "res.partner",
                [("id", "in", sorted(ids))],
                ["commercial_partner_id"],
                context={"active_test": False},
            )
        }
        return {row["id"]: partners.get(read_id(row, "partner_id"), "") for row in rows}

    def _read_names(self, model, rows, field):
        """:return: ``{id: name}`` of what the rows' x2many leads to"""
        ids = sorted({item for row in rows for item in row.get(field) or ()})
        if not ids:
            return {}
        return {
            row["id"]: row["name"]
            for row in self.search_read(model, [("id", "in", ids)], ["name"])
        }

    # -- steps ------------------------------------------------------------------------

    def _read_steps(self, rows):
        """:return: ``{repair id: [ComplaintStep]}``"""
        steps = defaultdict(list)
        self._add_returns(rows, steps)
        self._add_quotations(rows, steps)
        self._add_parts(rows, steps)
        return steps

    def _add_returns(self, rows, steps):
        repairs = defaultdict(list)
        for row in rows:
            if row.get("picking_id"):
                repairs[row["picking_id"][0]].append(row["id"])
        if not repairs:
            return
        for row in self.search_read(
            "stock.picking",
            [("id", "in", sorted(repairs))],
            ["name", "state", "scheduled_date", "date_done"],
        ):
            for repair_id in repairs[row["id"]]:
                steps[repair_id].append(
                    {
                        **_get_step(f"stock.picking,{row['id']}", "return"),
                        "number": read_text(row, "name"),
                        "url": self.get_url("stock.picking", row["id"]),
                        "state": MOVE_STATES.get(row["state"], "planned"),
                        "date": read_text(row, "date_done")
                        or read_text(row, "scheduled_date"),
                    }
                )

    def _add_quotations(self, rows, steps):
        repairs = defaultdict(list)
        for row in rows:
            if row.get("sale_order_id"):
                repairs[row["sale_order_id"][0]].append(row["id"])
        if not repairs:
            return
        for row in self.search_read(
            "sale.order",
            [("id", "in", sorted(repairs))],
            ["name", "state", "amount_total", "currency_id", "date_order"],
        ):
            places = self.get_currency_digits().get(read_id(row, "currency_id"), 2)
            for repair_id in repairs[row["id"]]:
                steps[repair_id].append(
                    {
                        **_get_step(f"sale.order,{row['id']}", "quotation"),
                        "number": read_text(row, "name"),
                        "url": self.get_url("sale.order", row["id"]),
                        "state": ORDER_STATES.get(row["state"], "planned"),
                        "amount": to_decimal_text(row["amount_total"], places),
                        "currency": read_name(row, "currency_id"),
                        "date": read_text(row, "date_order"),
                    }
                )

    def _get_part_source(self):
        """:return: model of the parts and field of their kind; None for both without any"""
        for model, field in PART_SOURCES.items():
            if self.get_field(model, field):
                return model, field
        return None, None

    def _add_parts(self, rows, steps):
        model, kind = self._get_part_source()
        if not model:
            return
        for row in self.search_read(
            model,
            [
                ("repair_id", "in", [row["id"] for row in rows]),
                (kind, "!=", False),
            ],
            [
                "repair_id",
                kind,
                "product_id",
                "product_uom_qty",
                "quantity",
                "product_uom",
                "state",
                "date",
                "write_date",
            ],
        ):
            is_done = row["state"] == "done"
            quantity = row["product_uom_qty"]
            if is_done and "quantity" in row:
                quantity = row["quantity"]
            steps[row["repair_id"][0]].append(
                {
                    **_get_step(f"{model},{row['id']}", PART_KINDS[row[kind]]),
                    "name": read_name(row, "product_id"),
                    "state": MOVE_STATES.get(row["state"], "planned"),
                    "quantity": to_decimal_text(quantity),
                    "unit": read_name(row, "product_uom"),
                    "date": read_text(row, "date" if "date" in row else "write_date"),
                }
            )


def _get_step(remote_id, kind):
    return {
        "remote_id": remote_id,
        "kind": kind,
        "name": "",
        "number": "",
        "url": "",
        "state": "planned",
        "quantity": "",
        "unit": "",
        "amount": "",
        "currency": "",
        "date": "",
    }

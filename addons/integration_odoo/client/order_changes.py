"""Orders changed, cancelled and brought back after they were made
(``integration_sale/contract_changes.py``)."""

import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

from odoo.addons.integration_hub.client import (
    IntegrationError,
    OutcomeUnknownError,
    ValidationError,
    in_chunks,
    send_by_halving,
)

from .convert import read_id, read_text, to_decimal_text, to_id
from .orders import ANSWER_FIELDS, CREATE_CONTEXT, OPTIONAL_LINKS

KINDS = {"line_section": "section", "line_note": "note"}
# fields that Odoo takes no change of on a confirmed order, or that change all the rest
FIXED = ("party_id", "currency_id", "price_list_id", "contact_id")
# more would keep a worker busy for longer than callers wait
UPDATE_SIZE = 50
PRECISIONS = {
    "unit_price": ("Product Price",),
    # the second until 18
    "quantity": ("Product Unit", "Product Unit of Measure"),
    "discount": ("Discount",),
}


class OrderChangeVerbs:
    """``order_read``, ``order_expected``, ``order_update``, ``order_cancel``,
    ``order_reopen``.

    Odoo takes changes to a confirmed order: quantities not below what was delivered, no
    line taken out but set to zero (``sale/models/sale_order_line.py``,
    ``_unlink_except_confirmed``; ``sale_stock``, ``_update_line_quantity``). Deliveries
    follow. A locked order takes none.
    """

    # -- read -------------------------------------------------------------------------

    def order_read(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        known = self.get_fields("sale.order")
        rows = {
            row["id"]: row
            for row in self.search_read(
                "sale.order",
                [("id", "in", ids)],
                [
                    *ANSWER_FIELDS,
                    "locked",
                    "partner_id",
                    "client_order_ref",
                    "commitment_date",
                    "note",
                    "pricelist_id",
                    "invoice_ids",
                    *OPTIONAL_LINKS,
                ],
                purpose="read orders",
            )
        }
        lines = self._read_content_lines(list(rows))
        documents = self._find_final_documents(rows)
        return [
            self._get_content(rows[key], lines[key], documents[key], known)
            if key in rows
            else None
            for key in ids
        ]

    def _read_content_lines(self, order_ids):
        """:return: dict ``{order id: [row]}``, in their order"""
        lines = defaultdict(list)
        if not order_ids:
            return lines
        rows = self.search_read(
            "sale.order.line",
            [("order_id", "in", order_ids)],
            [
                "order_id",
                "display_type",
                "product_id",
                "name",
                "product_uom_qty",
                self.get_field("sale.order.line", "product_uom_id", "product_uom"),
                "price_unit",
                "discount",
                self.get_field("sale.order.line", "tax_ids", "tax_id"),
                "qty_delivered",
                "qty_invoiced",
                "is_downpayment",
            ],
            order="order_id, sequence, id",
            purpose="read lines of orders",
        )
        for row in rows:
            lines[row["order_id"][0]].append(row)
        return lines

    def _find_final_documents(self, rows):
        """What can't be undone by cancelling the order.

        :return: dict ``{order id: {"shipped": [numbers], "invoiced": [numbers]}}``
        """
        found = {key: {"shipped": [], "invoiced": []} for key in rows}
        if not rows:
            return found
        for key, shipments in self._read_shipments(list(rows)).items():
            found[key]["shipped"] = [
                item["number"]
                for item in shipments
                if item["state"] == "shipped" and not item["is_return"]
            ]
        for key, invoices in self._read_invoices(rows.values()).items():
            found[key]["invoiced"] = [
                item["number"] for item in invoices if item["state"] == "posted"
            ]
        return found

    def _get_content(self, row, lines, documents, known):
        """:rtype: OrderContent"""
        order = self._order_answer(row)
        reason = order["state"] if order["state"] == "cancelled" else ""
        # 14 to 16 have a state for it
        if row.get("locked") or row["state"] == "done":
            reason = "locked"
        return {
            "order": order,
            "reason": reason,
            "documents": [*documents["shipped"], *documents["invoiced"]],
            "fixed": ["party_id", "currency_id"]
            if order["state"] == "draft"
            else list(FIXED),
            "header": self._get_header(row, known),
            "lines": [self._get_content_line(line) for line in lines],
        }

    def _get_header(self, row, known):
        header = {
            # the person who orders, or else the company
            "contact_id": _id_text(row, "partner_id"),
            "customer_reference": read_text(row, "client_order_ref"),
            "requested_date": read_text(row, "commitment_date")[:10],
            "note": _to_plain(read_text(row, "note")),
            "price_list_id": _id_text(row, "pricelist_id"),
            "currency_id": _id_text(row, "currency_id"),
        }
        for name, (key, _what) in OPTIONAL_LINKS.items():
            if name in known:
                header[key] = _id_text(row, name)
        return header

    def _get_content_line(self, row):
        """:rtype: ContentLine"""
        kind = KINDS.get(row["display_type"], "") if row["display_type"] else "product"
        if row.get("is_downpayment"):
            kind = ""
        unit = self.get_field("sale.order.line", "product_uom_id", "product_uom")
        taxes = self.get_field("sale.order.line", "tax_ids", "tax_id")
        return {
            "remote_id": str(row["id"]),
            "kind": kind,
            "product_id": _id_text(row, "product_id"),
            "description": read_text(row, "name"),
            "quantity": to_decimal_text(row["product_uom_qty"]),
            "unit_id": _id_text(row, unit),
            "unit_price": to_decimal_text(row["price_unit"]),
            "discount": to_decimal_text(row["discount"]),
            "tax_ids": [str(tax_id) for tax_id in row[taxes]],
            "shipped": to_decimal_text(row.get("qty_delivered")),
            "invoiced": to_decimal_text(row.get("qty_invoiced")),
        }

    # -- expected ---------------------------------------------------------------------

    def order_expected(self, orders):
        places = self.get_fact("precisions", self._fetch_precisions)
        known = self.get_fields("sale.order")
        return [self._get_expectation(order, places, known) for order in orders]

    def _fetch_precisions(self):
        rows = self.search_read("decimal.precision", [], ["name", "digits"])
        digits = {row["name"]: row["digits"] for row in rows}
        return {
            field: next((digits[name] for name in names if name in digits), 2)
            for field, names in PRECISIONS.items()
        }

    def _get_expectation(self, order, places, known):
        """:rtype: OrderExpectation"""
        header = {
            "party_id": order["party_id"],
            "contact_id": order["contact_id"] or order["party_id"],
            "customer_reference": order["customer_reference"] or order["number"],
            "requested_date": order["requested_date"],
            "note": order["note"],
        }
        for name in ("price_list_id", "currency_id"):
            if order[name]:
                header[name] = order[name]
        for name, (key, _what) in OPTIONAL_LINKS.items():
            if order[key] and name in known:
                header[key] = order[key]
        return {
            "header": header,
            "lines": [_get_expected_line(line, places) for line in order["lines"]],
        }

    # -- update -----------------------------------------------------------------------

    def order_update(self, updates):
        """A few calls for all of them: Odoo's import takes tables of records that have
        values of their own, each table in one transaction."""
        answers = [None] * len(updates)
        chunks = in_chunks(list(range(len(updates))), UPDATE_SIZE)
        for chunk in chunks:
            outcomes = send_by_halving(
                lambda some: self._update_orders([updates[index] for index in some]),
                chunk,
            )
            for index, outcome in zip(chunk, outcomes, strict=True):
                answers[index] = outcome
        return answers

    def _update_orders(self, updates):
        """What is refused halfway is written in part: asked again, what is there already
        is not written a second time."""
        states = self._read_states([update["remote_id"] for update in updates])
        self._load_tables("sale.order", map(self._prepare_header, updates))
        self._load_tables(
            "sale.order.line",
            (
                self._prepare_line_row(change)
                for update in updates
                for change in update["change"]
            ),
        )
        self._remove_lines(updates, states)
        added = self._add_lines(updates)
        try:
            rows = {
                row["id"]: row
                for row in self._read_orders(
                    [int(update["remote_id"]) for update in updates]
                )
            }
        except IntegrationError as error:
            # it is written: any other kind could have it written again
            raise OutcomeUnknownError(
                "The orders are changed, but could not be read.",
                f"{error.message} {error.technical}",
            ) from error
        return [
            {
                "order": self._order_answer(rows[int(update["remote_id"])]),
                "line_ids": ids,
            }
            if int(update["remote_id"]) in rows
            else ValidationError("The order has been deleted in Odoo.")
            for update, ids in zip(updates, added, strict=True)
        ]

    def _read_states(self, remote_ids):
        rows = self.search_read(
            "sale.order",
            [("id", "in", [int(remote_id) for remote_id in remote_ids])],
            ["state"],
        )
        return {str(row["id"]): row["state"] for row in rows}

    def _prepare_header(self, update):
        """:return: dict ``{column: cell}`` for Odoo's import"""
        order, cells = update["order"], {}
        columns = {key: name for name, (key, _what) in OPTIONAL_LINKS.items()}
        for name in update["fields"]:
            if name in columns:
                cells[f"{columns[name]}/.id"] = order[name]
            elif name == "customer_reference":
                cells["client_order_ref"] = order[name] or order["number"]
            elif name == "requested_date":
                cells["commitment_date"] = order[name] and f"{order[name]} 12:00:00"
            elif name == "note":
                cells["note"] = self._prepare_note(order[name]) if order[name] else ""
            elif name == "price_list_id":
                cells["pricelist_id/.id"] = order[name]
            elif name == "contact_id":
                cells["partner_id/.id"] = order["contact_id"] or order["party_id"]
                # Odoo would take those of the new contact
                for key in ("invoice_address_id", "delivery_address_id"):
                    if order[key]:
                        cells[f"{columns[key]}/.id"] = order[key]
        return {".id": update["remote_id"], **cells} if cells else {}

    def _prepare_line_row(self, change):
        line = change["line"]
        unit = self.get_field("sale.order.line", "product_uom_id", "product_uom")
        taxes = self.get_field("sale.order.line", "tax_ids", "tax_id")
        cells = {
            "description": ("name", line["description"] or "-"),
            "quantity": ("product_uom_qty", line["quantity"]),
            "unit_id": (f"{unit}/.id", line["unit_id"]),
            "unit_price": ("price_unit", line["unit_price"]),
            "discount": ("discount", line["discount"]),
            "tax_ids": (f"{taxes}/.id", ",".join(line["tax_ids"] or [])),
        }
        row = {".id": change["remote_id"]}
        if {"quantity", "unit_id"} & set(change["fields"]):
            # Odoo works them out anew for another quantity or unit, unless they are given
            for name in ("unit_price", "discount"):
                row[cells[name][0]] = change["there"][name]
        for name in change["fields"]:
            column, cell = cells[name]
            row[column] = cell
        return row

    def _load_tables(self, model, records):
        """:param records: dicts ``{column: cell}`` with ``.id``; those of the same columns
        go together"""
        tables = defaultdict(list)
        for record in records:
            if record:
                tables[tuple(sorted(record))].append(record)
        for columns, table in tables.items():
            answer = self.call(
                model,
                "load",
                fields=list(columns),
                data=[[str(record[name]) for name in columns] for record in table],
                context={
                    **CREATE_CONTEXT,
                    # deliveries that have not left go to the new address
                    "update_delivery_shipping_partner": True,
                },
                changes=True,
                purpose="change orders",
            )
            if not answer.get("ids"):
                messages = [
                    str(item.get("message", ""))
                    for item in answer.get("messages") or []
                ]
                raise ValidationError(
                    " ".join(dict.fromkeys(messages)) or "Odoo refuses this change."
                )

    def _remove_lines(self, updates, states):
        """Of a draft lines are taken out, on a confirmed order nothing of them is ordered
        any more."""
        drafts, confirmed = [], []
        for update in updates:
            is_draft = states.get(update["remote_id"]) in ("draft", "sent")
            (drafts if is_draft else confirmed).extend(update["remove"])
        if confirmed:
            rows = self.search_read(
                "sale.order.line",
                [("id", "in", [int(item) for item in confirmed])],
                ["display_type"],
            )
            texts = {str(row["id"]) for row in rows if row["display_type"]}
            drafts += sorted(texts)
            products = [item for item in confirmed if item not in texts]
            if products:
                self.call(
                    "sale.order.line",
                    "write",
                    [int(item) for item in products],
                    vals={"product_uom_qty": 0},
                    changes=True,
                    purpose="take lines out of orders",
                )
        if drafts:
            # those somebody else has taken out meanwhile can't be once more
            present = self.search_read(
                "sale.order.line",
                [("id", "in", [int(item) for item in drafts])],
                ["id"],
            )
            if present:
                self.call(
                    "sale.order.line",
                    "unlink",
                    [row["id"] for row in present],
                    changes=True,
                    purpose="take lines out of orders",
                )

    def _add_lines(self, updates):
        """:return: per update the ids of its new lines"""
        values_list, counts = [], []
        for update in updates:
            counts.append(len(update["add"]))
            for addition in update["add"]:
                values = self._prepare_line_values(
                    addition["line"], addition["position"]
                )
                values_list.append(
                    {**values, "order_id": to_id(update["remote_id"], "order")}
                )
        if not values_list:
            return [[] for _update in updates]
        ids = self.call(
            "sale.order.line",
            "create",
            vals_list=values_list,
            changes=True,
            purpose="add lines to orders",
        )
        rest = iter(ids)
        return [[str(next(rest)) for _each in range(count)] for count in counts]

    # -- cancel, bring back -----------------------------------------------------------

    def order_cancel(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self._read_call_rows(ids)
        documents = self._find_final_documents(rows)
        reasons = {
            key: self._get_cancel_reason(row, documents[key])
            for key, row in rows.items()
        }
        wanted = [
            key
            for key in dict.fromkeys(ids)
            if key in rows and rows[key]["state"] != "cancel" and not reasons[key]
        ]
        outcomes = self._press_button("action_cancel", wanted, "cancel orders")
        return self._get_call_answers(ids, outcomes, reasons, documents, "cancelled")

    def order_reopen(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self._read_call_rows(ids)
        reasons = {
            key: "locked" if row.get("locked") else "" for key, row in rows.items()
        }
        wanted = [
            key
            for key in dict.fromkeys(ids)
            if key in rows and rows[key]["state"] == "cancel" and not reasons[key]
        ]
        outcomes = self._press_button("action_draft", wanted, "bring orders back")
        return self._get_call_answers(ids, outcomes, reasons, {}, None)

    def _read_call_rows(self, ids):
        rows = self.search_read(
            "sale.order",
            [("id", "in", ids)],
            [*ANSWER_FIELDS, "locked", "invoice_ids"],
            purpose="read orders",
        )
        return {row["id"]: row for row in rows}

    def _get_cancel_reason(self, row, documents):
        if row["state"] == "cancel":
            return ""
        for reason in ("shipped", "invoiced"):
            if documents[reason]:
                return reason
        return "locked" if row.get("locked") or row["state"] == "done" else ""

    def _press_button(self, method, ids, purpose):
        """:return: dict ``{id: None or IntegrationError}``"""

        def press(some):
            answer = self.call(
                "sale.order",
                method,
                some,
                # a window that asks first whether to write to the customer: 15 to 18
                context={"disable_cancel_warning": True},
                changes=True,
                purpose=purpose,
            )
            if answer is not None:
                self.check_action_answer(answer)
            return [None] * len(some)

        return dict(zip(ids, send_by_halving(press, ids), strict=True))

    def _get_call_answers(self, ids, outcomes, reasons, documents, state):
        """:param str state: the orders have to be in now; None for any"""
        try:
            rows = {row["id"]: row for row in self._read_orders(ids)}
        except IntegrationError as error:
            return [
                outcomes.get(key) or (error if key in outcomes else error)
                for key in ids
            ]
        answers = []
        for key in ids:
            order = self._order_answer(rows[key]) if key in rows else None
            reason = reasons.get(key, "deleted") if order else "deleted"
            is_missed = order and not reason and state and order["state"] != state
            if outcomes.get(key) is not None and (is_missed or state is None):
                answers.append(outcomes[key])
            elif is_missed:
                answers.append(
                    ValidationError(
                        f"Odoo has not cancelled the order {order['number']}. Open it"
                        " there."
                    )
                )
            else:
                answers.append(
                    {
                        "order": order,
                        "reason": reason,
                        "documents": documents.get(key, {}).get(reason, []),
                    }
                )
        return answers


def _get_expected_line(line, places):
    if line["kind"] != "product":
        return {"description": line["description"] or "-"}
    expected = {
        "product_id": line["product_id"],
        **{name: _round(line[name], places[name]) for name in PRECISIONS},
    }
    if line["description"]:
        expected["description"] = line["description"]
    if line["unit_id"]:
        expected["unit_id"] = line["unit_id"]
    if line["tax_ids"] is not None:
        expected["tax_ids"] = line["tax_ids"]
    return expected


def _round(text, places):
    number = Decimal(text or "0")
    # as a float goes over, whose digits are those of its shortest text
    number = Decimal(repr(float(number)))
    return format(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def _id_text(row, name):
    value = read_id(row, name)
    return str(value) if value else ""


def _to_plain(html):
    """Text of a note we have written; what people have formatted comes out as another
    text, which is what it is."""
    text = re.sub(r"</p>\s*<p[^>]*>", "\n\n", html.strip())
    text = re.sub(r"<br\s*/?>", "\n", text)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip()

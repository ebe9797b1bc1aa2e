"""Orders as they stand, and what may still be changed of them
(``integration_sale/contract_changes.py``)."""

import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from html import unescape

from .convert import read_id, read_text, to_decimal_text
from .orders import ANSWER_FIELDS, OPTIONAL_LINKS

KINDS = {"line_section": "section", "line_note": "note"}
# fields that Odoo takes no change of on a confirmed order, or that change all the rest
FIXED = (
    "party_id",
    "currency_id",
    "price_list_id",
    "contact_id",
    # its deliveries stay as they are
    "warehouse_id",
    "carrier_id",
)
NUMBERS = {
    "quantity": "product_uom_qty",
    "unit_price": "price_unit",
    "discount": "discount",
}


class OrderContentVerbs:
    """``order_read`` and ``order_expected``."""

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
                self.get_name("sale.order.line", "unit"),
                "price_unit",
                "discount",
                self.get_name("sale.order.line", "taxes"),
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
            "documents": documents,
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
        unit = self.get_name("sale.order.line", "unit")
        taxes = self.get_name("sale.order.line", "taxes")
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
        """:return: dict ``{our field: decimals, None for any number}``"""
        # decimal.precision itself is the administrator's to read
        fields = self.call(
            "sale.order.line",
            "fields_get",
            allfields=list(NUMBERS.values()),
            attributes=["digits"],
        )
        return {
            field: (fields.get(name, {}).get("digits") or [None, None])[1]
            for field, name in NUMBERS.items()
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


def _get_expected_line(line, places):
    if line["kind"] != "product":
        return {"description": line["description"] or "-"}
    expected = {
        "product_id": line["product_id"],
        **{name: _round(line[name], places[name]) for name in NUMBERS},
    }
    if line["description"]:
        expected["description"] = line["description"]
    if line["unit_id"]:
        expected["unit_id"] = line["unit_id"]
    if line["tax_ids"] is not None:
        expected["tax_ids"] = line["tax_ids"]
    return expected


def _round(text, places):
    # as a float goes over, whose digits are those of its shortest text
    number = Decimal(repr(float(text or "0")))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return format(number, "f")


def _id_text(row, name):
    value = read_id(row, name)
    return str(value) if value else ""


def _to_plain(html):
    """Text of a note we have written; what people have formatted comes out as another
    text, which is what it is."""
    text = re.sub(r"</p>\s*<p[^>]*>", "\n\n", html.strip())
    text = re.sub(r"<br\s*/?>", "\n", text)
    return unescape(re.sub(r"<[^>]+>", "", text)).strip()

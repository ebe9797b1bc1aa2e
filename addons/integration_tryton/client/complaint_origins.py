"""What a complaint is about in Tryton: a sale, its line, or the line of its invoice."""

from collections import defaultdict

from .encoding import as_decimal

# states of a sale a complaint can be about (trytond/modules/sale_complaint/complaint.py)
SALE_STATES = ["confirmed", "processing", "done"]
INVOICE_STATES = ["posted", "paid"]


class ComplaintOriginsMixin:
    """``_find_origins``: a few searches for any number of complaints.

    A complaint's type says of which model its origin is. Where no kind was mapped, the type
    is taken whose origin tells most: the line before the sale; for a credit note, which
    Tryton makes of invoices alone, the invoice's line before both.
    """

    def _find_origins(self, complaints, types):
        """
        :param complaints: list of ``ComplaintRequest``
        :param types: rows of ``sale.complaint.type``, not empty
        :return: per complaint a dict ``type_id``, ``origin`` (such as ``sale.line,7``, or
            None) and ``action`` (values of ``sale.complaint.action``, or None)
        """
        order_ids = sorted(
            {int(item["order_id"]) for item in complaints if item["order_id"]}
        )
        lines, invoice_lines = defaultdict(list), defaultdict(list)
        for row in self._read_sale_lines(order_ids):
            lines[row["sale"]].append(row)
        for row in self._read_billed_lines(
            complaints, [row["id"] for rows in lines.values() for row in rows]
        ):
            invoice_lines[int(row["origin"].partition(",")[2])].append(row)
        return [
            self._choose_origin(complaint, types, lines, invoice_lines)
            for complaint in complaints
        ]

    def _read_sale_lines(self, order_ids):
        if not order_ids:
            return []
        return self.search_read(
            "sale.line",
            [
                ["sale", "in", order_ids],
                ["type", "=", "line"],
                ["sale.state", "in", SALE_STATES],
            ],
            ["sale", "sale.party", "product", "unit", "quantity"],
            order=[["id", "ASC"]],
        )

    def _read_billed_lines(self, complaints, line_ids):
        if not line_ids or not any(item["wish"] == "credit" for item in complaints):
            return []
        return self.search_read(
            "account.invoice.line",
            [
                ["origin.id", "in", line_ids, "sale.line"],
                ["type", "=", "line"],
                ["invoice.type", "=", "out"],
                ["invoice.state", "in", INVOICE_STATES],
            ],
            ["origin", "unit", "quantity", "invoice.party"],
            order=[["id", "ASC"]],
        )

    def _choose_origin(self, complaint, types, lines, invoice_lines):
        party_id = int(complaint["party_id"])
        of_order = [
            row
            for row in lines.get(int(complaint["order_id"] or 0), [])
            # the sale may be of another party than the customer it was sold to
            if row["sale."]["party"] == party_id
        ]
        of_product = [
            row
            for row in of_order
            if complaint["product_id"]
            and str(row["product"]) == complaint["product_id"]
        ]
        candidates = []
        if complaint["wish"] == "credit":
            candidates += [
                ("account.invoice.line", billed["id"], billed)
                for row in of_product
                for billed in invoice_lines.get(row["id"], [])
                if billed["invoice."]["party"] == party_id
            ]
        candidates += [("sale.line", row["id"], row) for row in of_product]
        if of_order:
            candidates.append(("sale.sale", of_order[0]["sale"], None))
        wanted = [
            row for row in types if str(row["id"]) == complaint["kind_id"]
        ] or types
        for model, record_id, row in candidates:
            of_model = [item for item in wanted if item["origin."]["name"] == model]
            if of_model:
                return {
                    "type_id": of_model[0]["id"],
                    "origin": f"{model},{record_id}",
                    "action": _get_action(complaint, model, row),
                }
        return {"type_id": wanted[0]["id"], "origin": None, "action": None}


def _get_action(complaint, model, row):
    """What the customer wants, proposed where Tryton has such an action and it is clear
    what it is about."""
    names = {
        ("return", "sale.line"): "sale_return",
        ("credit", "account.invoice.line"): "credit_note",
    }
    name = names.get((complaint["wish"], model))
    if not name or complaint["unit_id"] not in ("", str(row["unit"])):
        return None
    quantity = as_decimal(complaint["quantity"] or "0")
    return {
        "action": name,
        # empty means all of it
        "quantity": float(quantity) if quantity else None,
    }

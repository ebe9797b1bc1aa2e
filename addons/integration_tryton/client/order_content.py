"""Orders as they stand in Tryton, and as ours would: in the words of
``integration_sale/contract_changes.py``, comparable with each other."""

from .encoding import as_decimal, date_text, number_text
from .order_values import LINE_TYPES

KINDS = {name: kind for kind, name in LINE_TYPES.items()}


def get_content_line(row):
    """:rtype: ContentLine"""
    quantity = as_decimal(str(row["quantity"] or 0))

    def get_part(name):
        return number_text(quantity * as_decimal(str(row[name] or 0)))

    return {
        "remote_id": str(row["id"]),
        "kind": KINDS.get(row["type"], ""),
        "product_id": str(row["product"] or ""),
        "description": row["description"] or "",
        "quantity": number_text(row["quantity"]),
        "unit_id": str(row["unit"] or ""),
        "unit_price": number_text(row["unit_price"]),
        # part of the price, see order_values
        "discount": "0",
        "tax_ids": [str(tax_id) for tax_id in row["taxes"]],
        "shipped": get_part("moves_progress"),
        "invoiced": get_part("invoice_progress"),
    }


def get_expectation(order, values, fields):
    """:rtype: OrderExpectation"""
    header = {}
    for name, field in fields.items():
        value = values.get(field)
        if value is None:
            continue
        header[name] = date_text(value) if name == "requested_date" else str(value)
    [[_create, lines]] = values["lines"]
    return {
        "header": header,
        "lines": [
            _get_expected_line(line, line_values)
            for line, line_values in zip(order["lines"], lines, strict=True)
        ],
    }


def _get_expected_line(line, values):
    expected = {"description": values["description"] or ""}
    if line["kind"] != "product":
        return expected
    [[_add, tax_ids]] = values.get("taxes") or [["add", []]]
    return {
        **expected,
        "product_id": str(values["product"]),
        "quantity": number_text(values["quantity"]),
        "unit_id": str(values["unit"]),
        "unit_price": number_text(values["unit_price"]),
        "discount": "0",
        "tax_ids": [str(tax_id) for tax_id in tax_ids],
    }

"""The table at the end, and whether every row of it is right."""

from dataclasses import dataclass
from decimal import Decimal

from demo.deals import GONE, STORIES
from demo.erp_view import Seen, money
from demo.play import Won
from stage.json2 import Json2

HEAD = (
    "opportunity",
    "ERP",
    "order",
    "lines",
    "total here",
    "total there",
    "delivery",
    "tracking",
    "invoice",
    "s",
)
RIGHT = (3, 4, 5, 9)
DUE = ("open", "partly_paid", "overdue")
ORDER_FIELDS = (
    "remote_number",
    "key",
    "state",
    "currency_id",
    "amount_total",
    "difference_state",
    "delivery_state",
    "invoice_state",
    "invoice_ids",
    "shipment_ids",
)


@dataclass
class Here:
    """What the CRM says: of its own document, and of the order in the ERP."""

    total: Decimal
    currency: str
    lines: int
    order: dict
    trackings: list[str]
    invoices: list[dict]


def look(seller: Json2, won: Won) -> Here:
    """As the salesperson sees it."""
    if won.document:
        head = seller.read_one(
            "sale.order", won.document, "amount_total", "currency_id"
        )
        total, currency = head["amount_total"], head["currency_id"][1]
        lines = [
            ("order_id", "=", won.document),
            ("display_type", "=", False),
            ("product_uom_qty", ">", 0),
        ]
        count = seller.call("sale.order.line", "search_count", domain=lines)
    else:
        head = seller.read_one(
            "crm.lead", won.lead, "lines_total", "company_currency", "lead_line_ids"
        )
        total, currency, count = (
            head["lines_total"],
            head["company_currency"][1],
            len(head["lead_line_ids"]),
        )
    (order,) = seller.find(
        "integration.erp.order", [("lead_id", "=", won.lead)], *ORDER_FIELDS
    )
    shipments = seller.call(
        "integration.erp.shipment",
        "read",
        order["shipment_ids"],
        fields=["tracking_number"],
    )
    fields = ["remote_number", "status", "kind", "amount_residual"]
    invoices = seller.call(
        "integration.erp.invoice", "read", order["invoice_ids"], fields=fields
    )
    trackings = sorted(
        item["tracking_number"] for item in shipments if item["tracking_number"]
    )
    return Here(money(total), currency, count, order, trackings, invoices)


def find_faults(
    won: Won, here: Here, there: Seen, orders_there: int, tolerance: Decimal
) -> list[str]:
    """Everything that is not as the ERP's own API has it, or not as the story went.

    Totals may differ by what the flow lets pass: the ERPs round where they see fit.
    """
    delivery, invoicing = STORIES[won.deal.story]
    delivery = GONE[won.kind] if delivery == "shipped" else delivery
    due = [
        item
        for item in here.invoices
        if item["kind"] == "invoice" and item["status"] in DUE
    ]
    residual = sum((money(item["amount_residual"]) for item in due), Decimal(0))
    is_overdue = any(item["status"] == "overdue" for item in here.invoices)
    order = here.order
    expected = {
        "orders with our key in the ERP": (orders_there, 1),
        "confirmed there": (there.is_confirmed, True),
        "order number": (order["remote_number"], there.number),
        "currency": (there.currency, here.currency),
        "currency shown": (order["currency_id"][1], there.currency),
        "lines": (there.lines, here.lines),
        "total there": (
            there.total,
            here.total if abs(there.total - here.total) > tolerance else there.total,
        ),
        "total shown": (money(order["amount_total"]), there.total),
        "difference": (order["difference_state"], "none"),
        "delivery there": (there.delivery, delivery),
        "delivery shown": (order["delivery_state"], there.delivery),
        "tracking shown": (here.trackings, there.trackings),
        "invoicing there": (there.invoicing, invoicing),
        "invoicing shown": (order["invoice_state"], there.invoicing),
        "still due": (residual, there.residual),
        "overdue": (is_overdue, "overdue" in won.deal.story),
    }
    return [
        f"{what}: {found}, not {wanted}"
        for what, (found, wanted) in expected.items()
        if found != wanted
    ]


def row(won: Won, here: Here) -> tuple:
    """One line of the table."""
    invoices = ", ".join(
        f"{item['remote_number']} {item['status'].replace('_', ' ')}"
        for item in here.invoices
        if item["remote_number"]
    )
    return (
        won.name,
        won.kind.capitalize(),
        here.order["remote_number"],
        str(here.lines),
        f"{here.total:,.2f} {here.currency}",
        f"{money(here.order['amount_total']):,.2f} {here.order['currency_id'][1]}",
        here.order["delivery_state"],
        ", ".join(here.trackings),
        f"{here.order['invoice_state'].replace('_', ' ')}"
        + (f" ({invoices})" if invoices else ""),
        f"{won.seconds:.1f}",
    )


def show(rows: list[tuple]) -> None:
    """Columns as wide as they need."""
    rows = [HEAD, *rows]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEAD))]
    for number, cells in enumerate(rows):
        aligned = [
            cell.rjust(width) if column in RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        print("  ".join(aligned).rstrip())
        if not number:
            print("  ".join("-" * width for width in widths))

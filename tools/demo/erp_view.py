"""What the ERPs themselves say of an order, read through their own APIs: what the CRM shows is held against it."""

from dataclasses import dataclass, field
from decimal import Decimal

from erp_actions.odoo_clerk import OdooClerk
from erp_actions.tryton_clerk import TrytonClerk


@dataclass
class Seen:
    """An order as the ERP has it."""

    number: str
    is_confirmed: bool
    currency: str
    total: Decimal
    lines: int
    delivery: str
    trackings: list[str] = field(default_factory=list)
    invoicing: str = "none"
    residual: Decimal = Decimal(0)


def delivery_state(done: int, still_open: int) -> str:
    """From the number of shipments."""
    if not done + still_open:
        return "none"
    if not done:
        return "waiting"
    return "partial" if still_open else "shipped"


def invoice_state(total: Decimal, residual: Decimal, credited: Decimal) -> str:
    """From the money of the posted invoices."""
    if not total:
        return "none"
    if credited >= total:
        return "credited"
    if not residual:
        return "paid"
    return "partly_paid" if residual < total else "invoiced"


def money(value) -> Decimal:
    """In cents, whatever form it came in."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def find_odoo(clerk: OdooClerk, key: str) -> list[int]:
    """All orders that bear the key: there must be one."""
    return clerk.call("sale.order", "search", domain=[("origin", "=", key)])


def see_odoo(clerk: OdooClerk, order: int) -> Seen:
    """Order, pickings and invoices."""
    head = clerk.read_one(
        "sale.order",
        order,
        "name",
        "state",
        "currency_id",
        "amount_total",
        "invoice_ids",
    )
    lines = [("order_id", "=", order), ("display_type", "=", False)]
    pickings = clerk.call(
        "stock.picking",
        "search_read",
        domain=[("sale_id", "=", order), ("state", "!=", "cancel")],
        fields=["state", "carrier_tracking_ref"],
    )
    domain = [("state", "=", "posted"), "|", ("id", "in", head["invoice_ids"])]
    domain.append(("reversed_entry_id", "in", head["invoice_ids"]))
    moves = clerk.call(
        "account.move",
        "search_read",
        domain=domain,
        fields=["move_type", "amount_total", "amount_residual"],
    )
    bills = [move for move in moves if move["move_type"] == "out_invoice"]
    total = sum((money(move["amount_total"]) for move in bills), Decimal(0))
    residual = sum((money(move["amount_residual"]) for move in bills), Decimal(0))
    credited = sum(
        (money(move["amount_total"]) for move in moves if move not in bills), Decimal(0)
    )
    done = [picking for picking in pickings if picking["state"] == "done"]
    return Seen(
        number=head["name"],
        is_confirmed=head["state"] == "sale",
        currency=head["currency_id"][1],
        total=money(head["amount_total"]),
        lines=clerk.call("sale.order.line", "search_count", domain=lines),
        delivery=delivery_state(len(done), len(pickings) - len(done)),
        trackings=sorted(
            item["carrier_tracking_ref"]
            for item in done
            if item["carrier_tracking_ref"]
        ),
        invoicing=invoice_state(total, residual, credited),
        residual=residual,
    )


def find_tryton(clerk: TrytonClerk, key: str) -> list[int]:
    """All orders that bear the key: there must be one."""
    return clerk.call("model.sale.sale.search", [["web_id", "=", key]], 0, None, None)


def see_tryton(clerk: TrytonClerk, order: int) -> Seen:
    """Sale, shipments and invoices."""
    fields = (
        "number",
        "state",
        "currency.code",
        "total_amount",
        "shipments",
        "invoices",
    )
    head = clerk.read_one("sale.sale", order, *fields)
    lines = [["sale", "=", order], ["type", "=", "line"]]
    shipments = clerk.call(
        "model.stock.shipment.out.read",
        list(head["shipments"]),
        ["state", "shipping_reference"],
    )
    shipments = [item for item in shipments if item["state"] != "cancelled"]
    gone = [item for item in shipments if item["state"] in ("shipped", "done")]
    delivery = delivery_state(len(gone), len(shipments) - len(gone))
    if delivery == "shipped" and all(item["state"] == "done" for item in gone):
        # Tryton knows of goods that have arrived.
        delivery = "delivered"
    bills, notes = read_tryton_invoices(clerk, head["invoices"])
    residual = sum((item["amount_to_pay"] or Decimal(0) for item in bills), Decimal(0))
    credited = -sum((item["total_amount"] for item in notes), Decimal(0))
    return Seen(
        number=head["number"],
        is_confirmed=head["state"] in ("confirmed", "processing", "done"),
        currency=head["currency."]["code"],
        total=head["total_amount"],
        lines=clerk.call("model.sale.line.search_count", lines),
        delivery=delivery,
        trackings=sorted(filter(None, (item["shipping_reference"] for item in gone))),
        invoicing=invoice_state(
            sum((item["total_amount"] for item in bills), Decimal(0)),
            residual,
            credited,
        ),
        residual=residual,
    )


def read_tryton_invoices(clerk: TrytonClerk, ids) -> tuple[list[dict], list[dict]]:
    """Invoices that have been posted (crediting one cancels it by a move), and the credit notes of them."""
    fields = ["number", "total_amount", "amount_to_pay"]
    bills = [
        item
        for item in clerk.call("model.account.invoice.read", list(ids), fields)
        if item["number"]
    ]
    domain = [["origin_invoices", "in", [item["id"] for item in bills]]]
    notes = clerk.call(
        "model.account.invoice.search_read", domain, 0, None, None, fields
    )
    return bills, notes


FIND = {"odoo": find_odoo, "tryton": find_tryton}
SEE = {"odoo": see_odoo, "tryton": see_tryton}

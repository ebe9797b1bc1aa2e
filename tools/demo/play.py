"""What people do in the demo: a salesperson writes and wins deals in the CRM, clerks work on the orders in the ERPs."""

import datetime
import time
from dataclasses import dataclass
from decimal import Decimal

from demo.deals import TEAMS, Deal, Line
from demo.erp_view import money
from stage.database import Database
from stage.json2 import CallError, Json2

PATIENCE = 120
# Long enough ago to be overdue under any payment term of these customers.
LONG_AGO = datetime.timedelta(days=60)


@dataclass
class Won:
    """A deal after it was won."""

    deal: Deal
    kind: str
    lead: int
    name: str
    document: int | None
    seconds: float = 0
    key: str = ""
    order: int = 0


def write_deal(seller: Json2, kind: str, deal: Deal, suffix: str) -> Won:
    """The opportunity, and the quotation where there is one, confirmed where the customer has signed."""
    partner = seller.find(
        "res.partner",
        [("name", "=", deal.customer), ("is_company", "=", True)],
        "child_ids",
    )[0]
    values = {
        "name": deal.name + suffix,
        "type": "opportunity",
        "partner_id": partner["id"],
        "team_id": seller.call(
            "crm.team", "search", domain=[("name", "=", TEAMS[kind])]
        )[0],
    }
    if deal.basis == "lines":
        values["lead_line_ids"] = [
            [0, 0, lead_line_values(seller, line)] for line in deal.lines
        ]
    lead = seller.call("crm.lead", "create", vals_list=[values])[0]
    won = Won(deal, kind, lead, values["name"], None)
    if deal.basis != "lines":
        won.document = write_quotation(seller, deal, lead, partner)
    if deal.basis == "order":
        seller.call("sale.order", "action_confirm", [won.document])
    return won


def lead_line_values(seller: Json2, line: Line) -> dict:
    """A line of the opportunity."""
    return {
        "product_id": product(seller, line.code),
        "quantity": line.quantity,
        "discount": line.discount,
    }


def write_quotation(seller: Json2, deal: Deal, lead: int, partner: dict) -> int:
    """As the button on the opportunity makes it, with what the customer asked for."""
    values = {
        "opportunity_id": lead,
        "partner_id": partner["id"],
        "client_order_ref": deal.reference,
    }
    if deal.currency != "EUR":
        domain = [("currency_id.name", "=", deal.currency)]
        values["pricelist_id"] = seller.call(
            "product.pricelist", "search", domain=domain, limit=1
        )[0]
    if deal.to_delivery_address:
        domain = [("parent_id", "=", partner["id"]), ("type", "=", "delivery")]
        values["partner_shipping_id"] = seller.call(
            "res.partner", "search", domain=domain, limit=1
        )[0]
        values["commitment_date"] = (
            str(datetime.date.today() + datetime.timedelta(days=14)) + " 10:00:00"
        )
    values["order_line"] = [
        [0, 0, order_line_values(seller, line)] for line in deal.lines
    ]
    return seller.call("sale.order", "create", vals_list=[values])[0]


def order_line_values(seller: Json2, line: Line) -> dict:
    """A line of the quotation."""
    if line.kind != "product":
        return {
            "display_type": line.kind,
            "name": line.code,
            "is_optional": line.is_optional,
        }
    return {
        "product_id": product(seller, line.code),
        "product_uom_qty": line.quantity,
        "discount": line.discount,
    }


def product(seller: Json2, code: str) -> int:
    """By the code sales knows it by."""
    return seller.call(
        "product.product", "search", domain=[("default_code", "=", code)]
    )[0]


def win(seller: Json2, database: Database, won: Won) -> None:
    """Press *Won*; wait until the order is recorded here. The queue is worked off by the scheduled actions."""
    start = time.perf_counter()
    seller.call("crm.lead", "action_set_won_rainbowman", [won.lead])
    query = "select key from integration_erp_order where lead_id = %s and state = 'confirmed'"
    deadline = start + PATIENCE
    while not (rows := database.rows(query, won.lead)):
        if time.perf_counter() > deadline:
            raise CallError(f"{won.name}: {explain(database, won.lead)}")
        time.sleep(0.02)
    won.seconds = time.perf_counter() - start
    won.key = rows[0][0]


def explain(database: Database, lead: int) -> str:
    """Why there is no order yet."""
    query = "select state, error_message from integration_job where res_model = 'crm.lead' and res_id = %s"
    states = "; ".join(
        f"{state} {message or ''}" for state, message in database.rows(query, lead)
    )
    return f"no confirmed order within {PATIENCE} s ({states or 'nothing is in the queue'})"


def act(clerk, won: Won) -> None:
    """The clerk's part of the story."""
    story = won.deal.story
    if "shipped" in story and "not shipped" not in story:
        clerk.ship(won.order, partial="half" in story)
    if story == "untouched":
        return
    on = datetime.date.today() - LONG_AGO if "overdue" in story else None
    for invoice in clerk.invoice(won.order, on=on):
        if "partly paid" in story:
            clerk.pay(
                invoice,
                amount=float(money(invoice_total(clerk, won.kind, invoice) / 3)),
            )
        elif "paid" in story:
            clerk.pay(invoice)
        elif "credited" in story:
            clerk.credit(invoice)


def invoice_total(clerk, kind: str, invoice: int) -> Decimal:
    """What the customer has to pay."""
    if kind == "odoo":
        return money(
            clerk.read_one("account.move", invoice, "amount_total")["amount_total"]
        )
    return clerk.read_one("account.invoice", invoice, "total_amount")["total_amount"]

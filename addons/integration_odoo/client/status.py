"""What became of orders: one query per model for many orders."""

from collections import defaultdict

from .changes import INVOICE_TYPES, ChangeVerbs
from .convert import read_id, read_name, read_text, to_decimal_text
from .orders import ANSWER_FIELDS
from .shipments import ShipmentVerbs

INVOICE_FIELDS = (
    "name",
    "move_type",
    "state",
    "payment_state",
    "invoice_date",
    "invoice_date_due",
    "currency_id",
    "amount_total",
    "amount_residual",
    "reversed_entry_id",
)
INVOICE_STATES = {"draft": "draft", "posted": "posted", "cancel": "cancelled"}
PAYMENT_STATES = {
    "partial": "partial",
    # paid by the customer, not yet seen on the bank statement
    "in_payment": "paid",
    "paid": "paid",
    "reversed": "reversed",
}


class StatusVerbs(ChangeVerbs, ShipmentVerbs):
    """``order_status`` and ``order_changes``."""

    def order_status(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = {
            row["id"]: row
            for row in self.search_read(
                "sale.order",
                [("id", "in", ids)],
                [*ANSWER_FIELDS, "invoice_ids", "invoice_status"],
            )
        }
        invoices = self._read_invoices(rows.values())
        shipments = self._read_shipments(list(rows))
        return [
            self._order_status(rows[key], invoices[key], shipments[key])
            if key in rows
            else deleted_status(key)
            for key in ids
        ]

    def _order_status(self, row, invoices, shipments):
        answer = self._order_answer(row)
        delivery_state = get_delivery_state(shipments)
        if is_done(row, delivery_state, invoices):
            answer["state"] = "done"
        return {**answer, **status_details(delivery_state, invoices, shipments)}

    # -- invoices ---------------------------------------------------------------------

    def _read_invoices(self, orders):
        """``{order id: [Invoice]}``, credit notes made from an invoice included."""
        orders_of_move = defaultdict(list)
        for order in orders:
            for move_id in order.get("invoice_ids") or ():
                orders_of_move[move_id].append(order["id"])
        answers = defaultdict(list)
        if not orders_of_move:
            return answers
        move_ids = sorted(orders_of_move)
        rows = self.search_read(
            "account.move",
            [
                ("move_type", "in", INVOICE_TYPES),
                "|",
                ("id", "in", move_ids),
                ("reversed_entry_id", "in", move_ids),
            ],
            INVOICE_FIELDS,
        )
        for row in rows:
            # a credit note without a line of the order belongs where its invoice does
            order_ids = orders_of_move.get(row["id"]) or orders_of_move.get(
                read_id(row, "reversed_entry_id"), ()
            )
            for order_id in order_ids:
                answers[order_id].append(self._invoice(row))
        return answers

    def _invoice(self, row):
        places = self.get_currency_digits().get(read_id(row, "currency_id"), 2)
        reversed_id = read_id(row, "reversed_entry_id")
        return {
            "remote_id": str(row["id"]),
            # a draft is called "/" until 18
            "number": read_text(row, "name").strip("/"),
            "url": self.get_url("account.move", row["id"]),
            "kind": "credit_note" if row["move_type"] == "out_refund" else "invoice",
            "state": INVOICE_STATES.get(row["state"], "draft"),
            "payment_state": PAYMENT_STATES.get(row["payment_state"], "not_paid"),
            "invoice_date": read_text(row, "invoice_date"),
            "due_date": read_text(row, "invoice_date_due"),
            "currency": read_name(row, "currency_id"),
            "total": to_decimal_text(row["amount_total"], places),
            "residual": to_decimal_text(row["amount_residual"], places),
            "credit_of": [str(reversed_id)] if reversed_id else [],
        }


def get_delivery_state(shipments):
    """State of delivery of an order. Odoo knows what left the warehouse, not what has
    arrived: it never says *delivered*."""
    states = {
        shipment["state"]
        for shipment in shipments
        if not shipment["is_return"] and shipment["state"] != "cancelled"
    }
    if not states:
        return "none"
    if "shipped" not in states:
        return "waiting"
    return "shipped" if states == {"shipped"} else "partial"


def is_done(row, delivery_state, invoices):
    """Nothing is left to do: shipped, invoiced, paid."""
    return (
        row["state"] in ("sale", "done")
        and row.get("invoice_status") == "invoiced"
        and delivery_state in ("none", "shipped")
        and all(
            invoice["state"] == "cancelled"
            or (
                invoice["state"] == "posted"
                and invoice["payment_state"] in ("paid", "reversed")
            )
            for invoice in invoices
        )
    )


def status_details(delivery_state="none", invoices=(), shipments=()):
    return {
        "delivery_state": delivery_state,
        "invoices": list(invoices),
        "shipments": list(shipments),
    }


def deleted_status(order_id):
    """What is left to say of an order that is gone."""
    return {
        "remote_id": str(order_id),
        "key": "",
        "number": "",
        "url": "",
        "state": "deleted",
        "currency": "",
        "total_untaxed": "0",
        "total_tax": "0",
        "total": "0",
        **status_details(),
    }

"""What became of orders in Tryton: invoices, payments, shipments (contract: status).

Five calls for any number of orders. Returns and credit notes are found where Tryton keeps
them: a credit note's lines come from the invoice's, a return is a sale of its own whose
origin is ours (trytond/modules/sale/sale.py, wizard ``sale.return_sale``).
"""

from .encoding import amount_text, date_text, number_text
from .order_cancel import is_called_off

DETAIL_FIELDS = (
    "invoices",
    "shipments",
    "shipment_returns",
    "shipment_state",
    "invoice_state",
)
INVOICE_FIELDS = (
    "number",
    "state",
    "cancel_move",
    "invoice_date",
    "currency.code",
    "total_amount",
    "amount_to_pay",
    "lines_to_pay.maturity_date",
    "lines_to_pay.reconciliation",
)
SHIPMENT_FIELDS = (
    "number",
    "state",
    "planned_date",
    "effective_date",
    "moves.origin",
    "moves.state",
    "moves.quantity",
    "moves.unit.symbol",
    "moves.product.code",
    "moves.product.name",
)
SHIPMENT_STATES = {
    "draft": "waiting",
    "waiting": "waiting",
    "assigned": "ready",
    "picked": "ready",
    "packed": "ready",
    "shipped": "shipped",
    "done": "delivered",
    "cancelled": "cancelled",
    # of returns
    "received": "delivered",
}
GONE = ("shipped", "delivered")


class StatusMixin:
    def order_status(self, remote_ids):
        order_ids = [int(item) for item in remote_ids]
        rows = self.search_read(
            "sale.sale",
            [["id", "in", order_ids]],
            [*self._get_order_fields(), *DETAIL_FIELDS],
        )
        orders = {row["id"]: row for row in rows}
        for row in self._search_returns(list(orders)):
            order = orders[int(row["origin"].partition(",")[2])]
            for name in ("invoices", "shipments", "shipment_returns"):
                order[name] = [*order[name], *row[name]]
        invoices = self._read_invoices(orders.values())
        shipments = self._read_shipments(
            "stock.shipment.out", "shipments", orders.values()
        )
        returns = self._read_shipments(
            "stock.shipment.out.return", "shipment_returns", orders.values()
        )
        return [
            self._get_status(orders[order_id], invoices, shipments, returns)
            if order_id in orders
            else _get_deleted(order_id)
            for order_id in order_ids
        ]

    def _search_returns(self, order_ids):
        if not order_ids:
            return []
        return self.search_read(
            "sale.sale",
            [
                ["origin.id", "in", order_ids, "sale.sale"],
                ["state", "in", ["confirmed", "processing", "done"]],
            ],
            ["origin", *DETAIL_FIELDS],
        )

    def _read_invoices(self, orders):
        """:return: dict ``{id: row}`` of the orders' invoices and their credit notes, which
        are added to the orders"""
        ids = sorted({item for order in orders for item in order["invoices"]})
        if not ids:
            return {}
        rows = self.read_existing("account.invoice", ids, INVOICE_FIELDS)
        credit_notes = self.search_read(
            "account.invoice",
            [["origin_invoices", "in", ids]],
            [*INVOICE_FIELDS, "origin_invoices"],
        )
        for row in credit_notes:
            rows[row["id"]] = row
            for order in orders:
                if set(row["origin_invoices"]) & set(order["invoices"]):
                    order["invoices"] = sorted({*order["invoices"], row["id"]})
        return rows

    def _read_shipments(self, model, field, orders):
        ids = sorted({item for order in orders for item in order[field]})
        if not ids:
            return {}
        fields = list(SHIPMENT_FIELDS)
        if model == "stock.shipment.out":
            if "stock_shipment_cost" in self.modules:
                fields.append("carrier.party.name")
            if "stock_package_shipping" in self.modules:
                fields += [
                    "shipping_reference",
                    "packages.shipping_reference",
                    "packages.shipping_tracking_url",
                ]
        return self.read_existing(model, ids, fields)

    def _get_status(self, order, invoices, shipments, returns):
        """:rtype: OrderStatus"""
        answers, known_lines = [], set()
        for row in _get_rows(shipments, order["shipments"]):
            lines = {
                move["origin"]
                for move in row["moves."]
                if (move["origin"] or "").startswith("sale.line,")
            }
            # Tryton makes a new shipment for what the last one left open
            is_backorder = bool(lines & known_lines)
            if row["state"] != "cancelled":
                known_lines |= lines
            answers.append(self._get_shipment(row, is_backorder))
        delivery_state = _get_delivery_state(answers, order["shipment_state"])
        answers += [
            self._get_shipment(row, is_return=True)
            for row in _get_rows(returns, order["shipment_returns"])
        ]
        answer = self._get_order(order)
        if is_called_off(order):
            answer["state"] = "cancelled"
        return {
            **answer,
            "delivery_state": delivery_state,
            "invoices": [
                self._get_invoice(row) for row in _get_rows(invoices, order["invoices"])
            ],
            "shipments": answers,
        }

    def _get_invoice(self, row):
        """:rtype: Invoice"""
        total, residual = row["total_amount"], row["amount_to_pay"] or 0
        # credited with refund: the move that cancels it is the credit note's
        is_reversed = row["state"] == "cancelled" and row["cancel_move"]
        if is_reversed:
            state, payment_state = "posted", "reversed"
        elif row["state"] in ("posted", "paid"):
            state, payment_state = "posted", _get_payment_state(row, residual)
        else:
            state = "cancelled" if row["state"] == "cancelled" else "draft"
            payment_state, residual = "not_paid", 0 if state == "cancelled" else total
        return {
            "remote_id": str(row["id"]),
            "number": row["number"] or "",
            "url": self.record_url("account.invoice", row["id"]),
            "kind": "credit_note" if total < 0 else "invoice",
            "state": state,
            "payment_state": payment_state,
            "invoice_date": date_text(row["invoice_date"]),
            "due_date": date_text(_get_due_date(row["lines_to_pay."])),
            "currency": row["currency."]["code"],
            "total": amount_text(abs(total)),
            "residual": amount_text(abs(residual)),
            "credit_of": [str(item) for item in row.get("origin_invoices") or ()],
        }

    def _get_shipment(self, row, is_backorder=False, is_return=False):
        """:rtype: Shipment"""
        carrier, packages = row.get("carrier."), row.get("packages.") or []
        numbers = [item["shipping_reference"] for item in packages]
        numbers = list(dict.fromkeys(filter(None, numbers)))
        links = [item["shipping_tracking_url"] for item in packages]
        return {
            "remote_id": str(row["id"]),
            "number": row["number"] or "",
            "url": self.record_url(
                "stock.shipment.out.return" if is_return else "stock.shipment.out",
                row["id"],
            ),
            "state": SHIPMENT_STATES[row["state"]],
            "is_backorder": is_backorder,
            "is_return": is_return,
            "scheduled_date": date_text(row["planned_date"]),
            "done_date": date_text(row["effective_date"]),
            "carrier": carrier["party."]["name"] or "" if carrier else "",
            "tracking_number": ", ".join(numbers)
            or row.get("shipping_reference")
            or "",
            "tracking_url": next(filter(None, links), ""),
            "items": [
                {
                    "product_code": (move["product."] or {}).get("code") or "",
                    "description": (move["product."] or {}).get("name") or "",
                    "quantity": number_text(move["quantity"]),
                    "unit": (move["unit."] or {}).get("symbol") or "",
                }
                for move in row["moves."]
                # those inside the warehouse have none
                if (move["origin"] or "").startswith("sale.line,")
                and (move["state"] != "cancelled" or row["state"] == "cancelled")
            ],
        }


def _get_rows(rows, ids):
    """Rows in the order of their ids, without those deleted since the ids were read."""
    return [rows[item] for item in sorted(ids) if item in rows]


def _get_payment_state(row, residual):
    if row["state"] == "paid" or not residual:
        return "paid"
    return "partial" if abs(residual) < abs(row["total_amount"]) else "not_paid"


def _get_due_date(lines):
    """The next date something is due; the last one when all is paid."""
    dates = [line["maturity_date"] for line in lines if line["maturity_date"]]
    open_dates = [
        line["maturity_date"]
        for line in lines
        if line["maturity_date"] and not line["reconciliation"]
    ]
    return min(open_dates, default=max(dates, default=None))


def _get_delivery_state(shipments, shipment_state):
    """How far the delivery of an order has come.

    :param shipments: answers about its shipments, returns left out
    :param str shipment_state: Tryton's own word, which counts moves that are done: only
        it knows of lines no shipment exists for yet
    """
    states = [item["state"] for item in shipments if item["state"] != "cancelled"]
    if not states:
        return "none" if shipment_state == "none" else "waiting"
    if not any(state in GONE for state in states):
        return "waiting"
    all_gone = all(state in GONE for state in states)
    is_open = shipment_state in ("partially shipped", "exception") or not all_gone
    if is_open:
        return "partial"
    return "delivered" if set(states) == {"delivered"} else "shipped"


def _get_deleted(order_id):
    return {
        "remote_id": str(order_id),
        "key": "",
        "number": "",
        "url": "",
        "state": "deleted",
        "delivery_state": "none",
        "currency": "",
        "total_untaxed": "0",
        "total_tax": "0",
        "total": "0",
        "invoices": [],
        "shipments": [],
    }

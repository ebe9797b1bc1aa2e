"""A clerk in the Odoo ERP, over its JSON-2 API."""

import datetime
import json
import time
import urllib.error
import urllib.request


class ClerkError(Exception):
    """The ERP refused."""


class OdooClerk:
    """Works with order ids of the ERP (`sale.order`)."""

    def __init__(self, settings: dict):
        self.settings = settings
        self.key = settings.get("clerk", settings)["api_key"]

    def call(self, model: str, method: str, ids=None, context=None, **arguments):
        """One call; the answer is plain JSON."""
        body = dict(arguments)
        if ids is not None:
            body["ids"] = list(ids)
        if context:
            body["context"] = context
        request = urllib.request.Request(
            f"{self.settings['url']}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": self.settings["database"],
            },
        )
        return self.open(request)

    def open(self, request, attempts: int = 6):
        """Odoo tries again by itself when somebody else changed the same record, but
        not for ever; a person would click again."""
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = json.loads(error.read()).get("message", error.reason)
            if "could not serialize" not in text or attempts == 1:
                raise ClerkError(text) from error
        time.sleep(1)
        return self.open(request, attempts - 1)

    def read_one(self, model: str, record: int, *fields) -> dict:
        """Some fields of one record."""
        return self.call(model, "read", [record], fields=list(fields))[0]

    # Orders

    def find_order(self, reference: str) -> int | None:
        """By order number, or by the customer reference it was created with."""
        domain = ["|", ("name", "=", reference), ("client_order_ref", "=", reference)]
        found = self.call("sale.order", "search", domain=domain)
        return found[0] if found else None

    def create_order(
        self, customer: str | int, lines, reference: str | None = None
    ) -> int:
        """An order typed in by hand: for a customer by name or id; lines are (product code, quantity)."""
        partner = customer
        if isinstance(customer, str):
            partner = self.call(
                "res.partner",
                "search",
                domain=[("name", "=", customer), ("is_company", "=", True)],
            )[0]
        commands = []
        for code, quantity in lines:
            product = self.call(
                "product.product", "search", domain=[("default_code", "=", code)]
            )[0]
            commands.append(
                [0, 0, {"product_id": product, "product_uom_qty": quantity}]
            )
        values = {
            "partner_id": partner,
            "client_order_ref": reference,
            "order_line": commands,
        }
        return self.call("sale.order", "create", vals_list=[values])[0]

    def confirm(self, order: int) -> None:
        """Draft to sales order; nothing to do when it is one."""
        if self.read_one("sale.order", order, "state")["state"] in ("draft", "sent"):
            self.call("sale.order", "action_confirm", [order])

    def cancel(self, order: int) -> None:
        """With its open deliveries and draft invoices."""
        self.call("sale.order", "action_cancel", [order])

    def change_line(self, order: int, index: int = 0, **values) -> None:
        """Another `quantity` or `price` of a line, counted from 0."""
        line = self.read_one("sale.order", order, "order_line")["order_line"][index]
        names = {"quantity": "product_uom_qty", "price": "price_unit"}
        vals = {names[name]: value for name, value in values.items()}
        self.call("sale.order.line", "write", [line], vals=vals)

    def lock(self, order: int) -> None:
        """Nobody is to change it any more."""
        self.call("sale.order", "action_lock", [order])

    # Deliveries

    def open_shipments(self, order: int) -> list[int]:
        """Deliveries still to be made."""
        domain = [
            ("sale_id", "=", order),
            ("state", "in", ("waiting", "confirmed", "assigned")),
        ]
        return self.call("stock.picking", "search", domain=domain)

    def ship(
        self, order: int, partial: bool = False, tracking: str | None = None
    ) -> list[int]:
        """Deliver what is open; partial delivers half of each line and leaves a backorder."""
        shipped = self.open_shipments(order)
        carrier = self.find_carrier()
        for picking in shipped:
            self.call("stock.picking", "action_assign", [picking])
            moves = self.call(
                "stock.move",
                "search_read",
                domain=[
                    ("picking_id", "=", picking),
                    ("state", "not in", ("done", "cancel")),
                ],
                fields=["product_uom_qty"],
            )
            for move in moves:
                asked = move["product_uom_qty"]
                quantity = max(asked // 2, 1) if partial else asked
                self.call(
                    "stock.move",
                    "write",
                    [move["id"]],
                    vals={"quantity": quantity, "picked": True},
                )
            if carrier:
                self.call(
                    "stock.picking", "write", [picking], vals={"carrier_id": carrier[0]}
                )
            # What the dialogs on the button ask: yes, keep a backorder; no, send no SMS.
            answers = {
                "skip_backorder": True,
                "skip_immediate": True,
                "skip_sms": True,
                "cancel_backorder": False,
            }
            self.call("stock.picking", "button_validate", [picking], context=answers)
            number = tracking or f"3SNZT{picking:08d}"
            self.call(
                "stock.picking",
                "write",
                [picking],
                vals={"carrier_tracking_ref": number},
            )
        return shipped

    def ship_without_backorder(self, order: int, codes: list[str]) -> list[int]:
        """Deliver the products of these codes alone; the others won't come any more."""
        shipped = self.open_shipments(order)
        for picking in shipped:
            moves = self.call(
                "stock.move",
                "search_read",
                domain=[("picking_id", "=", picking)],
                fields=["product_id", "product_uom_qty"],
            )
            for move in moves:
                product = self.read_one(
                    "product.product", move["product_id"][0], "default_code"
                )
                is_there = product["default_code"] in codes
                quantity = move["product_uom_qty"] if is_there else 0
                vals = {"quantity": quantity, "picked": is_there}
                self.call("stock.move", "write", [move["id"]], vals=vals)
            # "No Backorder" in the dialog on the button
            answers = {
                "skip_backorder": True,
                "picking_ids_not_to_backorder": [picking],
                "skip_immediate": True,
                "skip_sms": True,
            }
            self.call("stock.picking", "button_validate", [picking], context=answers)
        return shipped

    def find_carrier(self) -> list[int]:
        """One whose shipments can be followed, if there is any."""
        domain = [("tracking_url", "!=", False)]
        return self.call("delivery.carrier", "search", domain=domain, limit=1)

    def start_return(self, picking: int, quantity: float | None = None) -> int:
        """Has them send back all of a delivery, or so much of each line; what is to arrive."""
        wizard = self.call(
            "stock.return.picking",
            "create",
            context={"active_model": "stock.picking", "active_id": picking},
            vals_list=[{"picking_id": picking}],
        )
        method = "action_create_returns_all"
        if quantity is not None:
            method = "action_create_returns"
            lines = self.call(
                "stock.return.picking.line",
                "search",
                domain=[("wizard_id", "=", wizard[0])],
            )
            self.call(
                "stock.return.picking.line", "write", lines, vals={"quantity": quantity}
            )
        return self.call("stock.return.picking", method, wizard)["res_id"]

    def return_goods(self, order: int) -> list[int]:
        """All that was delivered comes back."""
        domain = [("sale_id", "=", order), ("state", "=", "done")]
        domain += [("picking_type_code", "=", "outgoing")]
        returned = []
        for picking in self.call("stock.picking", "search", domain=domain):
            back = self.start_return(picking)
            moves = self.call(
                "stock.move",
                "search_read",
                domain=[("picking_id", "=", back)],
                fields=["product_uom_qty"],
            )
            for move in moves:
                values = {"quantity": move["product_uom_qty"], "picked": True}
                self.call("stock.move", "write", [move["id"]], vals=values)
            answers = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
            self.call("stock.picking", "button_validate", [back], context=answers)
            returned.append(back)
        return returned

    def repair(self, repair: int, part: str) -> None:
        """Done, with one of a part put in."""
        [product] = self.call(
            "product.product", "search", domain=[("default_code", "=", part)]
        )
        line = {"product_id": product, "product_uom_qty": 1, "repair_line_type": "add"}
        self.call("repair.order", "write", [repair], vals={"move_ids": [[0, 0, line]]})
        self.call("repair.order", "action_repair_start", [repair])
        [move] = self.call("stock.move", "search", domain=[("repair_id", "=", repair)])
        self.call("stock.move", "write", [move], vals={"quantity": 1})
        self.call("repair.order", "action_repair_end", [repair])

    # Invoices

    def invoice(self, order: int, on: datetime.date | None = None) -> list[int]:
        """Make and post the invoice of what can be invoiced; returns the ids of the order's invoices.

        An `on` of two months ago makes it overdue under any payment term of the customers here.
        """
        self.invoice_wizard(order)
        invoices = self.read_one("sale.order", order, "invoice_ids")["invoice_ids"]
        drafts = self.call(
            "account.move",
            "search",
            domain=[("id", "in", invoices), ("state", "=", "draft")],
        )
        if drafts:
            self.date_invoices(drafts, on or datetime.date.today())
            self.call("account.move", "action_post", drafts)
        return invoices

    def date_invoices(self, invoices: list[int], on: datetime.date) -> None:
        """When they are due follows from it."""
        vals = {"invoice_date": on.isoformat()}
        self.call("account.move", "write", invoices, vals=vals)

    def invoice_wizard(self, order: int) -> None:
        """A draft of what can be invoiced."""
        wizard = self.call(
            "sale.advance.payment.inv",
            "create",
            context={
                "active_model": "sale.order",
                "active_ids": [order],
                "active_id": order,
            },
            vals_list=[
                {
                    "advance_payment_method": "delivered",
                    "sale_order_ids": [[6, 0, [order]]],
                }
            ],
        )
        self.call("sale.advance.payment.inv", "create_invoices", wizard)

    def pay(self, invoice: int, amount: float | None = None) -> None:
        """Register a payment by bank: the open amount, or a part of it."""
        values = {"amount": amount} if amount is not None else {}
        wizard = self.call(
            "account.payment.register",
            "create",
            context={"active_model": "account.move", "active_ids": [invoice]},
            vals_list=[values],
        )
        self.call("account.payment.register", "action_create_payments", wizard)

    def credit(self, invoice: int) -> None:
        """Reverse it entirely with a credit note."""
        wizard = self.call(
            "account.move.reversal",
            "create",
            context={"active_model": "account.move", "active_ids": [invoice]},
            vals_list=[
                {"reason": "Returned goods", "journal_id": self.journal_of(invoice)}
            ],
        )
        action = self.call("account.move.reversal", "reverse_moves", wizard)
        # Posting a reversal reconciles it with what it reverses.
        self.call("account.move", "action_post", [action["res_id"]])

    def bill_anew(self, invoice: int, factor: float = 1) -> int:
        """Reverse it and post a new one in its place, over so much of each quantity."""
        draft = self.reverse_and_create(invoice)
        lines = self.call(
            "account.move.line",
            "search_read",
            domain=[("move_id", "=", draft), ("product_id", "!=", False)],
            fields=["quantity"],
        )
        commands = [
            [1, line["id"], {"quantity": line["quantity"] * factor}] for line in lines
        ]
        self.call("account.move", "write", [draft], vals={"invoice_line_ids": commands})
        self.date_invoices([draft], datetime.date.today())
        self.call("account.move", "action_post", [draft])
        return draft

    def reverse_and_create(self, invoice: int) -> int:
        """The button of that name; what is to be billed instead, a draft."""
        wizard = self.call(
            "account.move.reversal",
            "create",
            context={"active_model": "account.move", "active_ids": [invoice]},
            vals_list=[
                {"reason": "Wrong address", "journal_id": self.journal_of(invoice)}
            ],
        )
        return self.call("account.move.reversal", "modify_moves", wizard)["res_id"]

    def journal_of(self, invoice: int) -> int:
        """The journal an invoice is in."""
        return self.read_one("account.move", invoice, "journal_id")["journal_id"][0]

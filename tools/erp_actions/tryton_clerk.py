"""A clerk in the Tryton ERP, over its JSON-RPC."""

import base64
import datetime
import json
import time
import urllib.error
import urllib.request
from decimal import Decimal

from .odoo_clerk import ClerkError


def encode(value):
    """Numbers of money and dates in Tryton's own JSON forms."""
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, datetime.date):
        return {
            "__class__": "date",
            "year": value.year,
            "month": value.month,
            "day": value.day,
        }
    raise TypeError(value)


def decode(value: dict):
    """The same back."""
    kind = value.get("__class__")
    if kind == "Decimal":
        return Decimal(value["decimal"])
    if kind == "date":
        return datetime.date(value["year"], value["month"], value["day"])
    return value


# Sessions by address, database and login: Tryton takes a tenth of a second to look at a password, and a test has clerks
# of its own.
sessions = {}


class TrytonClerk:
    """Works with ids of the ERP's sales (`sale.sale`)."""

    def __init__(self, settings: dict):
        self.settings = settings
        self.who = settings.get("clerk", settings)
        self.address = f"{settings['url']}/{settings['database']}/rpc/"
        self.context = {}
        self.context = self.call("model.res.user.get_preferences", True)

    def call(self, method: str, *parameters, **context):
        """One call; the context goes last."""
        found = self.open(method, [*parameters, self.context | context])
        if isinstance(found, dict) and found.get("error"):
            error = found["error"]
            if error[0] == "UserWarning":
                # A person would click "Yes" and go on.
                self.call("model.res.user.warning.skip", error[1][0], False)
                return self.call(method, *parameters, **context)
            raise ClerkError(f"{method}: {error}")
        return found["result"] if isinstance(found, dict) else found

    def open(self, method: str, parameters: list, attempts: int = 6):
        """Tryton answers 503 when somebody else holds what it needs (an invoice sequence, say), and 401 when a session
        was idle for five minutes; a person would click again, or log in again."""
        try:
            return self.post(
                method, parameters, {"Authorization": f"Session {self.log_in()}"}
            )
        except urllib.error.HTTPError as error:
            if error.code not in (401, 503) or attempts == 1:
                text = f"{method}: {error.code} {error.reason}"
                raise ClerkError(text) from error
            if error.code == 401:
                sessions.pop((self.address, self.who["login"]), None)
            else:
                time.sleep(1)
        return self.open(method, parameters, attempts - 1)

    def log_in(self) -> str:
        """What names the session in a header; one that is open is taken."""
        key = (self.address, self.who["login"])
        if key not in sessions:
            login = self.who["login"]
            parameters = [login, {"password": self.who["password"]}]
            found = self.post("common.db.login", parameters, {})
            # A wrong password is answered by an error.
            if isinstance(found, dict):
                found = found.get("result")
            if not found:
                raise ClerkError(f"{login}: the ERP refuses this password")
            user, token, *_rest = found
            credential = f"{login}:{user}:{token}"
            sessions[key] = base64.b64encode(credential.encode()).decode()
        return sessions[key]

    def post(self, method: str, parameters: list, headers: dict):
        """One request, and the JSON it is answered with."""
        body = {"id": 1, "method": method, "params": parameters}
        request = urllib.request.Request(
            self.address,
            data=json.dumps(body, default=encode).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer, object_hook=decode)

    def read_one(self, model: str, record: int, *fields) -> dict:
        """Some fields of one record."""
        return self.call(f"model.{model}.read", [record], list(fields))[0]

    # Orders

    def find_order(self, reference: str) -> int | None:
        """By order number, reference or web id."""
        domain = [
            "OR",
            ["number", "=", reference],
            ["reference", "=", reference],
            ["web_id", "=", reference],
        ]
        found = self.call("model.sale.sale.search", domain, 0, 1, None)
        return found[0] if found else None

    def create_order(self, customer: str, lines, reference: str | None = None) -> int:
        """An order typed in by hand: lines are (product code, quantity)."""
        party = self.call(
            "model.party.party.search", [["name", "=", customer]], 0, 1, None
        )[0]
        addresses = self.read_one("party.party", party, "addresses")["addresses"]
        values = {
            "party": party,
            "invoice_address": addresses[0],
            "shipment_address": addresses[0],
        }
        values |= {
            "reference": reference,
            "invoice_method": "order",
            "shipment_method": "order",
        }
        order_lines = []
        for code, quantity in lines:
            fields = ["list_price_used", "sale_uom", "account_category"]
            product = self.call(
                "model.product.product.search_read",
                [["code", "=", code]],
                0,
                1,
                None,
                fields,
            )[0]
            line = {
                "type": "line",
                "product": product["id"],
                "unit": product["sale_uom"],
                "quantity": quantity,
            }
            taxes = self.read_one(
                "product.category", product["account_category"], "customer_taxes"
            )
            line |= {
                "unit_price": product["list_price_used"],
                "taxes": [["add", list(taxes["customer_taxes"])]],
            }
            order_lines.append(line)
        values["lines"] = [["create", order_lines]]
        return self.call("model.sale.sale.create", [values])[0]

    def confirm(self, order: int) -> None:
        """Draft to processing; nothing to do when it is there."""
        for state, button in (
            ("draft", "quote"),
            ("quotation", "confirm"),
            ("confirmed", "process"),
        ):
            if self.read_one("sale.sale", order, "state")["state"] == state:
                self.call(f"model.sale.sale.{button}", [order])

    def cancel(self, order: int) -> None:
        """Only before it is confirmed."""
        self.call("model.sale.sale.cancel", [order])

    def change_line(self, order: int, index: int = 0, **values) -> None:
        """Another `quantity` or `price` of a line, counted from 0."""
        line = self.read_one("sale.sale", order, "lines")["lines"][index]
        fields = {}
        if "quantity" in values:
            fields["quantity"] = float(values["quantity"])
        if "price" in values:
            fields["unit_price"] = Decimal(str(values["price"]))
        self.call("model.sale.line.write", [line], fields)

    # Deliveries

    def open_shipments(self, order: int) -> list[int]:
        """Deliveries still to be made."""
        shipments = self.read_one("sale.sale", order, "shipments")["shipments"]
        domain = [
            ["id", "in", list(shipments)],
            ["state", "not in", ["shipped", "done", "cancelled"]],
        ]
        return self.call("model.stock.shipment.out.search", domain, 0, None, None)

    def ship(
        self, order: int, partial: bool = False, tracking: str | None = None
    ) -> list[int]:
        """Deliver what is open; partial delivers half of each line and leaves a backorder."""
        shipped = self.open_shipments(order)
        carriers = self.call("model.carrier.search", [], 0, 1, None)
        for shipment in shipped:
            parcel = {"shipping_reference": tracking or f"3SNZT{shipment:08d}"}
            if carriers:
                parcel["carrier"] = carriers[0]
            self.call("model.stock.shipment.out.write", [shipment], parcel)
            if partial:
                self.halve(shipment)
            assigned = self.call("model.stock.shipment.out.assign_try", [shipment])
            if not assigned:
                self.call("model.stock.shipment.out.assign_force", [shipment])
            for button in ("pick", "pack", "do"):
                self.call(f"model.stock.shipment.out.{button}", [shipment])
        return shipped

    def halve(self, shipment: int) -> None:
        """Pick half of what was asked."""
        moves = self.read_one("stock.shipment.out", shipment, "inventory_moves")[
            "inventory_moves"
        ]
        for move in self.call("model.stock.move.read", list(moves), ["quantity"]):
            self.call(
                "model.stock.move.write",
                [move["id"]],
                {"quantity": max(move["quantity"] // 2, 1.0)},
            )

    def return_goods(self, order: int) -> list[int]:
        """All that was sold comes back: a return sale of its own, received."""
        session, state, end = self.call("wizard.sale.return_sale.create")
        active = {
            "active_model": "sale.sale",
            "active_id": order,
            "active_ids": [order],
        }
        answer = self.call(
            "wizard.sale.return_sale.execute",
            session,
            {"start": {}},
            "return_",
            **active,
        )
        (_action, data), *_rest = answer["actions"]
        self.call("wizard.sale.return_sale.delete", session)
        returned = []
        for sale in data["res_id"]:
            self.call("model.sale.sale.write", [sale], {"sale_date": None})
            self.confirm(sale)
            shipments = self.read_one("sale.sale", sale, "shipment_returns")
            for shipment in shipments["shipment_returns"]:
                self.call("model.stock.shipment.out.return.receive", [shipment])
                self.call("model.stock.shipment.out.return.do", [shipment])
                returned.append(shipment)
        return returned

    # Invoices

    def invoice(self, order: int, on: datetime.date | None = None) -> list[int]:
        """Post the invoices that confirming has made; returns the ids of all of the order's invoices.

        An `on` of two months ago makes it overdue under any payment term of the customers here. (Tryton numbers
        invoices in the order of their dates, so that only the date the term counts from can be set back.)
        """
        invoices = list(self.read_one("sale.sale", order, "invoices")["invoices"])
        today = datetime.date.today()
        for invoice in invoices:
            if self.read_one("account.invoice", invoice, "state")["state"] in (
                "draft",
                "validated",
            ):
                self.call(
                    "model.account.invoice.write",
                    [invoice],
                    {"invoice_date": today, "payment_term_date": on},
                )
                self.call("model.account.invoice.post", [invoice])
        return invoices

    def pay(self, invoice: int, amount: float | None = None) -> None:
        """Pay by bank: the open amount, or a part of it."""
        method = self.call(
            "model.account.invoice.payment.method.search", [], 0, 1, None
        )[0]
        session, state, end = self.call("wizard.account.invoice.pay.create")
        active = {
            "active_model": "account.invoice",
            "active_id": invoice,
            "active_ids": [invoice],
        }
        forms = {}
        buttons = {"start": "choice", "ask": "pay"}
        while state != end:
            view = self.call(
                "wizard.account.invoice.pay.execute", session, forms, state, **active
            ).get("view")
            if not view:
                break
            form = view.get("defaults", {}) | view.get("values", {})
            form = {
                name: value for name, value in form.items() if not name.endswith(".")
            }
            if view["state"] == "start":
                form |= {"payment_method": method, "date": datetime.date.today()}
                if amount is not None:
                    form["amount"] = Decimal(str(amount))
            elif view["state"] == "ask":
                form["type"] = "partial"
            forms[view["state"]] = form
            state = buttons[view["state"]]
        self.call("wizard.account.invoice.pay.delete", session)

    def credit(self, invoice: int) -> None:
        """Reverse it entirely with a credit note."""
        session, state, _end = self.call("wizard.account.invoice.credit.create")
        active = {
            "active_model": "account.invoice",
            "active_id": invoice,
            "active_ids": [invoice],
        }
        view = self.call(
            "wizard.account.invoice.credit.execute", session, {}, state, **active
        )["view"]
        form = view.get("defaults", {}) | view.get("values", {}) | {"with_refund": True}
        form |= {"invoice_date": datetime.date.today()}
        self.call(
            "wizard.account.invoice.credit.execute",
            session,
            {"start": form},
            "credit",
            **active,
        )
        self.call("wizard.account.invoice.credit.delete", session)

    def bill_anew(self, invoice: int, factor: float = 1) -> int:
        """Credit it and post another one in its place, over so much of each quantity.

        A copy knows nothing of the order: whoever makes it says so, line by line."""
        self.credit(invoice)
        [copy] = self.call("model.account.invoice.copy", [invoice])
        pairs = [
            sorted(self.read_one("account.invoice", item, "lines")["lines"])
            for item in (invoice, copy)
        ]
        for old, new in zip(*pairs, strict=True):
            line = self.read_one("account.invoice.line", old, "origin", "quantity")
            self.call(
                "model.account.invoice.line.write",
                [new],
                {"origin": line["origin"], "quantity": line["quantity"] * factor},
            )
        today = datetime.date.today()
        self.call("model.account.invoice.write", [copy], {"invoice_date": today})
        self.call("model.account.invoice.post", [copy])
        return copy

    # Customers

    def merge(self, party: int, into: int) -> None:
        """One of the two was entered by mistake: what bears it bears the other one now."""
        session, _state, _end = self.call("wizard.party.replace.create")
        form = {"source": party, "destination": into}
        self.call("wizard.party.replace.execute", session, {"ask": form}, "replace")
        self.call("wizard.party.replace.delete", session)

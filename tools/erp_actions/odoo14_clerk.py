"""A clerk in an Odoo 14, over JSON-RPC: spoken to in the words of 19, which are translated here."""

import datetime
import itertools
import json
import urllib.request

from .odoo_clerk import ClerkError, OdooClerk

# model -> name in 19: name in 14
RENAMED = {
    "res.users": {"group_ids": "groups_id"},
    "stock.move": {"quantity": "quantity_done"},
    "stock.picking": {"move_ids": "move_lines"},
}
MODEL_OF_LINES = {"move_ids": "stock.move"}


class Odoo14Clerk(OdooClerk):
    """The same actions; what differs in 14 is in here and nowhere else."""

    def __init__(self, settings: dict):
        self.settings = settings
        who = settings.get("clerk", settings)
        self.login = who["login"]
        self.key = who.get("api_key") or who["password"]
        self.uid = None
        self.numbers = itertools.count(1)

    def close(self) -> None:
        """Nothing is kept open."""

    def call(self, model, method, ids=None, context=None, changes=False, **arguments):
        """One call, by name as over JSON-2."""
        if self.uid is None:
            self.uid = self._send(
                "common", "login", self._database, self.login, self.key
            )
        positional = [] if ids is None else [list(ids)]
        if method == "create":
            positional = [
                [
                    self._translate(model, vals, True)
                    for vals in arguments.pop("vals_list")
                ]
            ]
        elif method == "write":
            positional.append(self._translate(model, arguments.pop("vals"), False))
        elif method in ("search", "search_count"):
            arguments["args"] = arguments.pop("domain")
        keywords = {**arguments, "context": context or {}}
        answer = self._send(
            "object",
            "execute_kw",
            self._database,
            self.uid,
            self.key,
            model,
            method,
            positional,
            keywords,
        )
        return answer

    @property
    def _database(self):
        return self.settings["database"]

    def _send(self, service, method, *args):
        """:raise ClerkError: what Odoo says to it"""
        params = {"service": service, "method": method, "args": args}
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "params": params,
            "id": next(self.numbers),
        }
        request = urllib.request.Request(
            f"{self.settings['url']}/jsonrpc",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            found = json.load(answer)
        if "error" in found:
            raise ClerkError(found["error"]["data"]["message"])
        return found.get("result")

    def _translate(self, model, vals, is_new):
        """Values by the names of 14, with what 14 does not fill in by itself."""
        vals = dict(vals)
        if model in ("product.product", "product.template") and "is_storable" in vals:
            vals["type"] = "product" if vals.pop("is_storable") else "consu"
        if model == "product.product" and "uom_id" in vals:
            # that of purchases is another field
            vals["uom_po_id"] = vals["uom_id"]
        if model == "stock.move":
            vals.pop("picked", None)
            if is_new:
                [product] = self.call(
                    "product.product", "read", [vals["product_id"]], fields=["uom_id"]
                )
                vals.setdefault("product_uom", product["uom_id"][0])
                vals.setdefault("name", "/")
        for name, lines_model in MODEL_OF_LINES.items():
            if name in vals:
                vals[name] = [
                    [*command[:2], self._translate(lines_model, command[2], True)]
                    for command in vals[name]
                ]
        renamed = RENAMED.get(model, {})
        return {renamed.get(name, name): value for name, value in vals.items()}

    # Orders

    def lock(self, order: int) -> None:
        """A state of its own until 16."""
        self.call("sale.order", "action_done", [order])

    # Deliveries

    def find_carrier(self) -> list[int]:
        """Carriers have no tracking address of their own yet."""
        return self.call(
            "delivery.carrier", "search", domain=[("name", "=", "PostNoord")]
        )

    def start_return(self, picking: int, quantity: float | None = None) -> int:
        """The dialog fills in its lines in the browser."""
        moves = self.call(
            "stock.move",
            "search_read",
            domain=[("picking_id", "=", picking), ("state", "=", "done")],
            fields=["product_id", "product_uom_qty"],
        )
        shipped = self.read_one("stock.picking", picking, "location_id")
        wizard = self.call(
            "stock.return.picking",
            "create",
            context={"active_model": "stock.picking", "active_id": picking},
            vals_list=[
                {
                    "picking_id": picking,
                    "location_id": shipped["location_id"][0],
                    "product_return_moves": [
                        [
                            0,
                            0,
                            {
                                "product_id": move["product_id"][0],
                                "move_id": move["id"],
                                "quantity": quantity or move["product_uom_qty"],
                            },
                        ]
                        for move in moves
                    ],
                }
            ],
        )
        return self.call("stock.return.picking", "create_returns", wizard)["res_id"]

    def repair(self, repair: int, part: str) -> None:
        """Parts are lines of their own, which the form fills in."""
        [product] = self.call(
            "product.product",
            "search_read",
            domain=[("default_code", "=", part)],
            fields=["uom_id"],
        )
        places = {
            usage: self.call(
                "stock.location", "search", domain=[("usage", "=", usage)], limit=1
            )[0]
            for usage in ("internal", "production")
        }
        line = {
            "repair_id": repair,
            "name": part,
            "type": "add",
            "product_id": product["id"],
            "product_uom": product["uom_id"][0],
            "product_uom_qty": 1,
            "price_unit": 0,
            "location_id": places["internal"],
            "location_dest_id": places["production"],
        }
        self.call("repair.line", "create", vals_list=[line])
        for method in ("confirm", "start", "end"):
            self.call("repair.order", f"action_repair_{method}", [repair])

    # Invoices

    def date_invoices(self, invoices: list[int], on: datetime.date) -> None:
        """The form would work out when they are due: a month later."""
        due = (on + datetime.timedelta(days=30)).isoformat()
        self.call(
            "account.move",
            "write",
            invoices,
            vals={
                "invoice_date": on.isoformat(),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
            },
        )

    def invoice_wizard(self, order: int) -> None:
        """It knows the orders by its context alone."""
        context = {
            "active_model": "sale.order",
            "active_ids": [order],
            "active_id": order,
        }
        wizard = self.call(
            "sale.advance.payment.inv",
            "create",
            context=context,
            vals_list=[{"advance_payment_method": "delivered"}],
        )
        self.call(
            "sale.advance.payment.inv", "create_invoices", wizard, context=context
        )

    def credit(self, invoice: int) -> None:
        """Its dialog posts and reconciles by itself."""
        wizard = self.call(
            "account.move.reversal",
            "create",
            context={"active_model": "account.move", "active_ids": [invoice]},
            vals_list=[
                {
                    "reason": "Returned goods",
                    "refund_method": "cancel",
                    "journal_id": self.journal_of(invoice),
                }
            ],
        )
        self.call("account.move.reversal", "reverse_moves", wizard)

    def reverse_and_create(self, invoice: int) -> int:
        """A way of crediting, here."""
        wizard = self.call(
            "account.move.reversal",
            "create",
            context={"active_model": "account.move", "active_ids": [invoice]},
            vals_list=[
                {
                    "reason": "Wrong address",
                    "refund_method": "modify",
                    "journal_id": self.journal_of(invoice),
                }
            ],
        )
        return self.call("account.move.reversal", "reverse_moves", wizard)["res_id"]

"""What the ERPs themselves say in the other flows, read through their own APIs by people who know nothing of the suite."""

import base64
import datetime

from erp_actions import clerk

PRODUCT = "PUMP-200"


class OdooThere:
    """The Odoo ERP, as its clerk sees it."""

    def __init__(self, erp: dict):
        self.clerk = clerk("odoo", erp)

    def prepare(self) -> None:
        """What the flows need there: all of it is there."""

    def product(self) -> int:
        """The one whose figures are compared."""
        domain = [("default_code", "=", PRODUCT)]
        return self.clerk.call("product.product", "search", domain=domain)[0]

    def phone(self, party: int) -> str:
        """The customer's telephone number."""
        return self.clerk.read_one("res.partner", party, "phone")["phone"]

    def move(self, party: int, street: str) -> None:
        """The customer's legal address is corrected."""
        self.clerk.call("res.partner", "write", [party], vals={"street": street})

    def street(self, party: int) -> str:
        """Of the customer's legal address."""
        return self.clerk.read_one("res.partner", party, "street")["street"]

    def on_sale(self) -> int:
        """Number of products that are sold."""
        domain = [("sale_ok", "=", True)]
        return self.clerk.call("product.product", "search_count", domain=domain)

    def available(self):
        """On hand and not promised."""
        return self.clerk.read_one("product.product", self.product(), "free_qty")[
            "free_qty"
        ]

    def price(self, price_list: int):
        """For one piece: a draft order is made for it, and removed."""
        partner = self.clerk.call("res.partner", "search", domain=[], limit=1)[0]
        line = [0, 0, {"product_id": self.product(), "product_uom_qty": 1}]
        values = {
            "partner_id": partner,
            "pricelist_id": price_list,
            "order_line": [line],
        }
        order = self.clerk.call("sale.order", "create", vals_list=[values])
        [found] = self.clerk.call(
            "sale.order.line",
            "search_read",
            domain=[("order_id", "in", order)],
            fields=["price_unit", "discount"],
        )
        self.clerk.call("sale.order", "unlink", order)
        return found["price_unit"] * (1 - found["discount"] / 100)

    def receivable(self, party: int):
        """Open items of the customer."""
        return self.clerk.read_one("res.partner", party, "credit")["credit"]

    def forecast(self, month: datetime.date, prefix: str):
        """What planners see as pending in that month: draft deliveries of this CRM."""
        moves = self.clerk.call(
            "stock.move",
            "search_read",
            domain=[
                ("product_id", "=", self.product()),
                ("state", "=", "draft"),
                ("picking_id.origin", "=like", f"{prefix}FC%-{month:%Y-%m}%"),
            ],
            fields=["product_uom_qty"],
        )
        return sum(move["product_uom_qty"] for move in moves)

    def order(self, number: int) -> str:
        """Number and state of a sales order."""
        row = self.clerk.read_one("sale.order", number, "name", "state")
        return f"{row['name']} {row['state'].replace('cancel', 'cancelled')}"

    def complaint(self, number: int) -> str:
        """Number and state of the repair order."""
        row = self.clerk.read_one("repair.order", number, "name", "state")
        return f"{row['name']} {row['state'].replace('draft', 'new')}"

    def feedback(self, key: str) -> str:
        """The document of the product."""
        found = self.clerk.call(
            "ir.attachment",
            "search_read",
            domain=[("description", "=", key), ("res_model", "=", "product.product")],
            fields=["datas"],
        )
        return base64.b64decode(found[0]["datas"]).decode() if found else ""


class TrytonThere:
    """Tryton, as its clerk and its planner see it."""

    def __init__(self, erp: dict):
        self.clerk = clerk("tryton", erp)
        self.planner = clerk("tryton", {**erp, "clerk": erp["admin"]})
        self.company = self.clerk.context["company"]

    def find(self, model: str, domain: list, *fields, limit=None, **context):
        """``search_read``."""
        return self.clerk.call(
            f"model.{model}.search_read",
            domain,
            0,
            limit,
            None,
            list(fields),
            **context,
        )

    def prepare(self) -> None:
        """Tryton comes without price lists: the planner makes one."""
        if self.find("product.price_list", [], "name", limit=1):
            return
        lines = [{"formula": "list_price * 0.95"}]
        values = {
            "name": "Dealers",
            "company": self.company,
            "unit": "product_sale",
            "price": "list_price",
            "lines": [["create", lines]],
        }
        self.planner.call("model.product.price_list.create", [values])

    def product(self, field: str = "id"):
        """The one whose figures are compared."""
        return self.find("product.product", [["code", "=", PRODUCT]], field)[0][field]

    def phone(self, party: int) -> str:
        """The customer's first telephone number."""
        domain = [["party", "=", party], ["type", "in", ["phone", "mobile"]]]
        found = self.find("party.contact_mechanism", domain, "value", limit=1)
        return found[0]["value"] if found else ""

    def move(self, party: int, street: str) -> None:
        """The customer's legal address is corrected."""
        values = {"street_unstructured": street}
        self.planner.call("model.party.address.write", [self.address(party)], values)

    def street(self, party: int) -> str:
        """Of the customer's legal address."""
        row = self.clerk.read_one(
            "party.address", self.address(party), "street_unstructured"
        )
        return row["street_unstructured"]

    def address(self, party: int) -> int:
        """The customer's legal address: the first one."""
        return self.clerk.read_one("party.party", party, "addresses")["addresses"][0]

    def on_sale(self) -> int:
        """Number of products that are sold."""
        domain = [["template.salable", "=", True]]
        return self.clerk.call("model.product.product.search_count", domain)

    def available(self):
        """In the storage zones and not assigned."""
        warehouses = self.find(
            "stock.location", [["type", "=", "warehouse"]], "storage_location"
        )
        [product] = self.clerk.call(
            "model.product.product.read",
            [self.product()],
            ["quantity"],
            locations=[row["storage_location"] for row in warehouses],
            with_childs=True,
            stock_date_end=self.clerk.call("model.ir.date.today"),
            stock_assign=True,
        )
        return product["quantity"]

    def price(self, price_list: int):
        """For one piece, as the screen of a sale fills it in."""
        values = {
            "type": "line",
            "product": self.product(),
            "unit": self.product("sale_uom"),
            "quantity": 1.0,
            "sale": -1,
            "company": self.company,
            "_parent_sale.company": self.company,
            "_parent_sale.currency": self.find(
                "currency.currency", [["code", "=", "EUR"]], "id"
            )[0]["id"],
            "_parent_sale.party": self.find("party.party", [], "id", limit=1)[0]["id"],
            "_parent_sale.price_list": price_list,
        }
        change = self.clerk.call("model.sale.line.on_change", values, ["quantity"])
        return change["unit_price"]

    def receivable(self, party: int):
        """Balance of the customer's receivable accounts."""
        return self.clerk.read_one("party.party", party, "receivable")["receivable"]

    def forecast(self, month: datetime.date, _prefix: str):
        """Of the forecasts that supply counts: Tryton keeps one of a month and user."""
        lines = self.planner.call(
            "model.stock.forecast.line.search_read",
            [
                ["forecast.from_date", "=", month],
                ["forecast.state", "=", "done"],
                ["product", "=", self.product()],
            ],
            0,
            None,
            None,
            ["quantity"],
            company=self.company,
            companies=[self.company],
        )
        return sum(line["quantity"] for line in lines)

    def order(self, number: int) -> str:
        """Number and state of a sale: one in process is called off by calling off all that came of it."""
        fields = ("number", "state", "shipment_state", "invoice_state", "shipments")
        row = self.clerk.read_one("sale.sale", number, *fields)
        is_left = {row["shipment_state"], row["invoice_state"]} != {"none"}
        is_called_off = row["state"] == "done" and row["shipments"] and not is_left
        return f"{row['number']} {'cancelled' if is_called_off else row['state']}"

    def complaint(self, number: int) -> str:
        """Number and state of the complaint."""
        row = self.clerk.read_one("sale.complaint", number, "number", "state")
        return f"{row['number']} {row['state'].replace('draft', 'new')}"

    def feedback(self, key: str) -> str:
        """The attachment of the product."""
        found = self.planner.call(
            "model.ir.attachment.search_read",
            [["name", "like", f"%[{key}]"]],
            0,
            None,
            None,
            ["description"],
        )
        return found[0]["description"] if found else ""


THERE = {"odoo": OdooThere, "tryton": TrytonThere}

"""A bare script for the Odoo ERP: knows all ids beforehand, keeps nothing, handles no error. What the suite is held to."""

from bench import orders
from stage.json2 import Json2

COUNTED = """
    select count(*), count(distinct origin), count(*) filter (where state = 'sale'), sum(amount_untaxed)
      from sale_order where origin like %s
"""
LINES = "select count(*) from sale_order_line line join sale_order sale on sale.id = line.order_id where sale.origin like %s"
PLENTY = 1_000_000


class BareOdoo:
    """One connection. Orders are dictionaries ready for `sale.order.create`."""

    def __init__(self, settings: dict, known: dict | None = None):
        self.settings = settings
        self.client = Json2(settings["url"], settings["database"], settings["api_key"])
        self.known = known or self._learn()

    def again(self) -> "BareOdoo":
        """A further connection that knows the same."""
        return BareOdoo(self.settings, self.known)

    def moved_to(self, settings: dict) -> "BareOdoo":
        """The same for an ERP that has been started again."""
        return BareOdoo(settings, self.known)

    def _learn(self) -> dict:
        fields = (
            "default_code",
            "list_price",
            "uom_id",
            "taxes_id",
            "display_name",
            "description_sale",
        )
        products = self.client.find(
            "product.product", [("default_code", "in", list(orders.PRODUCTS))], *fields
        )
        return {
            "products": {product["default_code"]: product for product in products},
            "customers": [],
            "order_extras": {},
            "line_extras": {},
            "context": {},
        }

    def provide_customers(self) -> None:
        """The customers of the measurement, in one call."""
        country = self.client.call(
            "res.country", "search", domain=[("code", "=", "NL")]
        )[0]
        values = [
            {**orders.customer_values(index), "is_company": True, "country_id": country}
            for index in range(orders.CUSTOMERS)
        ]
        self.known["customers"] = self.client.call(
            "res.partner", "create", vals_list=values
        )

    def provide_stock(self) -> None:
        """More than all orders take, so that the last order is as much work for the ERP as the first."""
        clerk = Json2(
            self.settings["url"],
            self.settings["database"],
            self.settings["clerk"]["api_key"],
        )
        location = clerk.find(
            "stock.location", [("usage", "=", "internal")], "name", limit=1
        )[0]["id"]
        goods = [
            ("default_code", "in", list(orders.PRODUCTS)),
            ("is_storable", "=", True),
        ]
        values = [
            {
                "product_id": product,
                "location_id": location,
                "inventory_quantity_auto_apply": PLENTY,
            }
            for product in clerk.call("product.product", "search", domain=goods)
        ]
        clerk.call(
            "stock.quant", "create", vals_list=values, context={"inventory_mode": True}
        )

    def adopt(self, body: dict) -> None:
        """Send what the suite sends: fields of its create that we lack, and its context. `body` is one of its requests."""
        values = body["vals_list"][0]
        ours = self.values(orders.order(0), "key", "reference")
        line, our_line = values["order_line"][0][2], ours["order_line"][0][2]
        self.known["order_extras"] = {
            name: values[name] for name in values.keys() - ours.keys()
        }
        self.known["line_extras"] = {
            name: line[name] for name in line.keys() - our_line.keys()
        }
        self.known["unused"] = ours.keys() - values.keys()
        self.known["line_unused"] = our_line.keys() - line.keys()
        self.known["context"] = body.get("context", {})

    def values(self, order: orders.Order, key: str, reference: str) -> dict:
        """One order, complete."""
        customer = self.known["customers"][order.customer]
        values = {
            "origin": key,
            "client_order_ref": reference,
            "partner_id": customer,
            "partner_invoice_id": customer,
            "partner_shipping_id": customer,
            "order_line": [
                [0, 0, self.line_values(line, sequence)]
                for sequence, line in enumerate(order.lines, 1)
            ],
        }
        return self._without(values, "unused") | self.known["order_extras"]

    def line_values(self, line: orders.Line, sequence: int) -> dict:
        """One line, complete."""
        product = self.known["products"][line.code]
        values = {
            "sequence": sequence,
            "product_id": product["id"],
            "name": f"{product['display_name']}\n{product['description_sale']}",
            "product_uom_id": product["uom_id"][0],
            "product_uom_qty": line.quantity,
            "price_unit": product["list_price"],
            "discount": line.discount,
            "tax_ids": [[6, 0, product["taxes_id"]]],
        }
        return self._without(values, "line_unused") | {
            name: value
            for name, value in self.known["line_extras"].items()
            if name not in values
        }

    def _without(self, values: dict, unused: str) -> dict:
        return {
            name: value
            for name, value in values.items()
            if name not in self.known.get(unused, ())
        }

    def create_batch(self, values: list[dict]) -> None:
        """The fastest way there is: two calls for all of them."""
        ids = self.client.call(
            "sale.order", "create", vals_list=values, context=self.known["context"]
        )
        self.client.call("sale.order", "action_confirm", ids)

    def create_one(self, values: dict) -> None:
        """What a simple connector does for each deal: look it up, create, confirm, read number and total."""
        found = self.client.find(
            "sale.order", [("origin", "=", values["origin"])], "name"
        )
        if not found:
            ids = self.client.call(
                "sale.order",
                "create",
                vals_list=[values],
                context=self.known["context"],
            )
            self.client.call("sale.order", "action_confirm", ids)
            self.client.call(
                "sale.order", "read", ids, fields=["name", "state", "amount_total"]
            )

    @staticmethod
    def count(database, prefix: str) -> dict:
        """What is in the ERP's own database of the orders whose key begins so."""
        total, distinct, confirmed, amount = database.rows(COUNTED, prefix + "%")[0]
        lines = database.value(LINES, prefix + "%")
        return {
            "orders": total,
            "keys": distinct,
            "confirmed": confirmed,
            "lines": lines,
            "amount": amount,
        }

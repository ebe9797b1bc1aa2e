"""A bare script for the Tryton ERP: knows all ids beforehand, keeps nothing, handles no error."""

import json
from decimal import Decimal

from bench import orders
from harness import paths
from stage.tryton_rpc import TrytonRpc

CONFIRMED = ("confirmed", "processing", "done")
COUNTED = """
    select count(*), count(distinct web_id), count(*) filter (where state in %s), sum(untaxed_amount_cache)
      from sale_sale where web_id like %s
"""
LINES = "select count(*) from sale_line line join sale_sale sale on sale.id = line.sale where sale.web_id like %s"
PRODUCT_FIELDS = ("code", "list_price_used", "sale_uom")


class BareTryton:
    """One connection. Orders are dictionaries ready for `sale.sale.create`."""

    def __init__(self, settings: dict, known: dict | None = None):
        self.settings = settings
        self.client = TrytonRpc(settings)
        self.known = known or self._learn()

    def again(self) -> "BareTryton":
        """A further connection that knows the same."""
        return BareTryton(self.settings, self.known)

    def moved_to(self, settings: dict) -> "BareTryton":
        """The same for an ERP that has been started again."""
        return BareTryton(settings, self.known)

    def _learn(self) -> dict:
        domain = [["code", "in", list(orders.PRODUCTS)]]
        rows = self.client.call(
            "product.product.search_read", domain, 0, None, None, list(PRODUCT_FIELDS)
        )
        taxes = self.client.call("account.tax.search_read", [], 0, None, None, ["rate"])
        by_rate = {int(tax["rate"] * 100): tax["id"] for tax in taxes}
        rates = {
            item["code"]: item["tax"]
            for item in json.loads((paths.FIXTURES / "catalogue.json").read_text())
        }
        return {
            "products": {
                row["code"]: row | {"tax": by_rate[rates[row["code"]]]} for row in rows
            },
            "customers": [],
            "order_extras": {},
            "line_extras": {},
        }

    def provide_customers(self) -> None:
        """The customers of the measurement, in one call."""
        country = self.client.call(
            "country.country.search", [["code", "=", "NL"]], 0, 1, None
        )[0]
        parties = []
        for index in range(orders.CUSTOMERS):
            values = orders.customer_values(index)
            address = {
                "street": values["street"],
                "postal_code": values["zip"],
                "city": values["city"],
            }
            address |= {"country": country, "invoice": True, "delivery": True}
            mechanism = {"type": "email", "value": values["email"]}
            party = {"name": values["name"], "addresses": [["create", [address]]]}
            parties.append(party | {"contact_mechanisms": [["create", [mechanism]]]})
        ids = self.client.call("party.party.create", parties)
        rows = self.client.call("party.party.read", ids, ["addresses"])
        addresses = {row["id"]: row["addresses"][0] for row in rows}
        self.known["customers"] = [(party, addresses[party]) for party in ids]

    def provide_stock(self) -> None:
        """Tryton looks at the stock when goods are assigned, long after the order."""

    def adopt(self, body: dict) -> None:
        """Send what the suite sends: fields of its create that we lack. `body` is one of its requests."""
        values = body["params"][0][0]
        ours = self.values(orders.order(0), "key", "reference")
        line, our_line = values["lines"][0][1][0], ours["lines"][0][1][0]
        varying = {"note"}
        self.known["order_extras"] = {
            name: values[name] for name in values.keys() - ours.keys()
        }
        self.known["line_extras"] = {
            name: line[name] for name in line.keys() - our_line.keys() - varying
        }
        self.known["unused"] = ours.keys() - values.keys()
        self.known["line_unused"] = our_line.keys() - line.keys() - varying

    def values(self, order: orders.Order, key: str, reference: str) -> dict:
        """One order, complete."""
        party, address = self.known["customers"][order.customer]
        values = {
            "party": party,
            "invoice_address": address,
            "shipment_address": address,
            "web_shop": self.settings["web_shop"]["id"],
            "web_id": key,
            "reference": reference,
            "description": reference,
        }
        values = {
            name: value
            for name, value in values.items()
            if name not in self.known.get("unused", ())
        }
        lines = [
            self.line_values(line, sequence)
            for sequence, line in enumerate(order.lines, 1)
        ]
        return values | self.known["order_extras"] | {"lines": [["create", lines]]}

    def line_values(self, line: orders.Line, sequence: int) -> dict:
        """One line, complete; Tryton has no discount, the price is the net one."""
        product = self.known["products"][line.code]
        price = product["list_price_used"]
        values = {
            "type": "line",
            "sequence": sequence,
            "product": product["id"],
            "description": line.code,
            "unit": product["sale_uom"],
            "quantity": float(line.quantity),
            "unit_price": (price * (100 - line.discount) / 100).quantize(
                Decimal("0.0001")
            ),
            "taxes": [["add", [product["tax"]]]],
        }
        if line.discount:
            values["note"] = f"{price} - {line.discount} %"
        unused = self.known.get("line_unused", ())
        values = {name: value for name, value in values.items() if name not in unused}
        return self.known["line_extras"] | values

    def create_batch(self, values: list[dict]) -> None:
        """The fastest way there is: three calls for all of them."""
        ids = self.client.call("sale.sale.create", values)
        self.client.call("sale.sale.quote", ids)
        self.client.call("sale.sale.confirm", ids)

    def create_one(self, values: dict) -> None:
        """What a simple connector does for each deal: look it up, create, confirm, read number and total."""
        domain = [["web_id", "=", values["web_id"]]]
        if not self.client.call("sale.sale.search", domain, 0, 1, None):
            ids = self.client.call("sale.sale.create", [values])
            self.client.call("sale.sale.quote", ids)
            self.client.call("sale.sale.confirm", ids)
            self.client.call("sale.sale.read", ids, ["number", "state", "total_amount"])

    @staticmethod
    def count(database, prefix: str) -> dict:
        """What is in the ERP's own database of the orders whose key begins so."""
        total, distinct, confirmed, amount = database.rows(
            COUNTED, CONFIRMED, prefix + "%"
        )[0]
        lines = database.value(LINES, prefix + "%")
        return {
            "orders": total,
            "keys": distinct,
            "confirmed": confirmed,
            "lines": lines,
            "amount": amount,
        }

"""What the Tryton ERP is filled with, over its API: a process beside its server would leave that one's caches behind."""

import datetime
from decimal import Decimal

from bench.volume.seeds import STOCK, chunks, codes
from stage.tryton_rpc import TrytonRpc

# more in one transaction gains nothing here
TOGETHER = 100
LIST_PRICE = Decimal("12.5")


class Seeds:
    """Calls of Tryton's own models, as its clients make them.

    :param dict erp: how to reach it
    """

    def __init__(self, erp: dict):
        self.client = TrytonRpc({**erp, **erp["admin"]})

    def call(self, model: str, method: str, *arguments):
        """A method that is open to clients."""
        return self.client.call(f"{model}.{method}", *arguments)

    def find(self, model: str, domain, count=None, order=None) -> list[int]:
        """Ids."""
        return self.call(model, "search", domain, 0, count, order)

    def find_one(self, model: str, **values) -> int:
        """The only one with these values."""
        (found,) = self.find(model, [[name, "=", values[name]] for name in values])
        return found

    # Products

    def products(self, count: int) -> None:
        """Goods, in batches."""
        unit = self.find_one("product.uom", name="Unit")
        category = self.find_one("product.category", name="Goods 21 %")
        for some in chunks(codes(count)):
            self.call(
                "product.template",
                "create",
                [
                    {
                        "name": f"Volume {code}",
                        "code": code,
                        "type": "goods",
                        "default_uom": unit,
                        "sale_uom": unit,
                        "salable": True,
                        "list_price": LIST_PRICE,
                        "account_category": category,
                        "products": [
                            ["create", [{"description": "Cast iron, with seals."}]]
                        ],
                    }
                    for code in some
                ],
            )

    def find_products(self, count: int, model: str = "product.product") -> list[int]:
        """The first ones."""
        return self.find(model, [["code", "like", "VOL-%"]], count, [["code", "ASC"]])

    def change_products(self, count: int) -> None:
        """New names."""
        ids = self.find_products(count, "product.template")
        pairs = []
        for row in self.call("product.template", "read", ids, ["name"]):
            pairs += [[row["id"]], {"name": f"{row['name']} renewed"}]
        self.call("product.template", "write", *pairs)

    def stock(self, count: int, quantity: float = STOCK) -> None:
        """By inventories."""
        location = self.find_one("stock.location", code="STO")
        for some in chunks(self.find_products(count)):
            lines = [
                {"product": product, "quantity": quantity, "expected_quantity": 0.0}
                for product in some
            ]
            ids = self.call(
                "stock.inventory",
                "create",
                [{"location": location, "lines": [["create", lines]]}],
            )
            self.call("stock.inventory", "confirm", ids)

    def change_stock(self, count: int) -> None:
        """One more of some."""
        self.stock(count, STOCK + 1.0)

    def prices(self, count: int) -> None:
        """A list with a formula for all: Tryton looks through the lines of a list one by one."""
        assert count
        self.call(
            "product.price_list",
            "create",
            [
                {
                    "name": "Volume",
                    "price": "list_price",
                    "lines": [["create", [{"formula": "unit_price * 0.8"}]]],
                }
            ],
        )

    def change_prices(self, count: int) -> None:
        """Dearer: 10.00 becomes 10.50."""
        ids = self.find_products(count, "product.template")
        self.call("product.template", "write", ids, {"list_price": Decimal("13.125")})

    # Customers

    def find_customers(self, count: int, first: int = 0) -> list[int]:
        """Those the CRM has sent."""
        domain = [["name", "like", "Volume customer %"]]
        return self.find("party.party", domain, first + count, [["name", "ASC"]])[
            first:
        ]

    def find_addresses(self, parties: list[int]) -> dict[int, int]:
        """One of each party."""
        rows = self.call("party.party", "read", parties, ["addresses"])
        return {row["id"]: row["addresses"][0] for row in rows}

    def invoices(self, count: int, first: int = 0) -> None:
        """Posted, one for each customer."""
        revenue = self.call(
            "product.category",
            "read",
            [self.find_one("product.category", name="Goods 21 %")],
            ["account_revenue"],
        )[0]["account_revenue"]
        unit = self.find_one("product.uom", name="Unit")
        receivable = self.find(
            "account.account",
            [["type.receivable", "=", True], ["closed", "!=", True]],
            1,
        )[0]
        journal = self.find("account.journal", [["type", "=", "revenue"]], 1)[0]
        for parties in chunks(self.find_customers(count, first), TOGETHER):
            addresses = self.find_addresses(parties)
            ids = self.call(
                "account.invoice",
                "create",
                [
                    {
                        "type": "out",
                        "party": party,
                        "invoice_address": addresses[party],
                        "account": receivable,
                        "journal": journal,
                        "invoice_date": datetime.date.today(),
                        "lines": [
                            [
                                "create",
                                [
                                    {
                                        "type": "line",
                                        "description": "Pump",
                                        "quantity": 1.0,
                                        "unit": unit,
                                        "unit_price": Decimal(100),
                                        "account": revenue,
                                    }
                                ],
                            ]
                        ],
                    }
                    for party in parties
                ],
            )
            self.call("account.invoice", "post", ids)

    # Orders

    def orders(self, keys: list[str]) -> list:
        """Confirmed orders of one line, with their shipments."""
        customers = self.find_customers(len(keys))
        products = self.find_products(len(keys))
        addresses = {}
        for some in chunks(customers):
            addresses |= self.find_addresses(some)
        shop = self.find_one("web.shop", name="CRM")
        unit = self.find_one("product.uom", name="Unit")
        found = []
        for some in chunks(enumerate(keys), TOGETHER):
            values = []
            for number, key in some:
                party = customers[number % len(customers)]
                line = {
                    "type": "line",
                    "product": products[number % len(products)],
                    "unit": unit,
                    "quantity": 2.0,
                    "unit_price": LIST_PRICE,
                }
                values.append(
                    {
                        "party": party,
                        "invoice_address": addresses[party],
                        "shipment_address": addresses[party],
                        "web_shop": shop,
                        "web_id": key,
                        "lines": [["create", [line]]],
                    }
                )
            ids = self.call("sale.sale", "create", values)
            for button in ("quote", "confirm", "process"):
                self.call("sale.sale", button, ids)
            names = ["web_id", "number", "untaxed_amount", "total_amount"]
            found += [
                [
                    row["web_id"],
                    row["id"],
                    row["number"],
                    float(row["untaxed_amount"]),
                    float(row["total_amount"]),
                ]
                for row in self.call("sale.sale", "read", ids, names)
            ]
        return found

    def ship(self, count: int) -> None:
        """The first ones leave the warehouse."""
        domain = [["web_id", "like", "CRM-%OPP%"]]
        sales = self.find("sale.sale", domain, count, [["id", "ASC"]])
        shipments = [
            shipment
            for row in self.call("sale.sale", "read", sales, ["shipments"])
            for shipment in row["shipments"]
        ]
        # without one Tryton asks a person whether that is meant
        carrier = self.find("carrier", [], 1)[0]
        self.call("stock.shipment.out", "write", shipments, {"carrier": carrier})
        for button in ("assign_force", "pick", "pack", "do"):
            self.call("stock.shipment.out", button, shipments)

    def repair(self, count: int) -> None:
        """Take up some of the complaints."""
        domain = [["reference", "like", "CRM-%"]]
        ids = self.find("sale.complaint", domain, count, [["id", "ASC"]])
        self.call("sale.complaint", "wait", ids)

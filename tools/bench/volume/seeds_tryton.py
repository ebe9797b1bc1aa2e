"""What the Tryton ERP is filled with: the first record over its API, as a process beside its server would leave that one's
caches behind, the others as copies of it."""

import datetime
from decimal import Decimal

from bench.volume.copies import Copies
from bench.volume.seeds import STOCK, chunks, codes
from stage.database import Database
from stage.tryton_rpc import TrytonRpc

LIST_PRICE = Decimal("12.5")
PARTY, ADDRESS = "party_party", "party_address"


class Seeds:
    """Calls of Tryton's own models, as its clients make them.

    :param dict erp: how to reach it
    :param database: its database, for copies
    """

    def __init__(self, erp: dict, database: Database):
        self.client = TrytonRpc({**erp, **erp["admin"]})
        self.database = database

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

    def copies(self, *arguments, **named) -> Copies:
        """What is made inside, many times."""
        return Copies(self.database.connection.cursor(), *arguments, **named)

    # Products

    def products(self, count: int) -> None:
        """Goods."""
        code = codes(1)[0]
        with self.copies({"code": codes(count)}, texts=["code"]):
            self.call(
                "product.template",
                "create",
                [
                    {
                        "name": f"Volume {code}",
                        "code": code,
                        "type": "goods",
                        "default_uom": self.find_one("product.uom", name="Unit"),
                        "sale_uom": self.find_one("product.uom", name="Unit"),
                        "salable": True,
                        "list_price": LIST_PRICE,
                        "account_category": self.find_one(
                            "product.category", name="Goods 21 %"
                        ),
                        "products": [
                            ["create", [{"description": "Cast iron, with seals."}]]
                        ],
                    }
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

    def stock(self, count: int) -> None:
        """By inventories."""
        products = self.find_products(count)
        with self.copies({"product": products}, {"product": "product_product"}):
            self.take_stock(products[:1], STOCK)

    def change_stock(self, count: int) -> None:
        """One more of some."""
        self.take_stock(self.find_products(count), STOCK + 1)

    def take_stock(self, products: list[int], quantity: float) -> None:
        """One inventory."""
        lines = [
            {
                "product": product,
                "quantity": float(quantity),
                "expected_quantity": 0.0,
            }
            for product in products
        ]
        location = self.find_one("stock.location", code="STO")
        ids = self.call(
            "stock.inventory",
            "create",
            [{"location": location, "lines": [["create", lines]]}],
        )
        self.call("stock.inventory", "confirm", ids)

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

    def move_customers(self, count: int, street: str) -> None:
        """Their legal address is corrected: the first of each."""
        addresses = self.find_addresses(self.find_customers(count)).values()
        self.database.rows(
            "update party_address set street_unstructured = %s || id, write_date = current_timestamp"
            " where id = any(%s)",
            f"{street} ",
            list(addresses),
        )

    def find_addresses(self, parties: list[int]) -> dict[int, int]:
        """One of each party."""
        return {
            row["id"]: row["addresses"][0]
            for some in chunks(parties)
            for row in self.call("party.party", "read", some, ["addresses"])
        }

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
        parties = self.find_customers(count, first)
        addresses = self.find_addresses(parties)
        columns = {
            "party": parties,
            "address": [addresses[party] for party in parties],
        }
        with self.copies(columns, {"party": PARTY, "address": ADDRESS}):
            line = {
                "type": "line",
                "description": "Pump",
                "quantity": 1.0,
                "unit": unit,
                "unit_price": Decimal(100),
                "account": revenue,
            }
            ids = self.call(
                "account.invoice",
                "create",
                [
                    {
                        "type": "out",
                        "party": parties[0],
                        "invoice_address": addresses[parties[0]],
                        "account": receivable,
                        "journal": journal,
                        "invoice_date": datetime.date.today(),
                        "lines": [["create", [line]]],
                    }
                ],
            )
            self.call("account.invoice", "post", ids)

    # Orders

    def orders(
        self, keys: list[str], quantity: int = 2, is_confirmed: bool = True
    ) -> list:
        """Orders of one line; confirmed ones with their shipments and posted invoices."""
        customers = self.find_customers(len(keys))
        products = self.find_products(len(keys))
        addresses = self.find_addresses(customers)
        buyers = [customers[number % len(customers)] for number in range(len(keys))]
        columns = {
            "key": keys,
            "party": buyers,
            "address": [addresses[party] for party in buyers],
            "product": [products[place % len(products)] for place in range(len(keys))],
        }
        links = {"party": PARTY, "address": ADDRESS, "product": "product_product"}
        goods = self.find_one("product.category", name="Goods 21 %")
        [category] = self.call("product.category", "read", [goods], ["customer_taxes"])
        taxes = list(category["customer_taxes"])
        number = {"sale_sale.number": "model.number || '-' || number.place"}
        with self.copies(columns, links, ["key"], number) as copies:
            line = {
                "type": "line",
                "product": products[0],
                "unit": self.find_one("product.uom", name="Unit"),
                "quantity": float(quantity),
                "unit_price": LIST_PRICE,
                "taxes": [["add", taxes]],
            }
            order = {
                "party": buyers[0],
                "invoice_address": addresses[buyers[0]],
                "shipment_address": addresses[buyers[0]],
                "web_shop": self.find_one("web.shop", name="CRM"),
                "web_id": keys[0],
                "lines": [["create", [line]]],
            }
            ids = self.call("sale.sale", "create", [order])
            if is_confirmed:
                self.process(ids)
        names = ["web_id", "lines", "number", "untaxed_amount", "total_amount"]
        return [
            [
                row["web_id"],
                row["id"],
                row["lines"][0],
                # a draft has none
                row["number"] or str(row["id"]),
                float(row["untaxed_amount"]),
                float(row["total_amount"]),
            ]
            for some in chunks(copies.get_ids("sale_sale"))
            for row in self.call("sale.sale", "read", some, names)
        ]

    def process(self, ids: list[int]) -> None:
        """As far as the posted invoice."""
        for button in ("quote", "confirm", "process"):
            self.call("sale.sale", button, ids)
        [row] = self.call("sale.sale", "read", ids, ["invoices"])
        today = {"invoice_date": datetime.date.today()}
        self.call("account.invoice", "write", row["invoices"], today)
        self.call("account.invoice", "post", row["invoices"])

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

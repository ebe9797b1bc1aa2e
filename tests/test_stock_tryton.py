import uuid
from decimal import Decimal

from odoo.tests import tagged

from .erp_case import ErpCase, get_clerk
from .stock_mixin import StockMixin


@tagged("post_install", "-at_install")
class TestStockTryton(StockMixin, ErpCase):
    kind = "tryton"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # products and inventories are kept by somebody else than the clerk of the orders
        cls.keeper = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})
        cls.company_there = cls.clerk.context["company"]

    def find_there(self, model, *domain):
        return self.keeper.call(f"model.{model}.search", list(domain), 0, 1, None)[0]

    def make_counted(self, quantity, like="BOOK-HYD"):
        """A product there with so much of it on hand, and ours mapped to it."""
        code = f"STOCK-{uuid.uuid4().hex[:8].upper()}"
        sold_like = self.keeper.read_one(
            "product.product",
            self.find_there("product.product", ["code", "=", like]),
            "default_uom",
            "account_category",
        )
        [template] = self.keeper.call(
            "model.product.template.create",
            [
                {
                    "name": code,
                    "type": "goods",
                    "default_uom": sold_like["default_uom"],
                    "sale_uom": sold_like["default_uom"],
                    "salable": True,
                    "list_price": Decimal(5),
                    "account_category": sold_like["account_category"],
                    "products": [["create", [{"suffix_code": code}]]],
                }
            ],
        )
        [remote_id] = self.keeper.read_one("product.template", template, "products")[
            "products"
        ]
        self.addCleanup(
            self.keeper.call,
            "model.product.template.write",
            [template],
            {"salable": False},
        )
        product = self.make_product_like(like, code)
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": str(remote_id),
            }
        )
        self.count_there(product, quantity)
        return product

    def count_there(self, product, quantity, warehouse=None):
        """So much of it lies there; None for the warehouse that was there first."""
        line = {"product": self.get_remote_id(product), "quantity": float(quantity)}
        [inventory] = self.keeper.call(
            "model.stock.inventory.create",
            [
                {
                    "location": self.get_storage(warehouse),
                    "company": self.company_there,
                    "lines": [["create", [line]]],
                }
            ],
            company=self.company_there,
        )
        self.keeper.call(
            "model.stock.inventory.confirm", [inventory], company=self.company_there
        )

    def get_storage(self, warehouse):
        if not warehouse:
            return self.find_there("stock.location", ["code", "=", "STO"])
        found = self.keeper.read_one("stock.location", warehouse, "storage_location")
        return found["storage_location"]

    def make_warehouse_there(self, name):
        places = self.keeper.call(
            "model.stock.location.create",
            [
                {"name": f"{name} {kind}", "type": "storage"}
                for kind in ("input", "output", "storage")
            ],
        )
        [warehouse] = self.keeper.call(
            "model.stock.location.create",
            [
                {
                    "name": name,
                    "type": "warehouse",
                    "input_location": places[0],
                    "output_location": places[1],
                    "storage_location": places[2],
                    "lost_found_location": self.find_there(
                        "stock.location", ["type", "=", "lost_found"]
                    ),
                }
            ],
        )
        return warehouse

    def close_warehouse_there(self, warehouse, product):
        """Deactivated, as soon as nothing is in it or on its way to it."""
        storage = self.get_storage(warehouse)
        moves = self.keeper.call(
            "model.stock.move.search",
            [["to_location", "=", storage], ["state", "=", "draft"]],
            0,
            None,
            None,
        )
        self.keeper.call("model.stock.move.cancel", moves, company=self.company_there)
        self.count_there(product, 0, warehouse)
        places = self.keeper.call(
            "model.stock.location.search",
            [["parent", "child_of", [warehouse], "parent"]],
            0,
            None,
            None,
        )
        self.keeper.call("model.stock.location.write", places, {"active": False})

    def get_remote_id(self, product):
        return int(self.get_mapping(product).remote_id)

    def archive_there(self, product):
        found = self.keeper.read_one(
            "product.product", self.get_remote_id(product), "template"
        )
        self.keeper.call(
            "model.product.template.write", [found["template"]], {"active": False}
        )

    def expect_there(self, product, quantity, day, warehouse=None):
        remote_id = self.get_remote_id(product)
        unit = self.keeper.read_one("product.product", remote_id, "default_uom")
        currency = self.find_there("currency.currency", ["code", "=", "EUR"])
        self.keeper.call(
            "model.stock.move.create",
            [
                {
                    "product": remote_id,
                    "quantity": float(quantity),
                    "unit": unit["default_uom"],
                    "from_location": self.find_there(
                        "stock.location", ["type", "=", "supplier"]
                    ),
                    "to_location": self.get_storage(warehouse),
                    "planned_date": day,
                    "company": self.company_there,
                    "currency": currency,
                    "unit_price": Decimal(1),
                }
            ],
            company=self.company_there,
        )

    def test_9_without_a_date(self):
        product = self.make_counted(5)
        self.expect_there(product, 7, None)
        level = self.read_stock(product)
        self.assertEqual((level.expected, level.expected_date), (7, False))

    def order_there(self, product, quantity):
        return self.clerk.create_order(
            "Jansen Installaties", [(product.default_code, quantity)]
        )

    def reserve_there(self, order):
        self.clerk.confirm(order)
        for shipment in self.clerk.open_shipments(order):
            self.clerk.call("model.stock.shipment.out.assign_try", [shipment])

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
        line = {"product": remote_id, "quantity": float(quantity)}
        [inventory] = self.keeper.call(
            "model.stock.inventory.create",
            [
                {
                    "location": self.find_there("stock.location", ["code", "=", "STO"]),
                    "company": self.company_there,
                    "lines": [["create", [line]]],
                }
            ],
            company=self.company_there,
        )
        self.keeper.call(
            "model.stock.inventory.confirm", [inventory], company=self.company_there
        )
        product = self.make_product_like(like, code)
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": str(remote_id),
            }
        )
        return product

    def expect_there(self, product, quantity, day):
        line = self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )
        remote_id = int(line.remote_id)
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
                    "to_location": self.find_there(
                        "stock.location", ["code", "=", "STO"]
                    ),
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

from unittest.mock import patch

from odoo.tests import tagged

from .erp_case import ErpCase
from .price_mixin import PriceMixin


@tagged("post_install", "-at_install")
class TestPricesOdoo(PriceMixin, ErpCase):
    kind = "odoo"
    currency_there = "USD"
    below = {}

    @classmethod
    def find_there(cls, model, *domain):
        return cls.clerk.call(model, "search", domain=list(domain), limit=1)[0]

    @classmethod
    def make_list_there(cls, name):
        """All kinds of rules: fixed, percentage of cost, rounded, based on a list."""
        product = {
            code: cls.find_there("product.product", ("default_code", "=", code))
            for code in ("PUMP-200", "PIPE-CU15", "COFFEE-1KG")
        }
        [below] = cls.clerk.call(
            "product.pricelist",
            "create",
            vals_list=[
                {
                    "name": f"{name} below",
                    "item_ids": [
                        [
                            0,
                            0,
                            {
                                "compute_price": "percentage",
                                "percent_price": 7,
                                "min_quantity": quantity,
                            },
                        ]
                        for quantity in (0, 100)
                    ],
                }
            ],
        )
        rules = [
            {
                "applied_on": "0_product_variant",
                "product_id": product["PUMP-200"],
                "min_quantity": quantity,
                "compute_price": "fixed",
                "fixed_price": price,
            }
            for quantity, price in ((0, 199.5), (10, 180.25), (100, 150))
        ] + [
            {
                "applied_on": "0_product_variant",
                "product_id": product["COFFEE-1KG"],
                "min_quantity": 10,
                "compute_price": "formula",
                "base": "list_price",
                "price_discount": 13,
                "price_round": 0.5,
                "price_surcharge": -0.01,
            },
            {
                "applied_on": "0_product_variant",
                "product_id": product["PIPE-CU15"],
                "compute_price": "percentage",
                "percent_price": 12.5,
            },
            {
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": below,
                "price_discount": 3,
            },
        ]
        [created] = cls.clerk.call(
            "product.pricelist",
            "create",
            vals_list=[
                {
                    "name": name,
                    "currency_id": cls.find_there("res.currency", ("name", "=", "USD")),
                    "item_ids": [[0, 0, rule] for rule in rules],
                }
            ],
        )
        cls.below = {**cls.below, str(created): below}
        return created

    @classmethod
    def archive_list_there(cls, list_id=None, active=False):
        list_id = list_id or cls.list_there
        cls.write_there(
            "product.pricelist", [int(list_id), cls.below[list_id]], {"active": active}
        )

    def restore_list_there(self):
        self.archive_list_there(active=True)

    @classmethod
    def write_there(cls, model, ids, values):
        cls.clerk.call(model, "write", ids, vals=values)

    def double_rule_there(self, code):
        """The same quantity once more, at another price."""
        self.clerk.call(
            "product.pricelist.item",
            "create",
            vals_list=[
                {
                    "pricelist_id": int(self.list_there),
                    "applied_on": "0_product_variant",
                    "product_id": self.find_there(
                        "product.product", ("default_code", "=", code)
                    ),
                    "min_quantity": 10,
                    "compute_price": "fixed",
                    "fixed_price": 166.66,
                }
            ],
        )

    def change_price_there(self, code, price=177.77):
        product = self.find_there("product.product", ("default_code", "=", code))
        item = self.find_there(
            "product.pricelist.item",
            ("pricelist_id", "=", int(self.list_there)),
            ("product_id", "=", product),
            ("min_quantity", "=", 10),
        )
        self.write_there("product.pricelist.item", [item], {"fixed_price": price})

    def get_price_there(self, code, quantity):
        product = self.find_there("product.product", ("default_code", "=", code))
        [order] = self.clerk.call(
            "sale.order",
            "create",
            vals_list=[
                {
                    "partner_id": self.find_there(
                        "res.partner", ("name", "=", "Jansen Installaties")
                    ),
                    "pricelist_id": int(self.list_there),
                    "order_line": [
                        [0, 0, {"product_id": product, "product_uom_qty": quantity}]
                    ],
                }
            ],
        )
        lines = self.clerk.read_one("sale.order", order, "order_line")["order_line"]
        line = self.clerk.read_one(
            "sale.order.line", lines[0], "price_unit", "discount"
        )
        self.clerk.call("sale.order", "unlink", [order])
        return line["price_unit"] * (1 - line["discount"] / 100)

    def make_customer_there(self, name):
        [partner] = self.clerk.call(
            "res.partner",
            "create",
            vals_list=[
                {"name": name, "property_product_pricelist": int(self.list_there)}
            ],
        )
        return partner

    def test_rules_of_other_products_are_not_read(self):
        """A list may have a rule for each of ten thousand products, which are read page by
        page."""
        product = self.products["PUMP-200"]
        mapping = self.env["integration.product.mapping"]._get_for(
            self.connector, product
        )[product.id]
        client = self.connector._get_client()
        client_read, rules = client.search_read, []

        def search_read(model, *args, **kwargs):
            rows = client_read(model, *args, **kwargs)
            if model == "product.pricelist.item":
                rules.extend(rows)
            return rows

        with patch.object(client, "search_read", search_read):
            prices = client.price_list_prices([self.list_there], [mapping.remote_id])
        self.assertEqual(
            [price["min_quantity"] for price in prices], ["0", "10", "100"]
        )
        of_one = [rule for rule in rules if rule["applied_on"] == "0_product_variant"]
        self.assertEqual(
            {str(rule["product_id"][0]) for rule in of_one}, {mapping.remote_id}
        )

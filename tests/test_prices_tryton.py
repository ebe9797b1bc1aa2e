from odoo.tests import tagged

from .erp_case import ErpCase, get_clerk
from .price_mixin import PriceMixin


@tagged("post_install", "-at_install")
class TestPricesTryton(PriceMixin, ErpCase):
    kind = "tryton"
    currency_there = "EUR"

    @classmethod
    def find_there(cls, model, *domain):
        return cls.keeper.call(f"model.{model}.search", list(domain), 0, 1, None)[0]

    @classmethod
    def make_list_there(cls, name):
        """Formulas of all kinds: fixed, of the list price, of the cost."""
        # price lists are kept by somebody else than the clerk of the orders
        cls.keeper = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})
        cls.company_there = cls.clerk.context["company"]
        product = {
            code: cls.find_there("product.product", ["code", "=", code])
            for code in ("PUMP-200", "PIPE-CU15", "COFFEE-1KG")
        }
        # the first line that matches counts
        lines = [
            {
                "product": product["PUMP-200"],
                "quantity": float(quantity),
                "formula": formula,
            }
            for quantity, formula in (
                (100, "Decimal('150')"),
                (10, "Decimal('180.25')"),
                (0, "Decimal('199.5')"),
            )
        ]
        lines += [
            {
                "product": product["COFFEE-1KG"],
                "quantity": 10.0,
                "formula": "list_price * 0.87 - 0.01",
            },
            {"product": product["PIPE-CU15"], "formula": "cost_price * 1.4"},
            {"quantity": 100.0, "formula": "list_price * 0.8"},
            {"formula": "list_price * 0.9"},
        ]
        for sequence, line in enumerate(lines):
            line["sequence"] = sequence
        return cls.keeper.call(
            "model.product.price_list.create",
            [
                {
                    "name": name,
                    "company": cls.company_there,
                    "unit": "product_sale",
                    "price": "list_price",
                    "lines": [["create", lines]],
                }
            ],
        )[0]

    @classmethod
    def write_there(cls, model, ids, values):
        cls.keeper.call(f"model.{model}.write", ids, values)

    @classmethod
    def archive_list_there(cls, list_id=None):
        cls.write_there(
            "product.price_list", [int(list_id or cls.list_there)], {"active": False}
        )

    def double_rule_there(self, code):
        """The same quantity once more, at another price."""
        self.keeper.call(
            "model.product.price_list.line.create",
            [
                {
                    "price_list": int(self.list_there),
                    "product": self.find_there("product.product", ["code", "=", code]),
                    "quantity": 10.0,
                    "formula": "Decimal('166.66')",
                    "sequence": 1,
                }
            ],
        )

    def restore_list_there(self):
        self.write_there("product.price_list", [int(self.list_there)], {"active": True})

    def change_price_there(self, code, price=177.77):
        # there may be the same quantity twice, by another test
        lines = self.keeper.call(
            "model.product.price_list.line.search",
            [
                ["price_list", "=", int(self.list_there)],
                ["product.code", "=", code],
                ["quantity", "=", 10.0],
            ],
            0,
            None,
            None,
        )
        self.write_there(
            "product.price_list.line", lines, {"formula": f"Decimal('{price}')"}
        )

    def get_price_there(self, code, quantity):
        """What the screen of a sale fills in for the customer's price list."""
        product = self.find_there("product.product", ["code", "=", code])
        party = self.make_customer_there(f"Priced {self.mark}")
        unit = self.keeper.read_one("product.product", product, "sale_uom")
        changes = self.clerk.call(
            "model.sale.line.on_change",
            {
                "type": "line",
                "product": product,
                "unit": unit["sale_uom"],
                "quantity": float(quantity),
                "sale": -1,
                "company": self.company_there,
                "_parent_sale.company": self.company_there,
                "_parent_sale.currency": self.find_there(
                    "currency.currency", ["code", "=", "EUR"]
                ),
                "_parent_sale.party": party,
                "_parent_sale.price_list": int(self.list_there),
            },
            ["quantity"],
        )
        return float(changes["unit_price"])

    def make_customer_there(self, name):
        return self.keeper.call(
            "model.party.party.create",
            [{"name": name, "sale_price_list": int(self.list_there)}],
            company=self.company_there,
        )[0]

    def test_list_with_taxes_is_left_out(self):
        """And said: its prices depend on the taxes of each sale."""
        self.run_prices()
        self.write_there(
            "product.price_list", [int(self.list_there)], {"tax_included": True}
        )
        self.addCleanup(
            self.write_there,
            "product.price_list",
            [int(self.list_there)],
            {"tax_included": False},
        )
        self.run_prices()
        self.assertFalse(self.get_list().active)
        self.assertIn(f"Left out: List {self.mark}", self.price.last_message)
        self.connector._run_test()
        self.assertIn(
            f"List {self.mark} is left out: its prices include taxes",
            self.connector.warning_message,
        )

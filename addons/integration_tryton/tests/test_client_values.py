"""Products and values of the real Tryton."""

from ..client.windows import Window, get_newest_stamp
from .common import TrytonCase, contract

KINDS = (
    "unit",
    "tax",
    "currency",
    "payment_term",
    "country",
    "carrier",
    "salesperson",
    "warehouse",
    "price_list",
)


class TestValues(TrytonCase):
    def test_values_conform(self):
        for kind in (*KINDS, "no such kind"):
            with self.subTest(kind=kind):
                values = self.client.value_list(kind)
                self.assert_conforms(values, list[contract.ValueAnswer])

    def test_values(self):
        self.assertIn("EUR", self.currencies)
        self.assertIn("21", self.taxes)
        countries = {item["code"] for item in self.client.value_list("country")}
        self.assertIn("NL", countries)
        units = {item["name"] for item in self.client.value_list("unit")}
        self.assertLessEqual({"Unit", "Kilogram"}, units)
        self.assertTrue(self.client.value_list("warehouse"))
        self.assertTrue(self.client.value_list("payment_term"))
        [carrier] = self.client.value_list("carrier")
        self.assertIn("PostNoord", carrier["name"])
        # none but those that tests have made
        self.assertIsInstance(self.client.value_list("price_list"), list)

    def test_product_search(self):
        known = self.products["PUMP-200"]
        self.assert_conforms(known, contract.ProductAnswer)
        for codes, barcodes in (
            (["PUMP-200", "no such code", ""], []),
            ([], [known["barcode"], ""]),
            (["PUMP-200"], [known["barcode"]]),
        ):
            found = self.client.product_search(codes, barcodes)
            self.assertEqual([item["code"] for item in found], ["PUMP-200"])
        self.assertEqual(self.client.product_search([], []), [])
        # exactly: no patterns, no other capitals
        self.assertEqual(self.client.product_search(["PUMP-%", "pump-200"], []), [])

    def make_product(self, code):
        category_id = self.admin.search_read(
            "product.category", [["accounting", "=", True]], ["id"], limit=1
        )[0]["id"]
        (unit,) = [
            item for item in self.client.value_list("unit") if item["name"] == "Unit"
        ]
        return self.create_remote(
            "product.template",
            name="Später <gelistet>",
            default_uom=int(unit["remote_id"]),
            type="goods",
            salable=True,
            sale_uom=int(unit["remote_id"]),
            account_category=category_id,
            products=[["create", [{"suffix_code": code}]]],
        )

    def read_all(self, cursor, limit):
        products = []
        while True:
            page = self.client.product_list(cursor, limit)
            self.assert_conforms(page["products"], list[contract.ProductAnswer])
            products += page["products"]
            cursor = page["cursor"]
            if not page["more"]:
                return {item["code"]: item for item in products}, cursor

    def test_product_list(self):
        everything, cursor = self.read_all(None, 5)
        self.assertLessEqual(set(self.products), set(everything))
        code = self.make_key("PRODUCT")
        template_id = self.make_product(code)
        changed, cursor = self.read_all(cursor, 50)
        self.assertEqual(changed[code]["name"], "Später <gelistet>")
        self.assertTrue(changed[code]["active"])
        # the name belongs to the template
        self.admin.rpc(
            "product.template", "write", [template_id], {"name": "Neu"}, changes=True
        )
        changed, cursor = self.read_all(cursor, 50)
        self.assertEqual(changed[code]["name"], "Neu")
        # what can't be sold any more is told, once it was there
        self.admin.rpc(
            "product.template", "write", [template_id], {"salable": False}, changes=True
        )
        changed, cursor = self.read_all(cursor, 50)
        self.assertFalse(changed[code]["active"])
        self.assertEqual(self.client.product_search([code], []), [])

    def test_archived_products(self):
        """Both lists tell them, archived themselves or along with their template; so does
        the check of an order."""
        template_id = self.make_product(self.make_key("PRODUCT"))
        [product_id] = self.read_remote("product.template", template_id, "products")[
            "products"
        ]
        newest = get_newest_stamp(self.client, "product.product", [])
        cursor = Window(since=newest).to_cursor()
        line = self.make_product_line(product_id=str(product_id), tax_ids=[])
        order = self.make_sale([line])
        for model, record_id in (
            ("product.product", product_id),
            ("product.template", template_id),
        ):
            self.write_active(model, record_id, False)
            for verb in (self.client.product_list, self.client.catalog_changes):
                with self.subTest(model, verb=verb.__name__):
                    answers = {
                        item["remote_id"]: item
                        for item in verb(cursor, 200)["products"]
                    }
                    self.assertIn(str(product_id), answers)
                    self.assertFalse(answers[str(product_id)]["active"])
            [answer] = self.client.order_check([order])
            texts = [str(problem["text"]) for problem in answer["problems"]]
            self.assertEqual(len(texts), 1, texts)
            self.assertIn("not active in Tryton", texts[0])
            self.write_active(model, record_id, True)

    def write_active(self, model, record_id, active):
        self.admin.rpc(model, "write", [record_id], {"active": active}, changes=True)

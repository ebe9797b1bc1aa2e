"""Products, values, and the connection itself, on the real ERP over both protocols."""

import unittest

from odoo.addons.integration_hub.client import IntegrationError
from odoo.addons.integration_hub.tests.client_case import read_erp

from ..client import OdooClient
from .common import ErpCase, contract

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


class ValueTests:
    def test_products(self):
        found = self.client.product_search(["PUMP-200", "none"], ["2008765000042"])
        self.assert_conforms(found, list[contract.ProductAnswer])
        self.assertEqual({item["code"] for item in found}, {"PUMP-200", "PIPE-CU15"})
        pump = next(item for item in found if item["code"] == "PUMP-200")
        self.assertEqual(pump["name"], "Circulation pump 200 W, ¾″")
        self.assertEqual(pump["price"], "189")
        self.assertEqual(self.client.product_search([], []), [])

    def test_product_pages(self):
        cursor, products, more = None, [], True
        while more:
            answer = self.client.product_list(cursor, 4)
            self.assertEqual(answer.keys(), {"products", "cursor", "more"})
            self.assert_conforms(answer["products"], list[contract.ProductAnswer])
            products += answer["products"]
            cursor, more = answer["cursor"], answer["more"]
        codes = [item["code"] for item in products]
        self.assertEqual(len(codes), len(set(codes)))
        self.assertIn("SERV-MAINT", codes)

    def test_values(self):
        for kind in KINDS:
            values = self.client.value_list(kind)
            self.assert_conforms(values, list[contract.ValueAnswer], kind)
            self.assertTrue(values, kind)
        self.assertEqual(self.client.value_list("phase_of_the_moon"), [])
        rates = {item["rate"] for item in self.client.value_list("tax")}
        self.assertLessEqual({"21", "9"}, rates)
        self.assertIn(
            "NL", {item["code"] for item in self.client.value_list("country")}
        )

    def test_connection(self):
        report = self.client.test_connection()
        self.assertIn("CRM integration", report.user)
        self.assertTrue(report.version.startswith(self.erp.get("version", "19.")))
        self.assertEqual(report.company, "Noordzee Techniek B.V.")
        self.assertEqual((report.missing, report.warnings), ([], []))
        self.assertEqual(report.options["version"], report.version)

    def test_wrong_key(self):
        client = self.make_client(credentials={"api_key": "wrong"}, session_cache={})
        with self.assertRaises(IntegrationError) as caught:
            client.test_connection()
        self.assert_error(caught.exception, "authentication")

    def test_wrong_database(self):
        client = self.make_client(options={"database": "nowhere"}, session_cache={})
        with self.assertRaises(IntegrationError) as caught:
            client.test_connection()
        # a JSON-2 call is answered in the same way while the database is away for a moment
        kind = "network" if client.protocol == "json2" else "authentication"
        self.assert_error(caught.exception, kind, "database")

    def test_secrets_are_not_logged(self):
        client = self.make_client(session_cache={})
        client.test_connection()
        client.order_find(["x"])
        self.assertTrue(client.exchanges)
        self.assertNotIn(self.erp["api_key"], repr(client.exchanges))

    def test_model_of_an_app_that_is_missing(self):
        with self.assertRaises(IntegrationError) as caught:
            self.client.call("mrp.production", "search_read", domain=[])
        self.assert_error(caught.exception, "validation", "not installed")
        self.assertFalse(self.client.has_model("mrp.production"))


class TestValuesJson2(ValueTests, ErpCase, unittest.TestCase):
    protocol = "json2"


class TestValuesJsonRpc(ValueTests, ErpCase, unittest.TestCase):
    protocol = "jsonrpc"


class TestAutomaticProtocol(ErpCase, unittest.TestCase):
    def test_key_and_version_decide(self):
        with_key = self.make_client(options={"protocol": "auto"}, session_cache={})
        self.assertEqual(with_key.protocol, self.erp.get("protocol", "json2"))
        password = {"password": self.erp["password"]}
        without = self.make_client(
            options={"protocol": "auto"}, credentials=password, session_cache={}
        )
        self.assertEqual(without.protocol, "jsonrpc")
        report = without.test_connection()
        self.assertIn("API key", report.warnings[0])
        older = self.make_client(
            options={"protocol": "auto", "version": "17.0"}, session_cache={}
        )
        self.assertEqual(older.protocol, "jsonrpc")
        self.assertIn("/web#id=5&model=sale.order", older.get_url("sale.order", 5))


class TestMissingRights(ErpCase, unittest.TestCase):
    """A user who is in the ERP, but may do nothing of what we need."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.login = f"{cls.prefix}nobody@example.com"
        admin = cls.make_admin()
        groups = admin.get_field("res.users", "group_ids", "groups_id")
        admin.call(
            "res.users",
            "create",
            vals_list=[
                {
                    "name": "Nobody",
                    "login": cls.login,
                    "password": "nobody-nobody",
                    # the groups that Odoo gives a new user by default are many
                    groups: [(6, 0, [cls.get_group(admin, "base", "group_user")])],
                }
            ],
        )

    @staticmethod
    def get_group(admin, module, name):
        (row,) = admin.search_read(
            "ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"]
        )
        return row["res_id"]

    def make_nobody(self):
        return self.make_client(
            credentials={"password": "nobody-nobody"},
            options={"login": self.login, "protocol": "jsonrpc"},
            session_cache={},
        )

    def test_connection_names_them(self):
        report = self.make_nobody().test_connection()
        text = "\n".join(report.missing)
        for right in ("create sales orders", "create customers", "read deliveries"):
            self.assertIn(right, text)

    def test_refusal_names_it(self):
        (answer,) = self.make_nobody().order_create([self.make_order(currency_id="")])
        self.assert_error(answer, "validation", "lacks a right")
        self.assertIn("sale.order", answer.message)


class TestContract(unittest.TestCase):
    def test_client_has_every_verb(self):
        for verb in (
            "party_match",
            "party_create",
            "party_addresses",
            "product_search",
            "product_list",
            "value_list",
            "order_find",
            "order_create",
            "order_lines",
            "order_confirm",
            "order_changes",
            "order_status",
            "test_connection",
        ):
            self.assertTrue(callable(getattr(OdooClient, verb)), verb)
        self.assertIsInstance(OdooClient.key_is_unique, bool)
        self.assertGreater(OdooClient.order_batch_size, 0)

    @unittest.skipUnless(read_erp("odoo"), "INTEGRATION_TEST_ERPS names no Odoo ERP")
    def test_environment(self):
        self.assertTrue(read_erp("odoo")["url"].startswith("http"))

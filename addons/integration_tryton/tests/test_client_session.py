"""Connection, login and lost answers, on the real Tryton."""

from unittest.mock import patch

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    IntegrationError,
    NetworkError,
    OutcomeUnknownError,
)
from odoo.addons.integration_hub.tests.client_case import CuttingProxy

from .common import TrytonCase


class TestSession(TrytonCase):
    def test_report(self):
        report = self.client.test_connection()
        self.assertEqual(report.version, "8.0")
        self.assertIn(f"({self.erp['login']})", report.user)
        self.assertTrue(report.company)
        self.assertEqual(report.missing, [])
        self.assertEqual(report.options["web_shop_id"], str(self.erp["web_shop"]["id"]))

    def test_report_names_missing_rights(self):
        login = self.make_name("nobody")
        company_id = self.client.company_id
        self.create_remote(
            "res.user",
            name=login,
            login=login,
            password="Nobody-needs-2-know",
            companies=[["add", [company_id]]],
            company=company_id,
        )
        with self.make_client(
            options={"login": login, "web_shop": "No such shop"},
            credentials={"password": "Nobody-needs-2-know"},
        ) as client:
            report = client.test_connection()
            text = "\n".join(report.missing)
            self.assertIn("right to read, create and write sale.sale", text)
            self.assertIn("No such shop", text)
            with self.assertRaises(IntegrationError) as caught:
                client.order_find(["x"])
            self.assertIn("may not read sale.sale", caught.exception.message)

    def test_user_without_a_company(self):
        login = self.make_name("homeless")
        self.create_remote(
            "res.user",
            name=login,
            login=login,
            password="Homeless-1-2-3",
            companies=None,
            company=None,
        )
        with self.make_client(
            options={"login": login}, credentials={"password": "Homeless-1-2-3"}
        ) as client:
            report = client.test_connection()
        self.assertIn("a company", report.missing[0])

    def test_wrong_password(self):
        # a login of nobody's: six failures would lock out the real one
        with self.make_client(
            options={"login": self.make_name("x")}, credentials={"password": "wrong"}
        ) as client:
            with self.assertRaises(AuthenticationError) as caught:
                client.test_connection()
        self.assertIn("password", caught.exception.message)

    def test_unreachable(self):
        with self.make_client(url="http://127.0.0.1:9") as client:
            with self.assertRaises(NetworkError):
                client.test_connection()

    def test_not_a_tryton(self):
        with self.make_client(url=f"{self.erp['url']}/somewhere") as client:
            with self.assertRaises(IntegrationError):
                client.test_connection()

    def test_ended_session(self):
        client = self.make_client(session_cache={})
        self.addCleanup(client.close)
        self.assertTrue(client.context)
        # what Tryton does after [session] timeout
        client._cache["token"] = "bm9ib2R5OjE6eHh4"
        (answer,) = client.order_create([self.make_sale()])
        self.assertIsInstance(answer, dict)
        self.assertEqual(len(client.order_find([answer["key"]])), 1)


class TestNonsense(TrytonCase):
    def test_list_of_something_else(self):
        """Found by a campaign of faults: taken for records, it broke the search."""
        with patch.object(self.client, "rpc", lambda *args, **kwargs: ["\0", "?"]):
            with self.assertRaises(NetworkError):
                self.client.search_read("sale.sale", [], ["number"])
            with self.assertRaises(NetworkError):
                self.client.read_records("sale.sale", [1], ["number"])

    def test_create_without_ids(self):
        """Whether something was made has to be looked up."""
        for answer in (None, [], [{}], [True], [1], [1, 2, 3], [1, 1], {"1": 2}, "12"):
            with (
                self.subTest(answer),
                patch.object(self.client, "rpc", return_value=answer),
                self.assertRaises(OutcomeUnknownError),
            ):
                self.client.create_records("sale.sale", [{}, {}])
        with patch.object(self.client, "rpc", return_value=[2, 1]):
            self.assertEqual(self.client.create_records("sale.sale", [{}, {}]), [2, 1])
        with (
            patch.object(self.client, "rpc", return_value=[]),
            self.assertRaises(OutcomeUnknownError),
        ):
            self.client.read_created("sale.sale", [1], ["number"])


class TestLostAnswer(TrytonCase):
    def setUp(self):
        super().setUp()
        self.proxy = CuttingProxy(self.erp["url"])
        self.addCleanup(self.proxy.close)
        self.cut_client = self.make_client(url=self.proxy.url)
        self.addCleanup(self.cut_client.close)

    def test_order_create(self):
        order = self.make_sale()
        self.proxy.cut_on = b"model.sale.sale.create"
        (answer,) = self.cut_client.order_create([order])
        self.assertIsInstance(answer, OutcomeUnknownError)
        found = self.client.order_find([order["key"]])
        self.assertEqual(list(found), [order["key"]])
        # whoever asks all the same gets the order that is there
        (again,) = self.client.order_create([order])
        self.assertEqual(again["remote_id"], found[order["key"]]["remote_id"])

    def test_rest_of_a_batch_is_not_sent(self):
        orders = [
            self.make_sale([self.make_product_line() for _number in range(80)])
            for _order in range(4)
        ]
        self.proxy.cut_on = b"model.sale.sale.create"
        answers = self.cut_client.order_create(orders)
        kinds = [answer.kind for answer in answers]
        self.assertEqual(kinds, ["outcome_unknown"] * 2 + ["network"] * 2)
        found = self.client.order_find([order["key"] for order in orders])
        self.assertEqual(set(found), {order["key"] for order in orders[:2]})

    def test_order_confirm(self):
        order = self.create_sale()
        self.proxy.cut_on = b"model.sale.sale.quote"
        (answer,) = self.cut_client.order_confirm([order["remote_id"]])
        self.assertIsInstance(answer, OutcomeUnknownError)
        self.proxy.cut_on = None
        (answer,) = self.cut_client.order_confirm([order["remote_id"]])
        self.assertEqual(answer["state"], "confirmed")

    def test_party_create(self):
        party = self.make_party()
        self.proxy.cut_on = b"model.party.party.create"
        (answer,) = self.cut_client.party_create([party])
        self.assertIsInstance(answer, OutcomeUnknownError)
        (matches,) = self.client.party_match([party])
        self.assertEqual([match["rule"] for match in matches], ["key"])

    def test_reading_is_safe_to_repeat(self):
        self.proxy.cut_on = b"sale.sale.search_read"
        with self.assertRaises(NetworkError):
            self.cut_client.order_find(["x"])

    def test_time_out(self):
        client = self.make_client(read_timeout=0.001)
        self.addCleanup(client.close)
        order = self.make_sale()
        self.assertTrue(self.client.context)
        (answer,) = client.order_create([order])
        # the reads before the create already take too long
        self.assertIsInstance(answer, NetworkError)

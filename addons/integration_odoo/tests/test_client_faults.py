"""What each failure of an Odoo becomes, told by a server that fails as asked."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.addons.integration_hub.client import ConnectionSettings, IntegrationError

from ..client import OdooClient

FAULTS = (
    # name of the exception, HTTP status over JSON-2, kind after a read, after a change
    ("odoo.exceptions.UserError", 422, "validation", "validation"),
    ("odoo.exceptions.ValidationError", 422, "validation", "validation"),
    ("odoo.exceptions.RedirectWarning", 422, "validation", "validation"),
    ("odoo.exceptions.MissingError", 404, "validation", "validation"),
    ("odoo.exceptions.AccessError", 403, "validation", "validation"),
    ("odoo.exceptions.AccessDenied", 403, "authentication", "authentication"),
    ("werkzeug.exceptions.Unauthorized", 401, "authentication", "authentication"),
    ("odoo.exceptions.LockError", 409, "network", "network"),
    ("odoo.exceptions.ConcurrencyError", 500, "network", "network"),
    ("psycopg2.errors.SerializationFailure", 500, "network", "network"),
    ("psycopg2.errors.DeadlockDetected", 500, "network", "network"),
    ("psycopg2.pool.PoolError", 500, "network", "network"),
    ("psycopg2.OperationalError", 500, "network", "outcome_unknown"),
    ("builtins.KeyError", 500, "internal", "validation"),
    ("werkzeug.exceptions.UnprocessableEntity", 422, "internal", "internal"),
)
TEXT = "Something’s wrong with <this>"


class FaultyOdoo:
    """Answers every POST as told."""

    def __init__(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                status, content_type, body = server.answer
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.headers = {}
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%s" % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def tell(self, status, structure):
        self.answer = (status, "application/json", json.dumps(structure).encode())

    def tell_page(self, status, page=b"<html>no</html>"):
        self.answer = (status, "text/html", page)


class TestFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odoo = FaultyOdoo()
        cls.addClassCleanup(cls.odoo.close)

    def setUp(self):
        super().setUp()
        self.odoo.headers = {}

    def make_client(self, protocol):
        options = {
            "database": "x",
            "login": "y",
            "protocol": protocol,
            "version": "19.0",
        }
        client = OdooClient(
            ConnectionSettings(self.odoo.url, {"api_key": "k3y-k3y"}, options)
        )
        client._facts["uid", "y"] = 2
        self.addCleanup(client.close)
        return client

    def catch(self, protocol, changes):
        client = self.make_client(protocol)
        with self.assertRaises(IntegrationError) as caught:
            client.call("sale.order", "create", vals_list=[{}], changes=changes)
        exchange = client.exchanges[-1]
        self.assertEqual(exchange.error_kind, caught.exception.kind)
        return caught.exception

    def test_json2(self):
        for name, status, read_kind, change_kind in FAULTS:
            fault = {
                "name": name,
                "message": TEXT,
                "arguments": [TEXT],
                "debug": "Tr..",
            }
            self.odoo.tell(status, fault)
            with self.subTest(name):
                self.assertEqual(self.catch("json2", False).kind, read_kind)
                self.assertEqual(self.catch("json2", True).kind, change_kind)

    def test_jsonrpc(self):
        for name, _status, read_kind, change_kind in FAULTS:
            data = {"name": name, "message": TEXT, "arguments": [TEXT], "debug": "Tr.."}
            error = {"code": 200, "message": "Odoo Server Error", "data": data}
            self.odoo.tell(200, {"jsonrpc": "2.0", "id": 1, "error": error})
            with self.subTest(name):
                self.assertEqual(self.catch("jsonrpc", False).kind, read_kind)
                self.assertEqual(self.catch("jsonrpc", True).kind, change_kind)

    def test_what_odoo_never_says(self):
        """Of each method: a server in between has answered, and what has come of the call
        is not known."""
        self.odoo.tell(200, "\ufffd\ufffd")
        for method, changes in (
            ("create", True),
            ("load", True),
            ("unlink", True),
            ("write", True),
            ("fields_get", False),
            ("formatted_read_group", False),
            ("has_access", False),
            ("search_read", False),
        ):
            with (
                self.subTest(method),
                self.assertRaises(IntegrationError) as caught,
            ):
                self.make_client("json2").call("sale.order", method, changes=changes)
            kind = "outcome_unknown" if changes else "network"
            self.assertEqual(caught.exception.kind, kind)

    def test_import_that_meets_others(self):
        """Odoo's import catches what Odoo would have tried again."""
        for message, kind in (
            ("could not serialize access due to concurrent update\n", "network"),
            ("deadlock detected\nDETAIL: Process 1 waits", "network"),
            ("The quantity must be positive.", "validation"),
            ("", "validation"),
        ):
            messages = [{"type": "error", "record": 0, "message": message}]
            self.odoo.tell(200, {"ids": False, "messages": messages})
            with (
                self.subTest(message),
                self.assertRaises(IntegrationError) as caught,
            ):
                self.make_client("json2").write_table(
                    "sale.order.line",
                    [".id"],
                    [["1"]],
                    purpose="order_update",
                    context={},
                )
            self.assertEqual(caught.exception.kind, kind)

    def test_text_is_for_people(self):
        fault = {"name": "odoo.exceptions.UserError", "message": f"{TEXT}\n\n twice"}
        self.odoo.tell(422, fault)
        self.assertEqual(self.catch("json2", True).message, f"{TEXT} twice")

    def test_pages_of_proxies(self):
        for status, read_kind, change_kind in (
            (502, "network", "outcome_unknown"),
            (503, "network", "outcome_unknown"),
            (504, "network", "outcome_unknown"),
            # so does an Odoo 19 whose database is away for a moment
            (404, "network", "network"),
            (403, "authentication", "authentication"),
            (413, "validation", "validation"),
            (429, "rate_limit", "rate_limit"),
            (303, "internal", "internal"),
        ):
            self.odoo.tell_page(status)
            for protocol in ("json2", "jsonrpc"):
                with self.subTest(f"{status} {protocol}"):
                    self.assertEqual(self.catch(protocol, False).kind, read_kind)
                    self.assertEqual(self.catch(protocol, True).kind, change_kind)

    def test_busy_server_says_when(self):
        self.odoo.headers = {"Retry-After": "7"}
        self.odoo.tell_page(503)
        for changes, kind in ((False, "rate_limit"), (True, "outcome_unknown")):
            error = self.catch("json2", changes)
            self.assertEqual((error.kind, error.retry_after), (kind, 7))

    def test_something_else_answers(self):
        self.odoo.tell_page(200)
        self.assertEqual(self.catch("json2", False).kind, "network")
        self.assertEqual(self.catch("json2", True).kind, "outcome_unknown")

    def test_texts_that_no_odoo_has(self):
        texts = {"jsonrpc": "2.0", "id": 0, "result": ["\x00", "\ud83d"]}
        for protocol, answer in (("json2", texts["result"]), ("jsonrpc", texts)):
            self.odoo.tell(200, answer)
            with self.subTest(protocol):
                self.assertEqual(self.catch(protocol, False).kind, "network")
                self.assertEqual(self.catch(protocol, True).kind, "outcome_unknown")

    def test_answer_of_no_odoo(self):
        """Well-formed, but not what the method answers: who knows what Odoo has done."""
        for protocol, answers in (
            ("json2", ({"status": "ok"}, None, 42, "Welcome")),
            ("jsonrpc", ({"status": "ok"}, None, 42, {"jsonrpc": "2.0", "result": 1})),
        ):
            for answer in answers:
                self.odoo.tell(200, answer)
                with self.subTest(protocol=protocol, answer=answer):
                    self.assertEqual(self.catch(protocol, False).kind, "network")
                    self.assertEqual(self.catch(protocol, True).kind, "outcome_unknown")

    def test_dictionary_of_no_odoo(self):
        for method, own in (
            ("load", {"ids": [1], "messages": []}),
            ("fields_get", {"name": {"type": "char"}}),
            ("context_get", {"uid": 2}),
        ):
            for answer, is_own in ((own, True), ({"status": "ok"}, False)):
                self.odoo.tell(200, answer)
                with self.subTest(method=method, answer=answer):
                    client = self.make_client("json2")
                    if is_own:
                        self.assertEqual(client.call("sale.order", method), own)
                        continue
                    with self.assertRaises(IntegrationError) as caught:
                        client.call("sale.order", method, changes=True)
                    self.assertEqual(caught.exception.kind, "outcome_unknown")

    def test_missing_database(self):
        error = {
            "message": "Odoo Server Error",
            "data": {
                "name": "psycopg2.OperationalError",
                "message": 'FATAL:  database "x" does not exist',
            },
        }
        self.odoo.tell(200, {"jsonrpc": "2.0", "id": 1, "error": error})
        self.assertEqual(self.catch("jsonrpc", True).kind, "authentication")

    def test_app_missing(self):
        fault = {
            "name": "werkzeug.exceptions.NotFound",
            "message": "the model 'sale.order' does not exist",
        }
        self.odoo.tell(404, fault)
        self.assertIn("“Sales”", self.catch("json2", True).message)

"""What each failure of a Tryton server becomes, told by one that fails as asked."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from odoo.addons.integration_hub.client import (
    ConnectionSettings,
    IntegrationError,
    NetworkError,
    OutcomeUnknownError,
)

from ..client import TrytonClient

RIGHTS = {"read": 1, "write": 1, "create": 1, "delete": 1}


class FakeTryton:
    """Logs anybody in, and answers the method ``fails_at`` as told."""

    def __init__(self):
        server = self
        self.fails_at = "create"
        self.answers = []
        self.methods = []
        self.rights = RIGHTS

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers, text = server.get_answer(body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(
            target=self.http.serve_forever, args=(0.01,), daemon=True
        ).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def get_answer(self, body):
        method = body["method"].rpartition(".")[2]
        self.methods.append(method)
        if method == self.fails_at and self.answers:
            return self.answers.pop(0)
        result = {
            "login": [1, "t0ken-t0ken", None],
            "get_preferences": {"company": 1},
            "get_access": {"sale.sale": self.rights},
        }.get(method, [4711])
        return 200, {}, json.dumps({"id": 0, "result": result}).encode()


def error(*args):
    return 200, {}, json.dumps({"id": 0, "error": list(args)}).encode()


def status(code, **headers):
    return code, headers, b"<html>oh</html>"


class TestFaults(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.server = FakeTryton()
        self.addCleanup(self.server.close)
        self.client = TrytonClient(
            ConnectionSettings(
                self.server.url,
                {"password": 'geh"eim\\é'},
                {"login": "robot", "database": "erp"},
            )
        )
        self.addCleanup(self.client.close)

    def call(self, *answers, changes=True, **values):
        self.server.answers = list(answers)
        return self.client.rpc("sale.sale", "create", [{}], changes=changes, **values)

    def fail(self, *answers, **values):
        with self.assertRaises(IntegrationError) as caught:
            self.call(*answers, **values)
        # what fails next fails by itself
        self.client.forget_pause()
        return caught.exception

    def test_kinds(self):
        for answer, after_change, after_read in (
            (error("UserError", ["No!", "", None]), "validation", "validation"),
            (error("UserWarning", ["w", "Sure?", ""]), "validation", "validation"),
            (error("ConcurrencyException", "gone"), "network", "network"),
            (error("LoginException", ["p", "", "char"]), *["authentication"] * 2),
            # a defect may hang on one record of the batch: it is looked for
            (error("'NoneType' …", ""), "validation", "internal"),
            (status(400), "internal", "internal"),
            (status(403), "validation", "validation"),
            (status(404), "network", "network"),
            (status(413), "validation", "validation"),
            (status(422), "internal", "internal"),
            (status(429), "rate_limit", "rate_limit"),
            (status(500), "outcome_unknown", "network"),
            (status(502), "outcome_unknown", "network"),
            (status(503), "outcome_unknown", "network"),
            (status(503, **{"Retry-After": "7"}), "outcome_unknown", "rate_limit"),
            ((200, {}, b"hello"), "outcome_unknown", "network"),
            ((200, {}, b"[]"), "outcome_unknown", "network"),
            (status(302, Location="http://x.example"), "internal", "internal"),
        ):
            for changes, kind in ((True, after_change), (False, after_read)):
                with self.subTest(answer=answer, changes=changes):
                    self.assertEqual(self.fail(answer, changes=changes).kind, kind)
                    self.assertEqual(self.client.exchanges[-1].error_kind, kind)

    def test_answer_of_no_tryton(self):
        """Well-formed, with texts in it that no database keeps, or of another shape than
        the method answers."""
        halves = (200, {}, b'{"id": 0, "result": ["\\u0000", "\\ud83d"]}')
        number = (200, {}, b'{"id": 0, "result": 42}')
        for method, answer in (
            ("login", halves),
            ("login", number),
            ("login", (200, {}, b'{"id": 0, "result": [1]}')),
            ("get_preferences", halves),
            ("get_preferences", number),
        ):
            self.client.forget_session()
            self.server.fails_at = method
            with self.subTest(method=method, answer=answer):
                caught = self.fail(answer)
                self.assertEqual((type(caught), caught.kind), (NetworkError, "network"))
                self.assertEqual(self.call(), [4711], "asked again, it answers itself")
        self.server.fails_at = "create"
        self.assertEqual(self.fail(halves).kind, "outcome_unknown")
        self.assertEqual(self.fail(halves, changes=False).kind, "network")
        emoji = (200, {}, b'{"id": 0, "result": ["\\ud83d\\ude00"]}')
        self.assertEqual(self.call(emoji), ["\U0001f600"])

    def test_created_but_not_read(self):
        """A failing look at what is there must not have it sent again."""
        self.server.fails_at = "read"
        for answer in (error("UserError", ["No!", "", None]), status(500), status(429)):
            self.server.answers = [answer]
            with self.subTest(answer=answer), self.assertRaises(OutcomeUnknownError):
                self.client.read_created("sale.sale", [1], ["number"])

    def test_text_of_a_refusal(self):
        caught = self.fail(error("UserError", ["No <é>.", "Because.", None]))
        self.assertEqual(caught.message, "No <é>.\nBecause.")

    def test_retry_after(self):
        self.assertEqual(self.fail(status(429, **{"Retry-After": "7"})).retry_after, 7)

    def test_missing_right_is_named(self):
        self.server.rights = {**RIGHTS, "create": 0}
        caught = self.fail(error("UserError", ["Zugriff verweigert", "", None]))
        self.assertIn("robot may not create sale.sale", caught.message)
        self.assertIn("Zugriff verweigert", caught.message)

    def test_warning_is_skipped_where_allowed(self):
        warning = error("UserWarning", ["abc.dup", "Sure?", ""])
        self.assertEqual(self.call(warning, skip_warnings=True), [4711])
        self.assertEqual(self.server.methods[-3:], ["create", "skip", "create"])

    def test_warning_is_not_skipped_for_ever(self):
        warning = error("UserWarning", ["abc.dup", "Sure?", ""])
        caught = self.fail(*[warning] * 9, skip_warnings=True)
        self.assertEqual(caught.kind, "validation")
        self.assertLessEqual(self.server.methods.count("create"), 5)

    def test_ended_session_logs_in_once(self):
        self.assertEqual(self.call(status(401)), [4711])
        self.assertEqual(self.server.methods.count("login"), 2)
        self.assertEqual(self.fail(status(401), status(401)).kind, "authentication")

    def test_too_many_logins(self):
        self.server.fails_at = "login"
        with self.assertRaises(IntegrationError) as caught:
            self.call(status(429))
        error = caught.exception
        self.assertEqual((error.kind, error.retry_after), ("rate_limit", 300))
        self.assertAlmostEqual(self.client.get_pause(), 300, delta=5)

    def test_secrets_stay_out_of_the_log(self):
        self.call()
        text = repr([vars(item) for item in self.client.exchanges])
        self.assertNotIn("eim", text)
        self.assertNotIn("t0ken", text)
        self.assertNotIn("t0ken", repr(self.client.settings))

    def test_session_is_shared(self):
        self.call()
        with TrytonClient(self.client.settings) as other:
            other.rpc("sale.sale", "search", [])
        self.assertEqual(self.server.methods.count("login"), 1)

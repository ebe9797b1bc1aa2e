"""The HTTP base over a real socket: what each failure becomes."""

import contextlib
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

from ..client import (
    AuthenticationError,
    ConnectionSettings,
    IntegrationError,
    InternalError,
    NetworkError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitError,
    SystemClient,
    ValidationError,
    make_storable,
    send_by_halving,
    send_in_chunks,
)

SECRET = "s3cr3t-k3y"


class Client(SystemClient):
    def prepare_headers(self):
        return {"Authorization": f"bearer {self.settings.credentials['api_key']}"}


class FaultServer:
    """Speaks HTTP as told: ``respond(handler)`` writes the raw answer."""

    def __init__(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                server.requests.append(dict(self.headers))
                server.respond(self)

            def log_message(self, *args):
                """Silence."""

        self.requests = []
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.httpd.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.httpd.server_port}"

    def answer(self, status, body=b"", **headers):
        def respond(handler):
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.respond = respond

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()


class ClientBaseCase(unittest.TestCase):
    """A client of a server that answers as told."""

    def setUp(self):
        super().setUp()
        self.server = FaultServer()
        self.addCleanup(self.server.close)
        self.client = Client(
            ConnectionSettings(
                self.server.url, {"api_key": SECRET}, read_timeout=0.3, log_limit=100
            )
        )
        self.addCleanup(self.client.close)

    def call(self, changes=False, body=None):
        return self.client.send("test", "POST", "/x", body=body, changes=changes)

    def assert_fails(self, error_class, text="", changes=False):
        with self.assertRaisesRegex(error_class, text) as caught:
            self.call(changes)
        self.assertEqual(self.client.exchanges[-1].error_kind, caught.exception.kind)
        # what fails next fails by itself
        self.client.settings.session_cache.clear()
        return caught.exception


class TestClientBase(ClientBaseCase):
    def test_success_is_logged_without_secrets(self):
        self.server.answer(200, b'{"api_key": "%s", "ok": 1}' % SECRET.encode())
        response = self.call(body={"password": "other", "note": SECRET})
        self.assertEqual(self.client.parse_json(response)["ok"], 1)
        [exchange] = self.client.exchanges
        self.assertEqual(exchange.status, 200)
        self.assertGreater(exchange.duration, 0)
        for text in (exchange.request, exchange.response, exchange.url):
            self.assertNotIn(SECRET, text)
            self.assertNotIn("other", text)
        self.assertEqual(self.server.requests[0]["Authorization"], f"bearer {SECRET}")

    def test_change_is_remembered(self):
        self.server.answer(200, b"{}")
        for changes, remembered in ((False, False), (True, True), (False, True)):
            self.call(changes)
            self.assertEqual(self.client.may_have_changed, remembered)

    def test_log_is_cut(self):
        self.server.answer(200, b"x" * 10_000)
        self.call(body={"long": "y" * 10_000})
        [exchange] = self.client.exchanges
        self.assertEqual((len(exchange.request), len(exchange.response)), (100, 100))

    def test_statuses(self):
        for status, changes, error_class in (
            (401, True, AuthenticationError),
            (429, True, RateLimitError),
            (500, False, NetworkError),
            (500, True, OutcomeUnknownError),
            (502, True, OutcomeUnknownError),
            (409, False, NetworkError),
            (409, True, OutcomeUnknownError),
            (302, True, InternalError),
        ):
            with self.subTest(status=status, changes=changes):
                self.server.answer(status, b"<html>")
                self.assert_fails(error_class, changes=changes)

    def test_texts_that_no_database_keeps(self):
        """They say of a system on PostgreSQL that it was not itself that answered."""
        emoji = b'{"name": "\\ud83d\\ude00"}'
        for body in (b'["\\ud83d"]', b'{"name": "a\\u0000"}'):
            self.server.answer(200, body)
            response = self.call()
            self.assertTrue(self.client.parse_json(response))
            with patch.object(Client, "is_on_postgresql", True):
                for changes, kind in ((False, "network"), (True, "outcome_unknown")):
                    with self.assertRaises(IntegrationError) as caught:
                        self.client.parse_json(response, changes=changes)
                    self.assertEqual(caught.exception.kind, kind)
                    self.assertEqual(self.client.exchanges[-1].error_kind, kind)
                self.server.answer(200, emoji)
                self.assertEqual(
                    self.client.parse_json(self.call()), {"name": "\U0001f600"}
                )

    def test_retry_after(self):
        self.server.answer(429, Retry_After="7")
        self.assertEqual(self.assert_fails(RateLimitError).retry_after, 7)
        self.server.answer(503, Retry_After="Wed, 21 Oct 2065 07:28:00 GMT")
        self.assertEqual(self.assert_fails(RateLimitError).retry_after, 3600)
        self.server.answer(429, X_RateLimit_Remaining="0", X_RateLimit_Reset="30")
        self.assertEqual(self.assert_fails(RateLimitError).retry_after, 30)
        self.server.answer(429)
        self.assertIsNone(self.assert_fails(RateLimitError).retry_after)

    def test_retry_after_a_change(self):
        """A server in between may have waited in vain for what the system still does."""
        for status in (502, 503, 504):
            with self.subTest(status=status):
                self.server.answer(status, Retry_After="7")
                error = self.assert_fails(OutcomeUnknownError, changes=True)
                self.assertEqual(error.retry_after, 7)
        self.server.answer(429, Retry_After="7")
        self.assert_fails(RateLimitError, changes=True)

    def test_time_out(self):
        held = threading.Event()
        self.addCleanup(held.set)
        self.server.respond = lambda handler: held.wait(5)
        self.assert_fails(NetworkError, "in time")
        self.assert_fails(OutcomeUnknownError, "in time", changes=True)
        self.server.answer(504, b"<html>")
        self.assert_fails(NetworkError)
        self.server.answer(500, b"<html>")
        self.assert_fails(NetworkError)
        timed_out = [exchange.has_timed_out for exchange in self.client.exchanges]
        self.assertEqual(timed_out, [True, True, True, False])

    def test_endless_speech_has_an_end(self):
        """A byte now and then keeps every socket's time-out from running out."""

        def dribble(part):
            def respond(handler):
                handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
                if part == "body":
                    handler.wfile.write(b"Content-Length: 100\r\n\r\n")
                with contextlib.suppress(OSError):
                    for _byte in range(40):
                        handler.wfile.write(b"x")
                        time.sleep(0.1)

            return respond

        self.client.settings.connect_timeout = 0.2
        for part in ("headers", "body"):
            self.server.respond = dribble(part)
            started = time.monotonic()
            self.assert_fails(OutcomeUnknownError, "in time", changes=True)
            self.assertLess(time.monotonic() - started, 2.0)

    def test_nothing_is_sent_once_closed(self):
        """The thread of a lane that is gone must not go on beside the next one."""
        self.server.answer(200, b"{}")
        self.client.close()
        with self.assertRaisesRegex(NetworkError, "nothing was sent"):
            self.call(changes=True)
        self.assertFalse(self.server.requests)

    def test_no_call_begins_when_the_time_is_up(self):
        self.server.answer(200, b"{}")
        now = time.monotonic()
        self.client.keep_to(now + 60, now + 80)
        self.call(changes=True)
        self.client.keep_to(now - 1, now + 80)
        with self.assertRaisesRegex(NotSentError, "nothing was sent"):
            self.call(changes=True)
        self.assertEqual(len(self.server.requests), 1)

    def test_no_call_lasts_longer_than_its_worker(self):
        held = threading.Event()
        self.addCleanup(held.set)
        self.server.respond = lambda handler: held.wait(30)
        self.client.settings.read_timeout = 60.0
        now = time.monotonic()
        self.client.keep_to(now + 60, now + 0.3)
        self.assert_fails(OutcomeUnknownError, "in time", changes=True)
        self.assertLess(time.monotonic() - now, 20)
        self.assertFalse(self.client.exchanges[-1].has_timed_out, "it had no time")

    def test_what_no_database_keeps_is_not_kept(self):
        self.server.answer(200, b'\x00 {"name": "a\x00b"}')
        self.call()
        self.assertEqual(self.client.exchanges[-1].response, ' {"name": "ab"}')
        self.assertEqual(
            make_storable({"a\x00": ["\ud83d", "\U0001fa91", ("x\x00",), 1, None]}),
            {"a": ["", "\U0001fa91", ["x"], 1, None]},
        )

    def test_answer_lost_on_the_way(self):
        self.server.respond = lambda handler: handler.connection.close()
        self.assert_fails(OutcomeUnknownError, "broke off", changes=True)
        self.assert_fails(NetworkError, "broke off")

    def test_truncated_answer(self):
        def respond(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b"{")

        self.server.respond = respond
        self.assert_fails(OutcomeUnknownError, changes=True)

    def test_never_sent_is_never_unknown(self):
        self.server.close()
        self.server.close = lambda: None
        self.assert_fails(NetworkError, "can't be reached", changes=True)

    def test_nonsense(self):
        self.server.answer(200, b"<html>welcome</html>")
        with self.assertRaises(OutcomeUnknownError):
            self.client.parse_json(self.call(changes=True), changes=True)
        with self.assertRaises(NetworkError):
            self.client.parse_json(self.call())
        self.assertEqual(self.client.exchanges[-1].error_kind, "network")


class TestHalving(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.calls = []

    def refuse(self, *bad):
        def send(items):
            self.calls.append(list(items))
            if set(bad) & set(items):
                raise ValidationError("One of them.")
            return [item * 10 for item in items]

        return send

    def test_one_call_where_all_is_well(self):
        self.assertEqual(send_by_halving(self.refuse(), [1, 2, 3]), [10, 20, 30])
        self.assertEqual(len(self.calls), 1)

    def test_fewer_answers_than_items(self):
        """Each of them could be anybody's."""
        with self.assertRaises(ValueError):
            send_by_halving(lambda items: items[1:], [1, 2, 3])

    def test_culprits_stand_alone(self):
        answers = send_by_halving(self.refuse(3, 90), list(range(100)))
        bad = [i for i, answer in enumerate(answers) if isinstance(answer, Exception)]
        self.assertEqual(bad, [3, 90])
        self.assertEqual(answers[4], 40)
        self.assertLess(len(self.calls), 32)
        sent = [item for call in self.calls for item in call if not {3, 90} & set(call)]
        self.assertEqual(len(sent), len(set(sent)), "none is accepted twice")

    def test_after_an_unknown_outcome_nothing_more_is_sent(self):
        def send(items):
            self.calls.append(list(items))
            if len(items) > 2:
                raise ValidationError("One of them.")
            raise OutcomeUnknownError("Lost.")

        answers = send_by_halving(send, [1, 2, 3, 4])
        self.assertEqual(len(self.calls), 2)
        self.assertEqual(
            [answer.kind for answer in answers],
            ["outcome_unknown", "outcome_unknown", "network", "network"],
        )

    def test_error_among_the_answers_stops_as_well(self):
        """Some clients give them one by one."""
        for error, rest in (
            (OutcomeUnknownError("Lost."), "network"),
            (RateLimitError("Slow down."), "rate_limit"),
        ):

            def send(items, error=error):
                self.calls.append(list(items))
                if len(items) > 2:
                    raise ValidationError("One of them.")
                return [10, error]

            for answers in (
                send_by_halving(send, [1, 2, 3, 4]),
                send_in_chunks(send, [[1, 2], [3, 4]]),
            ):
                self.assertEqual(answers[:2], [10, error])
                self.assertEqual([answer.kind for answer in answers[2:]], [rest] * 2)
        self.assertNotIn([3, 4], self.calls)

    def test_empty(self):
        self.assertEqual(send_by_halving(self.refuse(), []), [])

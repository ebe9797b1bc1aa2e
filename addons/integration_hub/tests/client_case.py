"""Ground for tests of a system's client against the real system; plain Python.

Which systems there are, the file named by INTEGRATION_TEST_ERPS tells (or its text):
``{"odoo": {"url": …}, "tryton": {…}}``. A system that is not named is not tested.
"""

import importlib.util
import json
import os
import socket
import threading
import unittest
import uuid
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints, is_typeddict
from urllib.parse import urlsplit

ADDONS = Path(__file__).resolve().parents[2]


def load_sale_contract():
    """The sales contract, from its file: the systems' addons don't depend on that one."""
    path = ADDONS / "integration_sale" / "contract.py"
    spec = importlib.util.spec_from_file_location("sale_contract", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_erp(name):
    """:return: settings of that system, or None"""
    text = os.environ.get("INTEGRATION_TEST_ERPS")
    if not text:
        return None
    if not text.lstrip().startswith("{"):
        text = Path(text).read_text()
    return json.loads(text).get(name)


class ClientCase(unittest.TestCase):
    """Requests to fill a client's verbs with, and what its answers have to be like."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        #: keeps the records of each run apart
        cls.prefix = f"CRM-{uuid.uuid4().hex[:8]}-"

    # -- requests ---------------------------------------------------------------------

    def make_key(self, kind="SO"):
        return f"{self.prefix}{kind}{uuid.uuid4().int % 10**9}"

    def make_order(self, party_id, lines, **values):
        return {
            "key": self.make_key(),
            "number": "S00042",
            "customer_reference": "",
            "party_id": party_id,
            "invoice_address_id": "",
            "delivery_address_id": "",
            "contact_id": "",
            "currency_id": "",
            "order_date": "2026-11-20",
            "requested_date": "",
            "price_list_id": "",
            "payment_term_id": "",
            "salesperson_id": "",
            "warehouse_id": "",
            "carrier_id": "",
            "note": "",
            "lines": lines,
            **values,
        }

    def make_line(self, product_id, **values):
        return {
            "key": "1",
            "kind": "product",
            "product_id": product_id,
            "description": "",
            "quantity": "2",
            "unit_id": "",
            "unit_price": "100",
            "discount": "0",
            "tax_ids": None,
            **values,
        }

    def make_address(self, key="", kind="main", **values):
        return {
            "key": key or self.make_key("A"),
            "kind": kind,
            "name": "",
            "street": "Dorpsstraat 1",
            "street2": "",
            "zip": "1234 AB",
            "city": "Ons Dorp",
            "state_code": "",
            "state_name": "",
            "country_code": "NL",
            "email": "",
            "phone": "",
            **values,
        }

    def make_party(self, **values):
        key = self.make_key("P")
        return {
            "key": key,
            "code": "",
            "name": f"Klant {key}",
            "is_company": True,
            "vat": "",
            "email": "",
            "phone": "",
            "website": "",
            "lang": "en_US",
            "addresses": [self.make_address()],
            **values,
        }

    # -- assertions -------------------------------------------------------------------

    def assert_conforms(self, value, kind, path="answer"):
        """``value`` has the keys and types of a contract's type: all that it requires, and
        none that it does not name."""
        if is_typeddict(kind):
            self.assertIsInstance(value, dict, path)
            hints = get_type_hints(kind)
            self.assertLessEqual(kind.__required_keys__, value.keys(), path)
            self.assertLessEqual(value.keys(), hints.keys(), path)
            for key, item in value.items():
                self.assert_conforms(item, hints[key], f"{path}.{key}")
        elif get_origin(kind) is Literal:
            self.assertIn(value, get_args(kind), path)
        elif get_origin(kind) is list:
            self.assertIsInstance(value, list, path)
            for index, item in enumerate(value):
                self.assert_conforms(item, get_args(kind)[0], f"{path}[{index}]")
        elif get_origin(kind) is dict:
            self.assertIsInstance(value, dict, path)
            for key, item in value.items():
                self.assertIsInstance(key, str, path)
                self.assert_conforms(item, get_args(kind)[1], f"{path}[{key}]")
        else:
            self.assertIsInstance(value, kind, path)

    def assert_error(self, error, kind, text=""):
        self.assertEqual(getattr(error, "kind", error), kind, error)
        self.assertIn(text, error.message)


class OrderCancelMixin:
    """Orders cancelled and opened again, in any system (``order_cancel``,
    ``order_reopen``); ``create_order`` makes one that is a draft."""

    def test_who_has_cancelled(self):
        ids = [self.create_order()["remote_id"]]
        (first,) = self.client.order_cancel(ids)
        (second,) = self.client.order_cancel(ids)
        self.assertEqual(
            (first["was_cancelled"], second["was_cancelled"]), (False, True)
        )

    def test_what_does_not_bear_our_key_is_left_alone(self):
        """Another order under that id, or one whose reference was written over."""
        answer = self.create_order()
        ids = [answer["remote_id"]]
        for key, reason, found in (
            ("CRM-ffffffff-SO1", "not_ours", [answer["key"]]),
            (answer["key"], "", []),
            ("", "", []),
        ):
            with self.subTest(key):
                (call,) = self.client.order_cancel(ids, [key])
                self.assertEqual((call["reason"], call["documents"]), (reason, found))
                self.assertEqual(
                    call["order"]["state"], "draft" if reason else "cancelled"
                )
        for key, state in (
            ("CRM-ffffffff-SO1", "cancelled"),
            (answer["key"], "draft"),
        ):
            with self.subTest(key):
                (call,) = self.client.order_reopen(ids, [key])
                self.assertEqual(call["order"]["state"], state)
                self.assertEqual(
                    call["reason"], "not_ours" if state == "cancelled" else ""
                )


class CuttingProxy:
    """Hands requests on to a system and, told so, keeps its answer to itself.

    Only the answer to the request that holds ``cut_on`` (bytes) is lost: by then the
    system has done its work. ``answer`` (bytes), if set, is given instead of it.
    """

    def __init__(self, url):
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.cut_on = None
        self.answer = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection):
        """One request a connection: some systems close it after each anyway."""
        with connection, socket.create_connection(self.target) as upstream:
            request = _read_request(connection)
            upstream.sendall(request)
            parts = []
            while part := upstream.recv(65536):
                parts.append(part)
            if self.cut_on and self.cut_on in request:
                if self.answer:
                    connection.sendall(self.answer)
                return
            connection.sendall(b"".join(parts))


def _read_request(connection):
    """A request with a Content-Length, told to be the last one of its connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _separator, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    length = 0
    for line in lines:
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            break
        body += part
    lines = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body

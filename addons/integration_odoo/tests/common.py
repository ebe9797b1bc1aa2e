"""Clients of the Odoo ERP that the environment names; plain Python, no database."""

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

from odoo.addons.integration_hub.client import ConnectionSettings

from ..client import OdooClient

ADDONS = Path(__file__).resolve().parents[2]


def load_contract():
    """The sales contract, from its file: this addon does not depend on that one."""
    path = ADDONS / "integration_sale" / "contract.py"
    spec = importlib.util.spec_from_file_location("sale_contract", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


contract = load_contract()


def read_erp():
    """Settings of the Odoo ERP in INTEGRATION_TEST_ERPS (a file, or JSON), or None."""
    text = os.environ.get("INTEGRATION_TEST_ERPS")
    if not text:
        return None
    if not text.lstrip().startswith("{"):
        text = Path(text).read_text()
    return json.loads(text).get("odoo")


class ErpCase(unittest.TestCase):
    """Tests against the real ERP. ``self.prefix`` keeps each run's records apart."""

    protocol = "json2"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erp = read_erp()
        if not cls.erp:
            raise unittest.SkipTest("INTEGRATION_TEST_ERPS names no Odoo ERP")
        cls.session_cache = {}
        cls.prefix = f"CRM-{uuid.uuid4().hex[:8]}-"
        cls.client = cls.make_client()
        cls.addClassCleanup(cls.client.close)
        cls.products = {
            item["code"]: item
            for item in cls.client.product_search(
                ["PUMP-200", "VALVE-DN25", "PIPE-CU15", "COFFEE-1KG", "SERV-INST"],
                [],
            )
        }
        cls.currencies = {
            item["code"]: item["remote_id"]
            for item in cls.client.value_list("currency")
        }
        cls.taxes = {
            item["rate"]: item["remote_id"]
            for item in reversed(cls.client.value_list("tax"))
        }

    @classmethod
    def make_settings(cls, url=None, options=None, credentials=None, **values):
        erp = cls.erp
        return ConnectionSettings(
            url=url or erp["url"],
            credentials=credentials or {"api_key": erp["api_key"]},
            options={
                "database": erp["database"],
                "login": erp["login"],
                "protocol": cls.protocol,
                **(options or {}),
            },
            **{"session_cache": cls.session_cache, **values},
        )

    @classmethod
    def make_client(cls, **values):
        return OdooClient(cls.make_settings(**values))

    @classmethod
    def make_admin(cls):
        """The ERP's administrator, for what the integration user may not do."""
        admin = cls.erp["admin"]
        return cls.make_client(
            credentials={"password": admin["password"]},
            options={"login": admin["login"], "protocol": "jsonrpc"},
            session_cache={},
        )

    def make_clerk(self):
        try:
            from erp_actions import clerk
        except ImportError:
            self.skipTest("tools/ is not on PYTHONPATH")
        return clerk("odoo", self.erp)

    # -- requests ---------------------------------------------------------------------

    def make_key(self):
        return f"{self.prefix}SO{uuid.uuid4().int % 10**9}"

    def make_line(self, code="PUMP-200", **values):
        product = self.products[code]
        return {
            "key": "1",
            "kind": "product",
            "product_id": product["remote_id"],
            "description": product["name"],
            "quantity": "2",
            "unit_id": product["unit_id"],
            "unit_price": "100",
            "discount": "0",
            "tax_ids": [self.taxes["21"]],
            **values,
        }

    def make_order(self, lines=None, **values):
        return {
            "key": self.make_key(),
            "number": "S00042",
            "customer_reference": "",
            "party_id": self.customer_id,
            "invoice_address_id": "",
            "delivery_address_id": "",
            "contact_id": "",
            "currency_id": self.currencies["EUR"],
            "order_date": "2026-11-20",
            "requested_date": "",
            "price_list_id": "",
            "payment_term_id": "",
            "salesperson_id": "",
            "warehouse_id": "",
            "carrier_id": "",
            "note": "",
            "lines": [self.make_line()] if lines is None else lines,
            **values,
        }

    def make_address(self, key, kind, **values):
        return {
            "key": key,
            "kind": kind,
            "name": "",
            "street": "",
            "street2": "",
            "zip": "",
            "city": "",
            "state_code": "",
            "state_name": "",
            "country_code": "NL",
            "email": "",
            "phone": "",
            **values,
        }

    def make_party(self, number, **values):
        key = f"{self.prefix}P{number}"
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
            "addresses": [
                self.make_address(
                    f"A{number}",
                    "main",
                    name=f"Klant {key}",
                    street="Dorpsstraat 1",
                    zip="1234 AB",
                    city="Ons Dorp",
                )
            ],
            **values,
        }

    @property
    def customer_id(self):
        cls = type(self)
        if not cls.__dict__.get("_customer_id"):
            cls._customer_id = self.client.party_create([self.make_party("0")])[0][
                "remote_id"
            ]
        return cls._customer_id

    def create_order(self, **values):
        (answer,) = self.client.order_create([self.make_order(**values)])
        self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        return answer

    def read_row(self, model, remote_id, *fields):
        """The record as the ERP has it."""
        (row,) = self.client.search_read(model, [("id", "=", int(remote_id))], fields)
        return row

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


class CuttingProxy:
    """Hands requests on to the ERP and, told so, keeps its answer to itself.

    Only the answer to the request that holds ``cut_on`` is lost: by then the ERP has done
    its work.
    """

    def __init__(self, url):
        parts = urlsplit(url)
        self.target = (parts.hostname, parts.port)
        self.cut_on = None
        self.answer = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%s" % self.listener.getsockname()[1]
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
        with connection, socket.create_connection(self.target) as upstream:
            while request := read_message(connection):
                upstream.sendall(request)
                answer = read_message(upstream)
                if self.cut_on and self.cut_on in request:
                    if self.answer:
                        connection.sendall(self.answer)
                    return
                connection.sendall(answer)


def read_message(connection):
    """One HTTP message with a Content-Length; empty at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _separator, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            break
        body += part
    return head + b"\r\n\r\n" + body

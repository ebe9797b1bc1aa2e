"""Clients of the Tryton ERP that the environment names; plain Python, no database."""

import unittest
import uuid

from odoo.addons.integration_hub.client import ConnectionSettings
from odoo.addons.integration_hub.tests.client_case import (
    ClientCase,
    load_sale_contract,
    read_erp,
)

from ..client import TrytonClient

contract = load_sale_contract()


class TrytonCase(ClientCase):
    """``self.client`` works for the integration user, with the web shop as key."""

    with_web_shop = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erp = read_erp("tryton")
        if not cls.erp:
            raise unittest.SkipTest("INTEGRATION_TEST_ERPS names no Tryton")
        cls.session_cache = {}
        cls.client = cls.make_client()
        cls.addClassCleanup(cls.client.close)
        cls.products = {
            item["code"]: item
            for item in cls.client.product_list(None, 200)["products"]
        }
        cls.taxes = {
            item["rate"]: item["remote_id"] for item in cls.client.value_list("tax")
        }
        cls.currencies = {
            item["code"]: item["remote_id"]
            for item in cls.client.value_list("currency")
        }
        cls.admin = cls.make_admin()
        cls.addClassCleanup(cls.admin.close)

    @classmethod
    def make_client(cls, url=None, options=None, credentials=None, **values):
        erp = cls.erp
        web_shop = erp.get("web_shop") or {}
        shop_id = str(web_shop.get("id") or "") if cls.with_web_shop else ""
        return TrytonClient(
            ConnectionSettings(
                url=url or erp["url"],
                credentials=credentials or {"password": erp["password"]},
                options={
                    "database": erp["database"],
                    "login": erp["login"],
                    "web_shop_id": shop_id,
                    **(options or {}),
                },
                **{"session_cache": cls.session_cache, **values},
            )
        )

    @classmethod
    def make_admin(cls):
        """The ERP's administrator, for what the integration user may not do."""
        admin = cls.erp["admin"]
        return cls.make_client(
            credentials={"password": admin["password"]},
            options={"login": admin["login"]},
            session_cache={},
        )

    def make_clerk(self, who="clerk"):
        try:
            from erp_actions import TrytonClerk
        except ImportError:
            self.skipTest("tools/ is not on PYTHONPATH")
        return TrytonClerk({**self.erp, "clerk": self.erp.get(who, self.erp)})

    def create_party(self, **values):
        (answer,) = self.client.party_create([self.make_party(**values)])
        self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        return answer

    @property
    def customer_id(self):
        """One customer for all tests of a class."""
        cls = type(self)
        if "_customer_id" not in cls.__dict__:
            cls._customer_id = self.create_party()["remote_id"]
        return cls._customer_id

    def make_product_line(self, code="PUMP-200", **values):
        product_id = values.pop("product_id", self.products[code]["remote_id"])
        return self.make_line(product_id, **values)

    def make_sale(self, lines=None, **values):
        if lines is None:
            lines = [self.make_product_line()]
        return self.make_order(
            values.pop("party_id", self.customer_id), lines, **values
        )

    def create_sale(self, lines=None, is_confirmed=False, **values):
        (answer,) = self.client.order_create([self.make_sale(lines, **values)])
        self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        if is_confirmed:
            (answer,) = self.client.order_confirm([answer["remote_id"]])
            self.assertIsInstance(answer, dict, getattr(answer, "message", ""))
        return answer

    def read_remote(self, model, remote_id, *fields):
        """The record as Tryton has it."""
        return self.admin.read_records(model, [int(remote_id)], fields)[int(remote_id)]

    def create_remote(self, model, **values):
        """A record made by Tryton's administrator; only ours, so its name is unique."""
        (record_id,) = self.admin.rpc(model, "create", [values], changes=True)
        return record_id

    def make_name(self, text):
        return f"{text} {uuid.uuid4().hex[:6]}"

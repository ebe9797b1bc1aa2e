"""Clients of the Odoo ERP that the environment names; plain Python, no database."""

import unittest

from odoo.addons.integration_hub.client import ConnectionSettings
from odoo.addons.integration_hub.tests.client_case import (
    ClientCase,
    load_sale_contract,
    read_erp,
)

from ..client import OdooClient

contract = load_sale_contract()


class ErpCase(ClientCase):
    """Tests against the real ERP. ``self.prefix`` keeps each run's records apart."""

    #: None: the newest that the ERP speaks
    protocol = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erp = read_erp("odoo")
        if not cls.erp:
            raise unittest.SkipTest("INTEGRATION_TEST_ERPS names no Odoo ERP")
        # which says so itself where it is older than 19
        spoken = cls.erp.get("protocol")
        if spoken and cls.protocol not in (None, spoken):
            raise unittest.SkipTest(f"this ERP speaks {spoken} only")
        cls.session_cache = {}
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
                "protocol": cls.protocol or erp.get("protocol") or "json2",
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

    def make_line(self, code="PUMP-200", **values):
        product = self.products[code]
        return super().make_line(
            product["remote_id"],
            **{
                "description": product["name"],
                "unit_id": product["unit_id"],
                "tax_ids": [self.taxes["21"]],
                **values,
            },
        )

    def make_order(self, lines=None, **values):
        if "party_id" not in values:
            values["party_id"] = self.customer_id
        return super().make_order(
            lines=[self.make_line()] if lines is None else lines,
            **{"currency_id": self.currencies["EUR"], **values},
        )

    def make_address(self, key="", kind="main", **values):
        """Of what is not given, nothing is known."""
        empty = {"street": "", "zip": "", "city": ""}
        return super().make_address(key, kind, **{**empty, **values})

    def make_party(self, number, **values):
        key = f"{self.prefix}P{number}"
        name = f"Klant {key}"
        address = super().make_address(f"A{number}", "main", name=name)
        return super().make_party(
            **{"key": key, "name": name, "addresses": [address], **values}
        )

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

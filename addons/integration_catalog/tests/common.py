"""A catalogue in memory, for logic and faults; real ERPs are in the suite's own tests."""

import base64
import io
from copy import deepcopy
from unittest.mock import patch

from PIL import Image

from odoo.tests import new_test_user

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient
from odoo.addons.integration_hub.tests.connector_case import ConnectorCase


def make_picture(color):
    """:return: a small one, as base64"""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


class FakeCatalog:
    """What is in the ERP. ``faults`` are raised by the next calls, one each."""

    def __init__(self):
        self.products = {}  # remote id -> CatalogProduct
        self.images = {}
        self.units = [{"remote_id": "1", "code": "", "name": "Units"}]
        self.taxes = []
        self.changed = set()
        self.faults = []
        self.calls = []

    def add(self, remote_id, code, **values):
        self.products[remote_id] = {
            "remote_id": remote_id,
            "code": code,
            "barcode": "",
            "name": f"Product {code}",
            "full_name": values.get("name", f"Product {code}"),
            "template_id": f"T{remote_id}",
            "attributes": [],
            "description": "",
            "kind": "goods",
            "unit_id": "1",
            "unit_name": "Units",
            "tax_ids": [],
            "weight": "",
            "price": "10",
            "currency": "USD",
            "active": True,
            "image": "",
            "url": "",
            **values,
        }
        self.changed.add(remote_id)

    def change(self, remote_id, **values):
        if "name" in values:
            values.setdefault("full_name", values["name"])
        self.products[remote_id].update(values)
        self.changed.add(remote_id)


class FakeCatalogClient(SystemClient):
    catalog = None

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def _note(self, verb):
        self.catalog.calls.append(verb)
        if self.catalog.faults:
            raise self.catalog.faults.pop(0)

    def catalog_changes(self, cursor, limit):
        self._note("catalog_changes")
        since, _sep, after = (cursor or "").partition(":")
        products = sorted(self.catalog.products.values(), key=lambda p: p["remote_id"])
        if since:
            wanted = self.catalog.changed
            products = [p for p in products if p["remote_id"] in wanted]
        else:
            products = [p for p in products if p["active"]]
        products = [p for p in products if p["remote_id"] > after]
        page, more = products[:limit], len(products) > limit
        if not more:
            self.catalog.changed = set()
        return {
            "products": deepcopy(page),
            "cursor": f"{since}:{page[-1]['remote_id']}" if more else "later:",
            "more": more,
        }

    def catalog_read(self, remote_ids):
        self._note("catalog_read")
        products = self.catalog.products
        return [deepcopy(products[item]) for item in remote_ids if item in products]

    def catalog_ids(self):
        return [p["remote_id"] for p in self.catalog.products.values() if p["active"]]

    def catalog_images(self, remote_ids):
        self._note("catalog_images")
        return {item: self.catalog.images.get(item, "") for item in remote_ids}

    def value_list(self, kind):
        values = {"unit": self.catalog.units, "tax": self.catalog.taxes}[kind]
        return [{"code": "", "rate": "", "price_include": False, **v} for v in values]


class CatalogCase(ConnectorCase):
    client_class = FakeCatalogClient
    own_flows = ("catalog_pull",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steward = new_test_user(
            cls.env,
            "mats",
            "integration_hub.group_integration_manager,product.group_product_manager",
            name="Mats Steward",
        )
        cls.connector = cls.make_connector(user_id=cls.steward.id)
        cls.flow = cls.connector._get_flow("catalog_pull")
        cls.flow.action_resume()

    def setUp(self):
        super().setUp()
        self.erp = FakeCatalog()
        self.startPatcher(patch.object(FakeCatalogClient, "catalog", self.erp))

    def pull(self, trigger="manual"):
        self.flow._enqueue_pull(trigger)
        self.run_lane()
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id)], order="id desc", limit=1
        )
        self.assertEqual(job.state, "done", job.error_message)

    def get_item(self, remote_id):
        return self.env["integration.catalog.item"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("remote_id", "=", remote_id),
            ]
        )

    def get_product(self, remote_id):
        item = self.get_item(remote_id)
        self.assertEqual(item.state, "linked", item.message)
        return item.product_id

    def get_line(self, product):
        return self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "=", product.id),
            ]
        )

    def make_product(self, code, **values):
        return self.env["product.product"].create(
            {"name": f"Ours {code}", "default_code": code, **values}
        )

"""Price lists in memory, for logic and faults; real ERPs are in the suite's own tests."""

from copy import deepcopy
from unittest.mock import patch

from odoo.tests import TransactionCase

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient


class FakePriceClient(SystemClient):
    lists = []
    prices = {}  # (list, product) -> [(quantity, price)]
    parties = {}
    faults = []

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def price_lists(self):
        if self.faults:
            raise self.faults.pop(0)
        return deepcopy(self.lists)

    def price_list_prices(self, list_ids, product_ids):
        return [
            {
                "price_list_id": list_id,
                "product_id": product_id,
                "unit_id": "1",
                "min_quantity": str(quantity),
                "price": str(price),
            }
            for list_id in list_ids
            for product_id in product_ids
            for quantity, price in self.prices.get((list_id, product_id), [])
        ]

    def party_price_lists(self, party_ids):
        return {item: self.parties[item] for item in party_ids if item in self.parties}


class PriceCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connector_class = cls.registry["integration.connector"]
        for owner, name, value in (
            (
                connector_class._fields["system_type"],
                "_selection",
                {"fake": "Fake System"},
            ),
            (connector_class, "_fake_get_client_class", lambda self: FakePriceClient),
            (connector_class, "_fake_get_credential_fields", lambda self: ("login",)),
        ):
            cls.startClassPatcher(patch.object(owner, name, value, create=True))
        cls.connector = cls.env["integration.connector"].create(
            {
                "name": "ERP North",
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
            }
        )
        cls.flow = cls.connector._get_flow("price_pull")
        (cls.connector.flow_ids - cls.flow).action_pause()
        cls.flow.action_resume()
        cls.currency = cls.connector.company_id.currency_id

    def setUp(self):
        super().setUp()
        for name, value in (
            ("lists", []),
            ("prices", {}),
            ("parties", {}),
            ("faults", []),
        ):
            self.startPatcher(patch.object(FakePriceClient, name, value))
        self.add_list("W", "Wholesale")

    def add_list(self, remote_id, name, currency=None):
        FakePriceClient.lists.append(
            {
                "remote_id": remote_id,
                "name": name,
                "currency": currency or self.currency.name,
            }
        )

    def set_prices(self, remote_id, *prices, price_list="W"):
        FakePriceClient.prices[price_list, remote_id] = prices

    def make_product(self, remote_id, factor=1.0, **values):
        product = self.env["product.product"].create(
            {"name": f"Product {remote_id}", "list_price": 100, **values}
        )
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": remote_id,
                "factor": factor,
            }
        )
        return product

    def make_partner(self, remote_id):
        partner = self.env["res.partner"].create({"name": f"Party {remote_id}"})
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(partner, {"remote_id": remote_id})]
        )
        return partner

    def run_lane(self):
        """Work off the queue as ``ir.cron`` would."""
        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.lane"]._run_lane()
        self.env.invalidate_all()

    def pull(self):
        self.flow._enqueue_pull("manual")
        self.run_lane()
        jobs = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(
            set(jobs.mapped("state")), {"done"}, jobs.mapped("error_detail")
        )

    def get_list(self, remote_id="W"):
        return (
            self.env["product.pricelist"]
            .with_context(active_test=False)
            .search(
                [
                    ("integration_connector_id", "=", self.connector.id),
                    ("integration_remote_id", "=", remote_id),
                ]
            )
        )

    def get_price(self, product, quantity=1.0, price_list="W"):
        return self.get_list(price_list)._get_product_price(product, quantity)

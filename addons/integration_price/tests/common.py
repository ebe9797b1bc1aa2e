"""Price lists in memory, for logic and faults; real ERPs are in the suite's own tests."""

from copy import deepcopy
from unittest.mock import patch

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient
from odoo.addons.integration_hub.tests.connector_case import ConnectorCase


class FakePriceClient(SystemClient):
    lists = []
    prices = {}  # (list, product) -> [(quantity, price)]
    units = {}  # product -> the unit its prices are per, unless it is "1"
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
                "unit_id": self.units.get(product_id, "1"),
                "min_quantity": str(quantity),
                "price": str(price),
            }
            for list_id in list_ids
            for product_id in product_ids
            for quantity, price in self.prices.get((list_id, product_id), [])
        ]

    def party_price_lists(self, party_ids):
        return {item: self.parties[item] for item in party_ids if item in self.parties}


class PriceCase(ConnectorCase):
    client_class = FakePriceClient
    own_flows = ("price_pull",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.make_connector()
        cls.flow = cls.connector._get_flow("price_pull")
        cls.flow.action_resume()
        cls.currency = cls.connector.company_id.currency_id

    def setUp(self):
        super().setUp()
        for name, value in (
            ("lists", []),
            ("prices", {}),
            ("units", {}),
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
        return self.make_mapped_product(remote_id, factor, list_price=100, **values)

    def name_unit(self, product, remote_id):
        """Somebody picks the ERP's unit on the product's mapping."""
        line = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "=", product.id),
            ]
        )
        line.remote_unit_id = remote_id
        self.assertEqual((line.state, line.factor), ("mapped", 1))

    def map_unit(self, name, remote_id):
        unit = self.env.ref(f"uom.product_uom_{name}")
        unit.active = True
        self.env["integration.value.mapping"].create(
            {
                "connector_id": self.connector.id,
                "kind": "unit",
                "res_id": unit.id,
                "remote_id": remote_id,
            }
        )
        return unit

    def make_partner(self, remote_id):
        partner = self.env["res.partner"].create({"name": f"Party {remote_id}"})
        self.link(partner, remote_id)
        return partner

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

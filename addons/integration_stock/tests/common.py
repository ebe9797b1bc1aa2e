"""A warehouse in memory, for logic and faults; real ERPs are in the suite's own tests."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient
from odoo.addons.integration_hub.tests.connector_case import ConnectorCase


class FakeStockClient(SystemClient):
    levels = {}  # remote product id -> [StockLevel]
    calls = []
    faults = []

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def stock_levels(self, product_ids):
        self.calls.append(list(product_ids))
        if self.faults:
            raise self.faults.pop(0)
        return [level for item in product_ids for level in self.levels.get(item, [])]


class StockCase(ConnectorCase):
    client_class = FakeStockClient
    own_flows = ("stock_pull",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.make_connector()
        cls.flow = cls.connector._get_flow("stock_pull")
        cls.levels = cls.env["integration.stock.level"]
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dozen.active = True

    def setUp(self):
        super().setUp()
        for name, value in (("levels", {}), ("calls", []), ("faults", [])):
            self.startPatcher(patch.object(FakeStockClient, name, value))

    def make_product(self, remote_id, factor=1.0, **values):
        return self.make_mapped_product(remote_id, factor, **values)

    def get_day(self, days):
        """Today and so many days, as ISO text."""
        return (fields.Date.context_today(self.levels) + timedelta(days)).isoformat()

    @staticmethod
    def set_level(remote_id, available, arrivals=(), warehouse="W1", unit_id="1"):
        levels = FakeStockClient.levels.setdefault(remote_id, [])
        levels[:] = [item for item in levels if item["warehouse_id"] != warehouse]
        levels.append(
            {
                "product_id": remote_id,
                "warehouse_id": warehouse,
                "warehouse_name": f"Warehouse {warehouse}",
                "unit_id": unit_id,
                "available": str(available),
                "arrivals": [
                    {"date": date, "quantity": str(quantity)}
                    for date, quantity in arrivals
                ],
            }
        )

    def pull(self):
        self.flow._enqueue_pull("manual")
        self.run_lane()

    def get_levels(self, product):
        return self.levels.search([("product_id", "=", product.id)])

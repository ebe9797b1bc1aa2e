"""A warehouse in memory, for logic and faults; real ERPs are in the suite's own tests."""

from unittest.mock import patch

from odoo.tests import TransactionCase

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient


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


class StockCase(TransactionCase):
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
            (connector_class, "_fake_get_client_class", lambda self: FakeStockClient),
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
        cls.flow = cls.connector._get_flow("stock_pull")
        (cls.connector.flow_ids - cls.flow).action_pause()
        cls.levels = cls.env["integration.stock.level"]
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.dozen.active = True

    def setUp(self):
        super().setUp()
        for name, value in (("levels", {}), ("calls", []), ("faults", [])):
            self.startPatcher(patch.object(FakeStockClient, name, value))

    def make_product(self, remote_id, factor=1.0, **values):
        product = self.env["product.product"].create(
            {"name": f"Product {remote_id}", **values}
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

    def get_levels(self, product):
        return self.levels.search([("product_id", "=", product.id)])

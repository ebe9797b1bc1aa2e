import threading
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged

from .common import HubCase
from .test_mappings import MappingCase

MANAGER = "base.group_user,integration_hub.group_integration_manager"
ADMINISTRATOR = "base.group_user,integration_hub.group_integration_administrator"


@tagged("-at_install", "post_install")
class TestConnectorTour(HubCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.write({"state": "draft"})
        new_test_user(cls.env, "addy", ADMINISTRATOR, lang="en_US")
        new_test_user(
            cls.env,
            "sally",
            "base.group_user,integration_hub.group_integration_user",
            lang="en_US",
        )

    def run_tests_soon(self):
        """In place of ``ir.cron``, which tests have none of: in a thread of its own, as on
        a server."""

        def run():
            with self.registry.cursor() as cursor:
                self.env(cr=cursor)["integration.lane"]._run_connection_tests()

        timer = threading.Timer(1.0, run)
        timer.start()
        self.addCleanup(timer.join)
        # one that has not begun by then would wait in vain for the test's cursor
        self.addCleanup(timer.cancel)

    def test_connector(self):
        with patch.object(
            self.registry["integration.lane"],
            "_wake_up_to_test",
            lambda lane: self.run_tests_soon(),
        ):
            self.start_tour(
                "/odoo/integrations", "integration_hub_connector", login="addy"
            )
        self.connector.invalidate_recordset()
        self.assertEqual(self.connector.state, "paused")
        self.assertTrue(self.connector.api_key_is_set)

    def test_salesperson(self):
        self.start_tour(
            "/odoo/integrations", "integration_hub_salesperson", login="sally"
        )
        menus = self.env["ir.ui.menu"].with_user(
            self.env["res.users"].search([("login", "=", "sally")])
        )
        self.assertNotIn(
            self.env.ref("integration_hub.integration_menu_root").id,
            menus._visible_menu_ids(),
        )


@tagged("-at_install", "post_install")
class TestMappingTour(MappingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, "manny", MANAGER, lang="en_US")

    def test_map_product(self):
        self.Remote._replace(
            self.connector,
            "product",
            [{"remote_id": "77", "code": "ERP-LAMP", "name": "Lamp, brass"}],
        )
        job = self.enqueue("1", key="order-1")
        job.write(
            {
                "name": "Order 1",
                "state": "attention",
                "error_kind": "mapping",
                "error_message": "Lamp is not mapped to a product in ERP North.",
                "error_detail": {
                    "kind": "mapping",
                    "model": "product.product",
                    "ids": self.lamp.ids,
                },
            }
        )
        line = self.line(self.lamp)
        self.start_tour(
            "/odoo/integration-queue", "integration_hub_map_product", login="manny"
        )
        self.env.invalidate_all()
        self.assertEqual(line.remote_id, "77")
        self.assertEqual(job.state, "waiting")
        self.run_lane()
        job.invalidate_recordset()
        self.assertEqual(job.state, "done")

    def test_propose(self):
        self.chair.name = "Tour Chair"
        self.start_tour(
            "/odoo/integration-products", "integration_hub_propose", login="manny"
        )
        self.env.invalidate_all()
        self.assertEqual(
            self.Mapping._get_for(self.connector, self.chair)[self.chair.id].remote_id,
            "10",
        )

    def test_map_value(self):
        self.tray.name = "Tour Tray"
        self.Remote._replace(
            self.connector, "unit", [{"remote_id": "2", "name": "Tray of twelve"}]
        )
        self.start_tour(
            "/odoo/integration-values", "integration_hub_map_value", login="manny"
        )
        self.env.invalidate_all()
        self.assertEqual(
            self.Value._get_for(self.connector, "unit", self.tray), {self.tray.id: "2"}
        )

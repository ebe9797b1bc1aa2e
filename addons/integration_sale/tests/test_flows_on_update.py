from unittest.mock import patch

from .common import SaleCase


class TestFlowsOnUpdate(SaleCase):
    def test_connectors_from_before_get_new_flows(self):
        """An addon installed or updated later brings its flow to them as well."""
        self.connector._get_flow("sale_change_push").unlink()
        kept = self.connector.flow_ids
        connectors = self.env["integration.connector"]
        with patch.object(self.registry, "updated_modules", []):
            connectors._register_hook()
        self.assertFalse(self.connector._get_flow("sale_change_push"))
        with patch.object(self.registry, "updated_modules", ["integration_sale"]):
            connectors._register_hook()
        self.connector.invalidate_recordset()
        self.assertTrue(self.connector._get_flow("sale_change_push"))
        self.assertEqual(len(self.connector.flow_ids), len(kept) + 1)

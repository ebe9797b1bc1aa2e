from odoo.tests import tagged

from .tour_case import TourCase


@tagged("-at_install", "post_install")
class TestTourConnector(TourCase):
    """Set up and test a connector, on a real ERP."""

    def set_up(self, kind, label):
        data = {"label": label, "fields": self.get_values(kind)}
        with self.lanes():
            self.start_tour_with(
                "/odoo/integrations",
                "crm_integration_suite_connector",
                data,
                login="addy",
            )
        connector = self.env["integration.connector"].search(
            [("name", "=", f"Tour {label}")]
        )
        self.assertEqual(connector.state, "running")
        self.assertTrue(connector.remote_user)
        self.assertTrue(connector.remote_version)

    def test_odoo(self):
        self.set_up("odoo", "Odoo")

    def test_tryton(self):
        self.set_up("tryton", "Tryton")

    def test_wrong_credentials(self):
        values = self.get_values("odoo") | {"api_key": "wrong"}
        data = {"label": "Odoo", "fields": values, "refused": True}
        with self.lanes():
            self.start_tour_with(
                "/odoo/integrations",
                "crm_integration_suite_connector",
                data,
                login="addy",
            )

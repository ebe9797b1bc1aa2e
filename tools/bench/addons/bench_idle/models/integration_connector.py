import time

from odoo import fields, models

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    NetworkError,
    SystemClient,
)

SLOW_CALL = 2.0


class IdleClient(SystemClient):
    """Does nothing at once; `http://slow` does it slowly, `http://dead` never answers."""

    def test_connection(self):
        return ConnectionReport(user="Nobody", version="0", company="None")

    def store(self, requests):
        if self.settings.url == "http://slow":
            time.sleep(SLOW_CALL)
        elif self.settings.url == "http://dead":
            time.sleep(self.settings.connect_timeout)
            raise NetworkError("No answer.")
        return [True] * len(requests)


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    system_type = fields.Selection(
        selection_add=[("idle", "Idle")], ondelete={"idle": "cascade"}
    )

    def _idle_get_client_class(self):
        return IdleClient

    def _idle_get_client_options(self):
        return {}

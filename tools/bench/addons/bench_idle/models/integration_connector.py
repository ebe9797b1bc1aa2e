import time
from pathlib import Path

from odoo import fields, models

from odoo.addons.integration_hub.client import (
    ConnectionReport,
    NetworkError,
    SystemClient,
    get_hold_back,
)

SLOW_CALL = 2.0
RECORDS = "http://records"
# between the look whether something is there and making it
WORK = 0.02


class IdleClient(SystemClient):
    """Does nothing at once; `http://slow` does it slowly, `http://dead` never answers, and `http://records/path` writes down
    the key of each record that is made, a line each, after a look whether it is there."""

    def test_connection(self):
        return ConnectionReport(user="Nobody", version="0", company="None")

    def store(self, requests):
        if self.settings.url == "http://slow":
            time.sleep(SLOW_CALL)
        elif self.settings.url == "http://dead":
            time.sleep(self.settings.connect_timeout)
            raise NetworkError("No answer.")
        elif self.settings.url.startswith(RECORDS):
            return self._write_down(requests)
        return [True] * len(requests)

    def _write_down(self, requests):
        path = Path(self.settings.url.removeprefix(RECORDS))
        known = set(path.read_text().split()) if path.exists() else set()
        time.sleep(WORK)
        answers, made = [], ""
        for request in requests:
            if request["key"] in known:
                answers.append(True)
                continue
            held_back = get_hold_back(request.get("unsettled_until"))
            answers.append(held_back or True)
            made += "" if held_back else f"{request['key']}\n"
        # one write: other processes add theirs at the same time
        with path.open("ab", buffering=0) as file:
            file.write(made.encode())
        return answers


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    system_type = fields.Selection(
        selection_add=[("idle", "Idle")], ondelete={"idle": "cascade"}
    )

    def _idle_get_client_class(self):
        return IdleClient

    def _idle_get_client_options(self):
        return {}

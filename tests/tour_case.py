"""Tours in Chromium, with the real ERPs behind: what a person sees from end to end."""

import json
import os
import uuid
from pathlib import Path
from unittest import SkipTest

from odoo.tests import HttpCase, new_test_user

from odoo.addons.integration_hub.tests.connector_case import WokenLanesMixin

CREDENTIALS = {
    "odoo": {"odoo_database": "database", "api_key": "api_key"},
    "tryton": {
        "tryton_database": "database",
        "login": "login",
        "password": "password",
    },
}


def read_erps():
    """What ``INTEGRATION_TEST_ERPS`` names: a JSON file, or the JSON itself."""
    text = os.environ.get("INTEGRATION_TEST_ERPS", "")
    if text and not text.lstrip().startswith("{"):
        text = Path(text).read_text()
    return json.loads(text) if text else {}


class TourCase(WokenLanesMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erps = read_erps()
        # our own prefix of keys: the ERPs have seen other test databases
        cls.env["ir.config_parameter"].set_param("database.uuid", str(uuid.uuid4()))
        new_test_user(
            cls.env,
            "addy",
            "base.group_user,integration_hub.group_integration_administrator",
            name="Addy Administrator",
            lang="en_US",
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's guard compares the time-out with a number, ours is a pair
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    def get_erp(self, kind):
        if kind not in self.erps:
            raise SkipTest(f"INTEGRATION_TEST_ERPS names no {kind} ERP")
        return self.erps[kind]

    def get_values(self, kind):
        """What an administrator enters on the connector's form."""
        erp = self.get_erp(kind)
        return {
            "url": erp["url"],
            **{name: erp[key] for name, key in CREDENTIALS[kind].items()},
        }

    def start_tour_with(self, url, name, data, **options):
        """Start a tour that finds ``data`` in ``window.tourData``."""
        self.start_tour(
            url,
            name,
            code=f"window.tourData = {json.dumps(data)};"
            f" odoo.startTour({name!r}, {{startUrl: {url!r}}})",
            **options,
        )

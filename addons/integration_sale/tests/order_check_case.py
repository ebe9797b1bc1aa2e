"""Deals that are checked with the ERP before they are won."""

from unittest.mock import patch

from .common import SaleCase
from .fake_erp import FakeClient


class CheckClient(FakeClient):
    """Says of products, taxes and customers what the test wants it to say."""

    problems = []  # of every order
    rates = {}
    faults = []

    def order_check(self, orders):
        self.erp.calls["order_check"] += 1
        if self.faults:
            raise self.faults[0]
        return [
            {"problems": list(self.problems), "rates": dict(self.rates)}
            for _order in orders
        ]


class CheckCase(SaleCase):
    client_class = CheckClient

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.check_flow = cls.connector._get_flow("order_check")

    def setUp(self):
        super().setUp()
        for name, value in (("problems", []), ("rates", {}), ("faults", [])):
            self.startPatcher(patch.object(CheckClient, name, value))

    def check(self, lead, user=None):
        lead.with_user(user or self.salesperson).action_check_with_erp()
        self.run_lane()
        return self.get_shown(lead, user)

    def get_shown(self, lead, user=None):
        """What the browser of the salesperson gets of the one connector."""
        lead = lead.with_user(user or self.salesperson)
        lead.invalidate_recordset()
        [shown] = lead.integration_check["checks"]
        return shown

    def get_texts(self, shown, *severities):
        return [
            finding["text"]
            for finding in shown["findings"]
            if finding["severity"] in severities
        ]

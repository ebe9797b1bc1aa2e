"""Whom Tryton holds, told by its modules; the ERP of the tests has none of them for that."""

import unittest
from decimal import Decimal

from odoo.addons.integration_hub.client import ConnectionSettings

from ..client import TrytonClient

WITH_HOLD = {"party", "account_credit_limit", "account_dunning"}


class ToldClient(TrytonClient):
    """Answers from ``told``; nobody is called."""

    modules = WITH_HOLD
    company_id = 1

    def __init__(self, **told):
        super().__init__(ConnectionSettings("http://127.0.0.1:9", {}, {}))
        self.told = {"may_read": True, "dunnings": [], **told}

    def has_right(self, model, right, context=None):
        return self.told["may_read"]

    def _get_company_currency(self):
        return "EUR"

    def search_read(self, model, domain, fields, **options):
        if model == "account.dunning":
            self.told["asked"] = domain
            return self.told["dunnings"]
        zero = dict.fromkeys(fields, Decimal(0))
        return [{**zero, "id": party_id} for party_id in (7, 8)]

    def find(self):
        """:return: tuple (whether each of 7 and 8 is held, what is missing)"""
        figures = self.account_figures(["7", "8"])
        return (
            [item["is_on_hold"] for item in figures],
            "\n".join(map(str, figures[0]["missing"])),
        )


class TestHold(unittest.TestCase):
    def test_reminded_in_vain(self):
        client = ToldClient(dunnings=[{"id": 1, "party": 8}])
        self.addCleanup(client.close)
        held, missing = client.find()
        self.assertEqual(held, [False, True])
        self.assertNotIn("Hold", missing)
        # those whose reminders somebody has blocked, or of another level, are not
        self.assertIn(["blocked", "!=", True], client.told["asked"])
        self.assertIn(["level.credit_limit", "=", True], client.told["asked"])

    def test_no_right(self):
        client = ToldClient(may_read=False, dunnings=[{"id": 1, "party": 8}])
        self.addCleanup(client.close)
        held, missing = client.find()
        self.assertEqual(held, [False, False])
        self.assertIn("Hold: give our user there the group “Dunning”.", missing)

    def test_no_module(self):
        client = ToldClient()
        self.addCleanup(client.close)
        client.modules = {"party"}
        held, missing = client.find()
        self.assertEqual(held, [False, False])
        self.assertIn("account_credit_limit, account_dunning", missing)

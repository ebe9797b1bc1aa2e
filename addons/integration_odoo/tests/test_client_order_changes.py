"""Orders changed on the real ERP after they were made."""

import unittest

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.tests.client_case import OrderCancelMixin

from .common import ErpCase


class TestOrderChanges(OrderCancelMixin, ErpCase, unittest.TestCase):
    def update(self, answer, order, *fields):
        (changed,) = self.client.order_update(
            [
                {
                    "remote_id": answer["remote_id"],
                    "order": order,
                    "fields": list(fields),
                    "change": [],
                    "add": [],
                    "remove": [],
                }
            ]
        )
        self.assertIsInstance(changed, dict, getattr(changed, "message", ""))

    def test_another_contact_changes_nothing_else(self):
        """Odoo would put in the payment term and the price list of the customer."""
        addresses = [
            self.make_party("7")["addresses"][0],
            self.make_address("A71", "contact", name="Jan de Boer"),
        ]
        (party,) = self.client.party_create([self.make_party("7", addresses=addresses)])
        terms = self.client.value_list("payment_term")
        order = self.make_order(
            party_id=party["remote_id"], payment_term_id=terms[-1]["remote_id"]
        )
        (answer,) = self.client.order_create([order])
        names = ("pricelist_id", "payment_term_id", "user_id", "warehouse_id")
        before = self.read_row("sale.order", answer["remote_id"], *names)
        contact_id = party["addresses"]["A71"]
        self.update(answer, {**order, "contact_id": contact_id}, "contact_id")
        after = self.read_row("sale.order", answer["remote_id"], "partner_id", *names)
        self.assertEqual(str(after.pop("partner_id")[0]), contact_id)
        self.assertTrue(after["payment_term_id"])
        self.assertEqual(after, before)

    def test_cancelled_but_not_read(self):
        """Asked again it would be taken for somebody else's doing."""
        answer = self.create_order()

        def fail(ids, *more):
            raise NetworkError("Broken off.")

        client = self.make_client()
        self.addCleanup(client.close)
        client._read_orders = fail
        (error,) = client.order_cancel([answer["remote_id"]])
        self.assert_error(error, "outcome_unknown")

    def test_warehouse_of_a_confirmed_order_stays(self):
        answer = self.create_order()
        self.client.order_confirm([answer["remote_id"]])
        (content,) = self.client.order_read([answer["remote_id"]])
        self.assertLessEqual({"warehouse_id", "carrier_id"}, set(content["fixed"]))

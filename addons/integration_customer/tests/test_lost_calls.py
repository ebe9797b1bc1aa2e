from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import OutcomeUnknownError
from odoo.addons.integration_hub.models import integration_lane

from .common import CustomerCase
from .fake_erp import FakeClient

PAST = "2020-01-01"


@tagged("post_install", "-at_install")
class TestLostCalls(CustomerCase):
    """Calls whose answer got lost may still be at work over there."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    @contextmanager
    def losing(self, verb):
        """:return: what the lost calls were about"""
        late = []

        def lose(_client, items):
            late.extend(items)
            raise OutcomeUnknownError("No answer.")

        with patch.object(FakeClient, verb, lose):
            yield late

    def arrive(self, verb, late):
        getattr(FakeClient.__new__(FakeClient), verb)(late)

    def look_again(self, **values):
        self.get_jobs("retrying").write({"next_try": PAST, **values})
        self.run_lane()

    def add_depot(self, customer, **context):
        self.env["res.partner"].with_context(**context).create(
            {
                "name": "Depot",
                "type": "delivery",
                "parent_id": customer.id,
                "street": "Dock 2",
            }
        )

    def order_to_depot(self, customer):
        """A deal asks for the address; nothing is sent unasked."""
        self.add_depot(customer, integration_source_connector_id=self.connector.id)
        self.handler._enqueue_new(self.flow, customer, "order")

    def lose_address(self, ask):
        """:return: the addresses over there, and what the lost call was about"""
        customer = self.make_linked()
        ask(customer)
        with self.losing("party_addresses") as late:
            self.run_lane()
        self.assertEqual(len(late), 1)
        return self.get_party(customer)["addresses"], late

    def test_address_waits_until_the_call_has_ended(self):
        for ask in (self.add_depot, self.order_to_depot):
            with self.subTest(ask.__name__):
                self.erp.parties.clear()
                addresses, _late = self.lose_address(ask)
                self.look_again()
                self.assertEqual(len(addresses), 1, "it may still be made")
                self.assertEqual(len(self.get_jobs("retrying")), 1)
                self.look_again(unsettled_until=PAST)
                self.assertEqual(len(addresses), 2)
                self.assertFalse(self.get_jobs("retrying"))

    def test_address_that_came_late_is_taken(self):
        addresses, late = self.lose_address(self.order_to_depot)
        self.arrive("party_addresses", late)
        self.look_again()
        self.assertEqual(len(addresses), 2)
        self.assertFalse(self.get_jobs("retrying"), "not waited for any longer")

    def test_older_change_does_not_come_last(self):
        customer = self.make_linked()
        customer.phone = "1"
        with self.losing("party_update") as late:
            self.run_lane()
        customer.phone = "2"
        self.run_lane()
        self.look_again()
        self.arrive("party_update", late)
        self.look_again(unsettled_until=PAST)
        self.assertEqual(self.get_party(customer)["phone"], "2")
        self.assertFalse(self.get_jobs("retrying"))

"""A system that fails, or asks us to slow down, gets nothing more of the batch."""

import unittest

from odoo.addons.integration_hub.client import (
    OutcomeUnknownError,
    RateLimitError,
    ValidationError,
)

from ..sending import _create_missing
from ..sending_changes import send_changes


class Client:
    """Answers the first order of each call with ``error``, and raises or gives it."""

    key_is_unique = True
    order_batch_size = 2

    def __init__(self, error, is_raised=False):
        self.error, self.is_raised = error, is_raised
        self.calls = []

    def order_create(self, orders):
        self.calls.append(orders)
        if self.is_raised:
            raise self.error
        return [self.error, *({"remote_id": order} for order in orders[1:])]

    def order_cancel(self, remote_ids, _keys):
        self.calls.append(remote_ids)
        return [self.error for _remote_id in remote_ids]

    def order_update(self, updates):
        raise AssertionError("sent all the same")

    order_read = order_status = order_update


class TestSendingStops(unittest.TestCase):
    def send(self, client):
        requests = [{"order": number, "is_wanted": True} for number in range(5)]
        orders = [None] * 5
        _create_missing(client, requests, orders)
        return [getattr(order, "kind", order) for order in orders]

    def test_error_among_the_answers(self):
        for error, rest in (
            (OutcomeUnknownError("Lost."), "network"),
            (RateLimitError("Slow down."), "rate_limit"),
        ):
            with self.subTest(error.kind):
                client = Client(error)
                self.assertEqual(
                    self.send(client), [error.kind, {"remote_id": 1}, *[rest] * 3]
                )
                self.assertEqual(len(client.calls), 1)

    def test_error_of_a_call(self):
        """Nothing is unknown about what was not in it."""
        client = Client(OutcomeUnknownError("Lost."), is_raised=True)
        self.assertEqual(self.send(client), ["outcome_unknown"] * 2 + ["network"] * 3)
        self.assertEqual(len(client.calls), 1)

    def test_refused_order_stops_no_other(self):
        client = Client(ValidationError("No."))
        self.send(client)
        self.assertEqual(len(client.calls), 3)

    def test_changes_do_not_follow_what_came_to_nothing(self):
        requests = [
            {"operation": operation, "is_wanted": True, "remote_id": "1", "key": "K"}
            for operation in ("cancel", "change")
        ]
        answers = send_changes(Client(OutcomeUnknownError("Lost.")), requests)
        self.assertEqual(
            [answer.kind for answer in answers], ["outcome_unknown", "network"]
        )

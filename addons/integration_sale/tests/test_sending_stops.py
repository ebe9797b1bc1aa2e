"""A system that fails, or asks us to slow down, gets nothing more of the batch."""

import unittest
from unittest.mock import patch

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    OutcomeUnknownError,
    RateLimitError,
    ValidationError,
)

from .. import sending_changes
from ..sending import _create_missing, send_orders
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


class RefusedClient:
    """Refuses our credentials at ``verb``. Of the orders it has number 0."""

    stores_key = key_is_unique = True
    order_batch_size = 2

    def __init__(self, verb):
        self.verb = verb
        self.calls = []

    def order_find(self, keys):
        return {key: self._answer(key) for key in keys if key == "0"}

    def order_create(self, orders):
        return self._go("order_create", [self._answer(item["key"]) for item in orders])

    def order_confirm(self, remote_ids):
        return self._go("order_confirm", list(map(self._answer, remote_ids)))

    def order_lines(self, remote_ids):
        return self._go("order_lines", dict.fromkeys(remote_ids, ["line"]))

    def _go(self, verb, answer):
        self.calls.append(verb)
        if verb == self.verb:
            raise AuthenticationError("Who are you?")
        return answer

    @staticmethod
    def _answer(key):
        return {
            "remote_id": key,
            "key": key,
            "state": "draft",
            "currency": "EUR",
            "total": "12",
        }


class TestRefusedCredentials(unittest.TestCase):
    """They are not sent again in the batch: a system may lock out who does."""

    def make_requests(self):
        return [
            {
                "order": {"key": str(number)},
                "operation": "change",
                "is_wanted": True,
                "is_reopened": False,
                "accepted": None,
                "was_confirmed": False,
                "confirm_policy": "always",
                "compared": "total",
                "expected": "10",
                "currency": "EUR",
                "tolerance": "0.01",
            }
            for number in range(2)
        ]

    def send(self, verb):
        client = RefusedClient(verb)
        return client.calls, send_orders(client, self.make_requests())

    def test_at_creating(self):
        calls, (found, made) = self.send("order_create")
        self.assertEqual(calls, ["order_create"])
        self.assertIsInstance(made, AuthenticationError)
        # it is there, and confirmed once the credentials are mended
        self.assertEqual(found["order"]["remote_id"], "0")
        self.assertEqual(found["confirm_error"]["kind"], "authentication")
        self.assertEqual(found["lines"], [])

    def test_at_confirming(self):
        calls, answers = self.send("order_confirm")
        self.assertEqual(calls, ["order_create", "order_confirm"])
        for answer in answers:
            self.assertEqual(answer["confirm_error"]["kind"], "authentication")
            self.assertEqual(answer["lines"], [])

    def test_at_changing(self):
        client = RefusedClient("")
        client.order_update = None
        refusal = AuthenticationError("Who are you?")

        def update(client, requests, merged, answers):
            order = client._answer("0")
            answers[0] = {"result": "change", "order": order, "left": []}
            answers[0]["was_confirmed"] = False
            answers[1] = refusal

        with patch.multiple(
            sending_changes,
            _read=self.find_none,
            _merge_all=self.find_none,
            _update=update,
        ):
            changed, failed = send_changes(client, self.make_requests())
        self.assertEqual(client.calls, [])
        self.assertEqual(failed, refusal)
        self.assertEqual(changed["confirm_error"]["kind"], "authentication")
        self.assertEqual(changed["lines"], [])

    @staticmethod
    def find_none(*_args):
        return {}

    def test_nowhere(self):
        calls, answers = self.send("")
        self.assertEqual(calls, ["order_create", "order_confirm", "order_lines"])
        self.assertEqual([answer["lines"] for answer in answers], [["line"]] * 2)


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

"""The ERP in memory, with what can go wrong on the way to it."""

from copy import deepcopy

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    NetworkError,
    OutcomeUnknownError,
    ValidationError,
)

from .fake_erp import FakeClient, FakeErp

CHANGING = ("party_create", "order_create", "order_confirm")
READING = ("party_match", "party_addresses", "order_find", "order_changes")
# what may befall a call: nothing arrives; it is done but the answer is lost; it is lost and
# arrives later; the credentials are refused
FAULTS = ("down", "lost", "lost after", "late", "refused")


class ChaosErp(FakeErp):
    """``trouble`` is what befalls the next calls of a verb, ``late`` what is still on its
    way here."""

    key_is_unique = False

    def __init__(self):
        super().__init__()
        self.trouble = {}
        self.late = []

    def let_arrive(self):
        while self.late:
            self.late.pop(0)()

    def count_changes(self):
        return sum(self.calls[verb] for verb in CHANGING)


class ChaosClient(FakeClient):
    @property
    def key_is_unique(self):
        return self.erp.key_is_unique

    def _suffer(self, verb, change):
        fault = self.erp.trouble.pop(verb, None)
        if fault == "down":
            raise NetworkError("No connection.")
        if fault == "refused":
            raise AuthenticationError("Who are you?")
        lost = OutcomeUnknownError if verb in CHANGING else NetworkError
        if fault == "late":
            self.erp.late.append(change)
            raise lost("No answer yet.")
        if fault == "lost":
            raise lost("Nothing arrived.")
        answer = change()
        if fault == "lost after":
            raise lost("The answer was lost.")
        return answer

    def party_match(self, parties):
        return self._suffer(
            "party_match", lambda: super(ChaosClient, self).party_match(parties)
        )

    def party_create(self, parties):
        return self._suffer(
            "party_create", lambda: super(ChaosClient, self).party_create(parties)
        )

    def party_addresses(self, requests):
        return self._suffer(
            "party_addresses",
            lambda: super(ChaosClient, self).party_addresses(requests),
        )

    def order_find(self, keys):
        return self._suffer(
            "order_find", lambda: super(ChaosClient, self).order_find(keys)
        )

    def order_create(self, orders):
        return self._suffer("order_create", lambda: self._create(orders))

    def order_confirm(self, remote_ids):
        return self._suffer(
            "order_confirm", lambda: super(ChaosClient, self).order_confirm(remote_ids)
        )

    def order_changes(self, cursor, limit, key_prefix):
        return self._suffer(
            "order_changes",
            lambda: super(ChaosClient, self).order_changes(cursor, limit, key_prefix),
        )

    def _create(self, orders):
        """Makes a second order of the same key where the system knows no better."""
        answers = []
        for order in orders:
            known = [
                item for item in self.erp.orders.values() if item["key"] == order["key"]
            ]
            if known and self.erp.key_is_unique:
                answers.append(ValidationError("There is such an order."))
            elif known:
                remote_id = self.erp.new_id()
                self.erp.orders[remote_id] = {
                    **deepcopy(known[0]),
                    "remote_id": remote_id,
                }
                answers.append(self._answer(self.erp.orders[remote_id]))
            else:
                answers += super().order_create([order])
        if self.erp.key_is_unique:
            # as integration_tryton does: what was asked for is there
            found = super().order_find([order["key"] for order in orders])
            answers = [
                found.get(order["key"], answer)
                if isinstance(answer, ValidationError)
                else answer
                for order, answer in zip(orders, answers, strict=True)
            ]
        return answers

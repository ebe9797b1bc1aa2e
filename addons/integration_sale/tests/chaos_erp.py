"""The ERP in memory, with what can go wrong on the way to it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    NetworkError,
    OutcomeUnknownError,
    RateLimitError,
    ValidationError,
)

from .fake_erp import FakeClient, FakeErp

CREATING = ("party_create", "order_create")
CHANGING = (*CREATING, "order_confirm", "order_update", "order_cancel", "order_reopen")
READING = (
    "party_match",
    "party_addresses",
    "order_changes",
    "order_status",
    "order_read",
)
# ... and what an order is looked up by, with and without a key
LOOKING = ("order_find", "order_search")
# what may befall a call: nothing arrives; it is done but the answer is lost; it is lost and
# arrives later; the credentials are refused; there have been too many
FAULTS = ("down", "lost", "lost after", "late", "refused", "limit")
# how long after it was sent a lost call may still arrive
LATEST = timedelta(seconds=55)
GONE = ("cancelled", "deleted")


class Late(NamedTuple):
    """A call that is still on its way here."""

    arrives_at: Any
    verb: str
    keys: set
    change: Any


class ChaosErp(FakeErp):
    """``trouble`` is what befalls the next call of a verb, ``meanwhile`` what others do
    while it is under way (a function, and whether it is done by then)."""

    key_is_unique = False

    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        self.trouble = {}
        self.meanwhile = {}
        self.late = []
        self.sent = Counter()
        self.surcharges = []  # of the orders that are made next
        self.accepted = set()  # keys of those whose total a person has said yes to
        self.offences = []  # calls that should not have been made

    # -- what is there ----------------------------------------------------------------
    # as the requests named it, whether the system keeps that or not

    def get_live(self, keys):
        return [
            order
            for order in self.orders.values()
            if order["request"]["key"] in keys and order["state"] not in GONE
        ]

    def get_stored(self, key):
        """By what stands in the field now."""
        return [
            order
            for order in self.orders.values()
            if order["key"] == key and order["state"] not in GONE
        ]

    def get_parties(self, key):
        return [party for party in self.parties.values() if party.get("ours") == key]

    def get_key(self, remote_id):
        """What was asked for by the request that made this."""
        if remote_id in self.orders:
            return self.orders[remote_id]["request"]["key"]
        return self.parties[remote_id].get("ours")

    def _is_there(self, verb, key):
        return self.get_live({key}) if verb == "order_create" else self.get_parties(key)

    # -- on the way -------------------------------------------------------------------

    def note_sent(self, verb, records):
        """Nothing is asked for that is there, or that may still come; and no order before
        its customer."""
        self.sent[verb] += 1
        if verb == "order_create":
            for record in records:
                if record["party_id"] not in self.parties:
                    self.offences.append(f"{record['key']} before its customer")
        if verb not in CREATING or (self.key_is_unique and verb == "order_create"):
            return
        under_way = {
            key for call in self.late if call.verb == verb for key in call.keys
        }
        for record in records:
            key = record["key"]
            if key in under_way or self._is_there(verb, key):
                self.offences.append(f"{verb} {key} once more")

    def count_sent(self):
        return sum(self.sent[verb] for verb in CHANGING)

    def put_off(self, verb, records, change):
        keys = {record["key"] for record in records} if verb in CREATING else set()
        self.late.append(Late(self.clock.now + LATEST, verb, keys, change))

    def let_arrive(self, until=None):
        arriving = [
            call for call in self.late if until is None or call.arrives_at <= until
        ]
        for call in arriving:
            self.late.remove(call)
            call.change()


class ChaosClient(FakeClient):
    @property
    def key_is_unique(self):
        return self.erp.key_is_unique

    def _suffer(self, verb, change, records=None):
        meanwhile, is_done = self.erp.meanwhile.pop(verb, (None, False))
        fault = self.erp.trouble.pop(verb, None)
        self.erp.note_sent(verb, records or ())
        if meanwhile and not is_done:
            meanwhile()
        try:
            return self._go_through(verb, fault, change, records)
        finally:
            if meanwhile and is_done:
                meanwhile()

    def _go_through(self, verb, fault, change, records):
        if fault == "down":
            raise NetworkError("No connection.")
        if fault == "refused":
            raise AuthenticationError("Who are you?")
        if fault == "limit":
            raise RateLimitError("Not so fast.", retry_after=20.0)
        if fault == "invalid" and records:
            return [ValidationError("Not like this."), *change(records[1:])]
        lost = OutcomeUnknownError if verb in CHANGING else NetworkError
        call = change if records is None else lambda: change(records)
        if fault == "late":
            self.erp.put_off(verb, records or (), call)
            raise lost("No answer yet.")
        if fault == "lost":
            raise lost("Nothing arrived.")
        answer = call()
        if fault == "lost after":
            raise lost("The answer was lost.")
        return answer

    # -- customers --------------------------------------------------------------------

    def party_match(self, parties):
        return self._suffer("party_match", super().party_match, parties)

    def party_create(self, parties):
        return self._suffer("party_create", self._create_parties, parties)

    def _create_parties(self, parties):
        answers = super().party_create(parties)
        for party, answer in zip(parties, answers, strict=True):
            self.erp.parties[answer["remote_id"]]["ours"] = party["key"]
        return answers

    def party_addresses(self, requests):
        return self._suffer("party_addresses", super().party_addresses, requests)

    # -- orders -----------------------------------------------------------------------

    def order_find(self, keys):
        return self._suffer("order_find", super().order_find, keys)

    def order_search(self, searches):
        return self._suffer("order_search", super().order_search, searches)

    def order_create(self, orders):
        return self._suffer("order_create", self._create_orders, orders)

    def order_confirm(self, remote_ids):
        for remote_id in remote_ids:
            order = self.erp.orders[remote_id]
            # nobody has said yes to that
            is_accepted = order["request"]["key"] in self.erp.accepted
            if order.get("surcharge") and not is_accepted:
                self.erp.offences.append(f"{remote_id} confirmed though it differs")
        return self._suffer("order_confirm", super().order_confirm, remote_ids)

    def order_update(self, updates):
        return self._suffer("order_update", super().order_update, updates)

    def order_cancel(self, remote_ids, keys):
        return self._suffer_of_ours(
            "order_cancel", super().order_cancel, remote_ids, keys
        )

    def order_reopen(self, remote_ids, keys):
        return self._suffer_of_ours(
            "order_reopen", super().order_reopen, remote_ids, keys
        )

    def _suffer_of_ours(self, verb, change, remote_ids, keys):
        known = dict(zip(remote_ids, keys, strict=True))
        return self._suffer(
            verb, lambda some: change(some, [known[item] for item in some]), remote_ids
        )

    def order_read(self, remote_ids):
        return self._suffer("order_read", super().order_read, remote_ids)

    def order_status(self, remote_ids):
        return self._suffer("order_status", super().order_status, remote_ids)

    def order_changes(self, cursor, limit, key_prefix):
        return self._suffer(
            "order_changes",
            lambda: super(ChaosClient, self).order_changes(cursor, limit, key_prefix),
        )

    def _create_orders(self, orders):
        """Makes a second order of the same key where the system knows no better; one that
        does gives the order there is, as integration_tryton does."""
        answers = []
        for order in orders:
            known = self.erp.key_is_unique and self.erp.get_stored(order["key"])
            answers.append(self._answer(known[0]) if known else self._create(order))
        return answers

    def _create(self, order):
        [made] = super().order_create([{**order, "key": f"new {self.erp.next_id}"}])
        stored = self.erp.orders[made["remote_id"]]
        stored["key"] = order["key"] if self.erp.keeps_keys else ""
        stored["request"] = order
        stored["surcharge"] = self.erp.surcharges.pop() if self.erp.surcharges else 0
        return self._answer(stored)

    def _answer(self, order):
        answer = super()._answer(order)
        for name in ("total_untaxed", "total"):
            answer[name] = str(Decimal(answer[name]) + order.get("surcharge", 0))
        return answer

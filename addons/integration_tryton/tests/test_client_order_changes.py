"""Orders changed and cancelled in the real Tryton after they were made."""

from unittest.mock import patch

from odoo.addons.integration_hub.client import (
    HeldBackError,
    NetworkError,
    RateLimitError,
    ValidationError,
)
from odoo.addons.integration_hub.tests.client_case import OrderCancelMixin

from ..client import orders
from .common import TrytonCase


class TestOrderChanges(OrderCancelMixin, TrytonCase):
    def create_order(self):
        return self.create_sale()

    def make_update(self, answer, order):
        line = {**order["lines"][0], "key": "2", "quantity": "7"}
        order = {**order, "lines": [*order["lines"], line]}
        return {
            "remote_id": answer["remote_id"],
            "order": order,
            "fields": [],
            "change": [],
            "add": [{"position": 2, "line": line}],
            "remove": [],
        }

    def make_quotations(self):
        """:return: list of updates that add a line each"""
        orders = [self.make_sale() for _number in range(2)]
        answers = self.client.order_create(orders)
        ids = [int(answer["remote_id"]) for answer in answers]
        self.client.rpc("sale.sale", "quote", ids, changes=True)
        return [
            self.make_update(answer, order)
            for answer, order in zip(answers, orders, strict=True)
        ]

    def get_sale(self, update):
        return self.read_remote("sale.sale", update["remote_id"], "state", "lines")

    def refuse(self, button, update):
        """One order can't be brought back to what it was."""
        press = type(self.client)._press

        def press_some(client, name, ids):
            answers = press(
                client, name, [i for i in ids if (name, i) != (button, refused)]
            )
            for index, item in enumerate(ids):
                if (name, item) == (button, refused):
                    answers.insert(index, ValidationError("Not this one."))
            return answers

        refused = update["remote_id"]
        return patch.object(type(self.client), "_press", press_some)

    def break_off(self, method, error, is_broken=lambda: True):
        """Calls of ``method`` don't get through."""
        rpc = type(self.client).rpc

        def send_some(client, model, name, *parameters, **options):
            if (model, name) == ("sale.sale", method) and is_broken():
                raise error
            return rpc(client, model, name, *parameters, **options)

        return patch.object(type(self.client), "rpc", send_some)

    def test_broken_off_as_drafts(self):
        """Nothing but a call that was lost has it remembered that they were none."""
        errors = (
            (NetworkError("Refused."), None),
            (RateLimitError("Slow down.", retry_after=60.0), 60.0),
            # the system as a whole need not rest by limits of ours
            (HeldBackError("Budget used up.", retry_after=3600.0), None),
        )
        for method in ("write", "quote"):
            for error, retry_after in errors:
                with self.subTest(method=method, error=error.kind):
                    updates = self.make_quotations()
                    with self.break_off(method, error):
                        answers = self.client.order_update(updates)
                    for update, answer in zip(updates, answers, strict=True):
                        self.assert_error(answer, "outcome_unknown", error.message)
                        self.assertEqual(answer.retry_after, retry_after)
                        self.assertEqual(self.get_sale(update)["state"], "draft")

    def test_broken_off_while_they_become_drafts(self):
        updates = self.make_quotations()
        states = iter((False, True))
        error = NetworkError("Refused.")
        with (
            patch.object(orders, "CONFIRM_SIZE", 1),
            self.break_off("draft", error, lambda: next(states)),
        ):
            answers = self.client.order_update(updates)
        self.assertEqual([answer.kind for answer in answers], ["outcome_unknown"] * 2)
        states = [self.get_sale(update)["state"] for update in updates]
        self.assertEqual(states, ["draft", "quotation"])

    def test_broken_off_before_anything(self):
        """They are as they were: no lost call has to be waited for."""
        error = NetworkError("Refused.")
        with self.break_off("draft", error):
            answers = self.client.order_update(self.make_quotations())
        self.assertEqual([answer.kind for answer in answers], ["network"] * 2)
        order = self.make_sale()
        (made,) = self.client.order_create([order])
        with self.break_off("write", error):
            (answer,) = self.client.order_update([self.make_update(made, order)])
        self.assertEqual(answer.kind, "network")

    def test_lines_are_added_once(self):
        """What could not be quoted again had all orders beside it written once more."""
        good, bad = updates = self.make_quotations()
        with self.refuse("quote", bad):
            answers = self.client.order_update(updates)
        for update, answer in zip(updates, answers, strict=True):
            self.assertEqual(len(answer["line_ids"]), 1)
            self.assertEqual(len(self.get_sale(update)["lines"]), 2)
        self.assertEqual(self.get_sale(good)["state"], "quotation")
        self.assertEqual(self.get_sale(bad)["state"], "draft")

    def test_one_that_becomes_no_draft(self):
        good, bad = updates = self.make_quotations()
        with self.refuse("draft", bad):
            changed, refused = self.client.order_update(updates)
        self.assertEqual(len(changed["line_ids"]), 1)
        self.assert_error(refused, "validation", "Not this one")
        self.assertEqual(len(self.get_sale(bad)["lines"]), 1)
        for update in updates:
            self.assertEqual(self.get_sale(update)["state"], "quotation")

    def test_refused_then_taken_apart(self):
        """All of them are quotations again, the refused one as well."""
        good, bad = updates = self.make_quotations()
        bad["add"][0]["line"]["quantity"] = "1"
        bad["remove"] = ["99999999"]
        changed, refused = self.client.order_update(updates)
        self.assertEqual(len(changed["line_ids"]), 1)
        self.assertEqual(refused.kind, "validation")
        for update in updates:
            self.assertEqual(self.get_sale(update)["state"], "quotation")

    def test_invoice_of_several_orders_stays(self):
        """As the module sale_invoice_grouping makes them."""
        ids = [self.create_sale(is_confirmed=True)["remote_id"] for _number in range(2)]
        first, second = (self.read_remote("sale.sale", i, "invoices") for i in ids)
        invoice_id = first["invoices"][0]
        lines = self.read_remote("account.invoice", second["invoices"][0], "lines")
        self.admin.rpc(
            "account.invoice.line",
            "write",
            lines["lines"],
            {"invoice": invoice_id},
            changes=True,
        )
        (answer,) = self.client.order_cancel(ids[:1])
        self.assertEqual(answer["reason"], "shared")
        self.assertTrue(answer["documents"])
        state = self.read_remote("account.invoice", invoice_id, "state")["state"]
        self.assertEqual(state, "draft")

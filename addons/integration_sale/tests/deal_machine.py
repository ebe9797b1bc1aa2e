"""What people do with deals, in any order; see ``test_any_sequence.py``."""

import json

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from odoo.exceptions import UserError
from odoo.fields import Command

from .deal_checks import DealChecks
from .deal_faults import OPENINGS, SURCHARGE, DealFaults
from .still_time import Calls

MOST_DEALS = 5
CONTENTS = ("lines", "lines", "quotation", "order", "two orders")
MENDINGS = (
    "retry",
    "correct",
    "replay",
    "send again",
    "choose",
    "accept",
    "compare",
)
indexes = st.integers(0, 9)


class DealMachine(DealFaults, DealChecks, RuleBasedStateMachine):
    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.clock = self.case.clock
        self.erp = self.case.set_up_erp()
        self.leads = []
        self.edits = 0
        self.given_up = set()  # ids of deals whose job a manager has cancelled

    @initialize(
        are_late=st.booleans(),
        keeps_numbers=st.booleans(),
        reopen_policy=st.sampled_from(("ask", "cancel")),
        change_policy=st.sampled_from(("send", "send", "ask")),
        order_grouping=st.sampled_from(("quotation", "opportunity")),
        opening=st.sampled_from(OPENINGS),
    )
    def choose_system(
        self, are_late, keeps_numbers, order_grouping, opening, **policies
    ):
        Calls.are_late = are_late
        self.case.flow.order_grouping = order_grouping
        self.case.connector._get_flow("sale_change_push").write(policies)
        # looked at where it keeps no key
        self.erp.keeps_numbers = keeps_numbers
        self.win(self._make_lead())
        self.strike(**opening)

    # -- what people do ---------------------------------------------------------------

    @precondition(lambda self: len(self.leads) < MOST_DEALS)
    @rule(
        quantity=st.integers(1, 5),
        content=st.sampled_from(CONTENTS),
        is_new=st.booleans(),
        is_won=st.booleans(),
        is_dearer=st.sampled_from((False, False, False, True)),
    )
    def make_deal(self, quantity, content, is_new, is_won, is_dearer):
        lead = self.leads[self._make_lead(quantity, is_new)]
        if is_dearer:
            self.erp.surcharges.append(SURCHARGE)
        for number in range({"lines": 0, "two orders": 2}.get(content, 1)):
            self._quote(lead, quantity + number + 1, "order" in content)
        if is_won:
            self.case.win(lead)
        self.case.commit()

    def _make_lead(self, quantity=1, is_new=False):
        """:return: its number"""
        number = len(self.leads)
        partner = self.case.partner
        if is_new:
            # a customer the ERP does not know
            partner = self.env["res.partner"].create(
                {"name": f"New {number}", "is_company": True, "city": "Ghent"}
            )
        self.leads += self.case.make_lead(
            [(self.case.product, quantity)],
            name=f"Deal {number}",
            partner_id=partner.id,
        )
        return number

    def _quote(self, lead, quantity, is_confirmed):
        order = self.case.make_order(lead, [(self.case.product_two, quantity)])
        if is_confirmed:
            order.action_confirm()

    @precondition(lambda self: self.leads)
    @rule(index=indexes, quantity=st.integers(1, 5), is_confirmed=st.booleans())
    def quote_late(self, index, quantity, is_confirmed):
        lead = self.leads[index % len(self.leads)]
        if len(lead.order_ids) < 2:
            self._quote(lead, quantity, is_confirmed)
            self.case.commit()

    @property
    def orders(self):
        return {lead: lead.order_ids[:1] for lead in self.leads if lead.order_ids}

    @precondition(lambda self: self.orders)
    @rule(is_confirmed=st.booleans())
    def decide_on_quotation(self, is_confirmed):
        state = "draft" if is_confirmed else "sale"
        order = next((o for o in self.orders.values() if o.state == state), None)
        if order:
            order.action_confirm() if is_confirmed else order._action_cancel()
            self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes, where=st.sampled_from(("win", "reopen", "give_up")))
    def move(self, index, where):
        getattr(self, where)(index)

    def win(self, index):
        lead = self.leads[index % len(self.leads)]
        lead.action_unarchive()
        self.case.win(lead)
        self.case.commit()

    def reopen(self, index):
        self.leads[index % len(self.leads)].stage_id = self.case.open_stage
        self.case.commit()

    def give_up(self, index):
        """A deal in the Won stage can't be lost: it is reopened first."""
        self.reopen(index)
        self.leads[index % len(self.leads)].action_set_lost()
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(
        index=indexes,
        quantity=st.integers(6, 9),
        is_new=st.booleans(),
        is_reopened=st.booleans(),
    )
    def change(self, index, quantity, is_new, is_reopened):
        if is_reopened:
            self.reopen(index)
        self.edit(index, quantity, is_new)
        if is_reopened:
            self.win(index)

    def edit(self, index, quantity, is_new=False):
        lead = self.leads[index % len(self.leads)]
        document, lines, name = lead, "lead_line_ids", "quantity"
        if lead in self.orders:
            document, lines = self.orders[lead], "order_line"
            name = "product_uom_qty"
        if is_new:
            values = {"product_id": self.case.product.id, name: quantity}
            document[lines] = [Command.create(values)]
        else:
            document[lines][:1][name] = quantity
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes, number=st.integers(1, 99))
    def edit_customer(self, index, number):
        lead = self.leads[index % len(self.leads)]
        lead.partner_id.street = f"Quay {number}"
        self.case.commit()

    # -- what people mend -------------------------------------------------------------

    @rule(how=st.sampled_from(MENDINGS))
    def mend(self, how):
        if how == "retry":
            self._retry()
        elif how == "correct":
            self._correct_all()
        elif how == "choose":
            self._choose()
        elif how in ("accept", "compare"):
            self._accept(is_right=how == "accept")
        else:
            self._replay_all("sent" if how == "send again" else "today")
        self.case.run_lane()

    def _retry(self):
        jobs = self._get_jobs(("failed", "retrying", "attention"))
        for job in jobs.filtered(lambda job: job.error_kind != "ambiguous_match"):
            self._try(job.action_retry)
        self._restart()

    def _correct_all(self):
        """What the ERP refused is put right by hand."""
        for job in self._get_order_jobs(("failed",)):
            self._try(lambda job=job: self._correct(job))

    def _correct(self, job):
        wizard = self._open(job.with_user(self.case.administrator).action_correct())
        request = json.loads(wizard.request_text)
        request["order"]["note"] = "Corrected"
        wizard.write({"request_text": json.dumps(request), "reason": "Asked for"})
        wizard.action_send()

    def _replay_all(self, mode):
        jobs = self._get_order_jobs(("done", "cancelled", "failed"))
        if jobs:
            self._try(lambda: self._replay(jobs, mode))

    def _replay(self, jobs, mode):
        wizard = self._open(jobs.with_user(self.case.steward).action_replay())
        wizard.mode = mode
        wizard.action_replay()

    def _choose(self):
        """A person who knows says which record it is, if any."""
        jobs = self._get_jobs(("attention",))
        for job in jobs.filtered(lambda job: job.error_kind == "ambiguous_match"):
            wizard = self._open(
                job.with_user(self.case.steward).action_choose_candidate()
            )
            line = wizard.line_ids.filtered(
                lambda line, key=job.idempotency_key: (
                    self.erp.get_key(line.remote_id) == key
                )
            )
            if line:
                line.action_choose()
            else:
                wizard.action_create_new()

    def _accept(self, is_right=True):
        """Salespeople say of each total that differs whether it is right over there."""
        orders = self.env["integration.erp.order"].union(
            *(lead.erp_order_ids for lead in self.leads)
        )
        for order in orders:
            if order.difference_state != "open" or not order._is_live():
                continue
            of_salesperson = order.with_user(self.case.salesperson)
            if is_right:
                self.erp.accepted.add(order.key)
                self._try(of_salesperson.action_accept_difference)
            elif order.state == "draft":
                self._try(of_salesperson.action_send_again)
        self.case.commit()

    def _open(self, action):
        return (
            self.env[action["res_model"]]
            .with_user(self.case.administrator)
            .browse(action["res_id"])
        )

    def _try(self, action):
        try:
            with self.env.cr.savepoint():
                action()
        except UserError:
            # it is said why that can't be done
            self.env.invalidate_all()

    def _restart(self):
        if self.case.connector.state == "error":
            self.case.connector.state = "running"

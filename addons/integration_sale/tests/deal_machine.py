"""What people and machines do with deals, in any order; see ``test_any_sequence.py``."""

import json
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from odoo.exceptions import UserError
from odoo.fields import Command

from .chaos_erp import CHANGING, FAULTS, LOOKING, READING
from .deal_checks import DealChecks
from .still_time import Calls

MOST_DEALS = 3
# seconds: a back-off, not yet what a lost call may take, more than that, and more than
# any job waits for
MOMENTS = (2, 50, 130, 4000)
CONTENTS = ("lines", "lines", "quotation", "order", "two orders")
indexes = st.integers(0, MOST_DEALS - 1)


class DealMachine(DealChecks, RuleBasedStateMachine):
    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.clock = self.case.clock
        self.erp = self.case.set_up_erp()
        self.leads = []
        self.edits = 0

    @initialize(
        are_late=st.booleans(),
        keeps_numbers=st.booleans(),
        reopen_policy=st.sampled_from(("ask", "cancel")),
        change_policy=st.sampled_from(("send", "send", "ask")),
    )
    def choose_system(self, are_late, keeps_numbers, **policies):
        Calls.are_late = are_late
        self.case.connector._get_flow("sale_change_push").write(policies)
        # looked at where it keeps no key
        self.erp.keeps_numbers = keeps_numbers

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
        partner = self.case.partner
        if is_new:
            partner = self.env["res.partner"].create(
                {"name": f"New {len(self.leads)}", "is_company": True, "city": "Ghent"}
            )
        lead = self._make_lead(quantity, partner_id=partner.id)
        if is_dearer:
            self.erp.surcharges.append(Decimal(3))
        for number in range({"lines": 0, "two orders": 2}.get(content, 1)):
            self._quote(lead, quantity + number + 1, "order" in content)
        if is_won:
            self.case.win(lead)
        self.case.commit()

    def _make_lead(self, quantity, **values):
        lead = self.case.make_lead(
            [(self.case.product, quantity)], name=f"Deal {len(self.leads)}", **values
        )
        self.leads.append(lead)
        return lead

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

    @precondition(lambda self: any(o.state == "draft" for o in self.orders.values()))
    @rule()
    def confirm_quotation(self):
        next(o for o in self.orders.values() if o.state == "draft").action_confirm()
        self.case.commit()

    @precondition(lambda self: any(o.state == "sale" for o in self.orders.values()))
    @rule()
    def cancel_quotation(self):
        next(o for o in self.orders.values() if o.state == "sale")._action_cancel()
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes)
    def win(self, index):
        lead = self.leads[index % len(self.leads)]
        lead.action_unarchive()
        self.case.win(lead)
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes)
    def reopen(self, index):
        self.leads[index % len(self.leads)].stage_id = self.case.open_stage
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes)
    def give_up(self, index):
        """A deal in the Won stage can't be lost: it is reopened first."""
        self.reopen(index)
        self.leads[index % len(self.leads)].action_set_lost()
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=indexes, quantity=st.integers(6, 9), is_new=st.booleans())
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
    @rule(index=indexes, quantity=st.integers(6, 9))
    def edit_while_reopened(self, index, quantity):
        self.reopen(index)
        self.edit(index, quantity)
        self.win(index)

    @precondition(lambda self: self.leads)
    @rule(index=indexes, number=st.integers(1, 99))
    def edit_customer(self, index, number):
        lead = self.leads[index % len(self.leads)]
        lead.partner_id.street = f"Quay {number}"
        self.case.commit()

    # -- what people mend -------------------------------------------------------------

    @rule()
    def retry(self):
        self._retry()
        self.case.run_lane()

    def _retry(self):
        jobs = self._get_jobs(("failed", "retrying", "attention"))
        for job in jobs.filtered(lambda job: job.error_kind != "ambiguous_match"):
            self._try(job.action_retry)
        self._restart()

    @rule()
    def correct(self):
        """What the ERP refused is put right by hand."""
        for job in self._get_order_jobs(("failed",)):
            self._try(lambda job=job: self._correct(job))
        self.case.run_lane()

    def _correct(self, job):
        wizard = self._open(job.with_user(self.case.administrator).action_correct())
        request = json.loads(wizard.request_text)
        request["order"]["note"] = "Corrected"
        wizard.write({"request_text": json.dumps(request), "reason": "Asked for"})
        wizard.action_send()

    @rule(mode=st.sampled_from(("today", "sent")))
    def replay(self, mode):
        jobs = self._get_order_jobs(("done", "cancelled", "failed"))
        if jobs:
            self._try(lambda: self._replay(jobs, mode))
        self.case.run_lane()

    def _replay(self, jobs, mode):
        wizard = self._open(jobs.with_user(self.case.steward).action_replay())
        wizard.mode = mode
        wizard.action_replay()

    @rule()
    def choose(self):
        self._choose()
        self.case.run_lane()

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

    # -- what machines do -------------------------------------------------------------

    @rule()
    def run_lane(self):
        self.case.run_lane()

    @rule()
    def pull(self):
        if self.case.connector._is_running():
            self.case.pull()

    @rule(seconds=st.sampled_from(MOMENTS))
    def wait(self, seconds):
        self._wait(seconds)
        self.case.run_lane()

    def _wait(self, seconds):
        self.clock.go_on(seconds)
        self.erp.let_arrive(until=self.clock.now)

    def _have_something_to_do(self, verb=None):
        """What strikes nothing finds nothing: a deal whose order stands is changed or lost;
        or one is won that is not, else a new one."""
        if number := next(self._find_standing(), None):
            if verb in ("order_update", "order_read"):
                self.edits += 1
                self.edit(number - 1, 6 + self.edits % 4)
                return
            if verb == "order_cancel":
                self.give_up(number - 1)
                return
        lead = next((lead for lead in self.leads if lead.won_status != "won"), None)
        if lead is None and len(self.leads) < MOST_DEALS:
            lead = self._make_lead(1)
        if lead:
            self.win(self.leads.index(lead))

    def _find_standing(self):
        """Numbers, from 1, of won deals whose order is in the ERP."""
        for number, lead in enumerate(self.leads, 1):
            if lead.won_status == "won" and lead.erp_order_ids:
                yield number

    # what makes a second order where it is not thought of is tried most
    @rule(
        verb=st.sampled_from((*CHANGING, *["order_create"] * 3, "order_confirm")),
        fault=st.sampled_from((*FAULTS, "lost after", "late", "invalid")),
    )
    def break_change(self, verb, fault):
        self._have_something_to_do(verb)
        self.erp.trouble[verb] = fault
        self.case.run_lane()

    @rule(verb=st.sampled_from((*READING, *LOOKING)), fault=st.sampled_from(FAULTS))
    def break_reading(self, verb, fault):
        self.erp.trouble[verb] = fault
        self.case.run_lane()

    @rule(boundary=st.integers(1, 20), is_after=st.booleans(), is_late=st.booleans())
    def crash(self, boundary, is_after, is_late):
        """The worker is killed right before or right after one of its commits; the order
        that was under way may arrive later."""
        self._have_something_to_do()
        if is_late:
            self.erp.trouble["order_create"] = "late"
        with self.case.killing(boundary, is_after):
            self.case.run_lane()

    @rule(
        verb=st.sampled_from((*CHANGING, *LOOKING, "order_create", "order_read")),
        act=st.sampled_from(
            ("lane", "late lane", "reopen", "edit", "win again", "lose")
        ),
        is_done=st.booleans(),
    )
    def meanwhile(self, verb, act, is_done):
        """Others don't wait until a call comes back."""
        self._have_something_to_do(verb)
        self.erp.meanwhile[verb] = (lambda: self._act(act), is_done)
        self.case.run_lane()
        self.erp.meanwhile.clear()

    def _act(self, act):
        self.env.invalidate_all()
        if act in ("reopen", "win again"):
            self.reopen(len(self.leads) - 1)
        if act == "lose":
            self.give_up(len(self.leads) - 1)
        if act in ("edit", "win again"):
            self.edit(len(self.leads) - 1, 7)
        if act == "win again":
            self.win(len(self.leads) - 1)
        if act == "late lane":
            self._wait(200)
        if "lane" in act:
            self.case.run_lane()

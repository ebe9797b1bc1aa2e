"""What machines do with deals, and what befalls them; see ``test_any_sequence.py``."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .chaos_erp import CHANGING, FAULTS, LOOKING, READING
from .deal_checks import OPEN_STATES

# what the ERP's total is more than ours where it is dearer there
SURCHARGE = Decimal(3)

# seconds: none, a back-off, not yet what a lost call may take, more than that, and more than
# any job waits for
MOMENTS = (0, 2, 50, 130, 4000)
# what is called for orders that stand already
OF_STANDING = ("order_read", "order_update", "order_cancel", "order_reopen")
# what others do while a call is under way, or before anybody knows what has come of it
ACTS = (
    "lane",
    "soon",
    "settled",
    "pull",
    "edit",
    "reopen",
    "win again",
    "lose",
    "quote",
    "cancel",
    "write over",
    "tidy",
    "tidy and accept",
)
acts = st.sampled_from(ACTS)
# what an ERP gets a second order from, or none, where somebody has not thought of it: each
# sequence begins with one of them, the rest is left to chance
OPENINGS = (
    # the worker dies while its call is still on its way
    {"verb": "order_create", "act": "soon", "dies": True, "fault": "late"},
    {"verb": "party_create", "act": "soon", "dies": True, "fault": "late"},
    # ... and when it has been answered
    {"verb": "order_create", "act": "lane", "dies": True},
    {"verb": "order_create", "act": "edit", "dies": True, "boundary": 1},
    # answers that are lost: of what was done, of what was not, of what is yet to be
    {"verb": "order_create", "act": "settled", "fault": "lost after"},
    {"verb": "order_create", "act": "soon", "fault": "late"},
    {"verb": "order_confirm", "act": "settled", "fault": "lost"},
    {"verb": "order_update", "act": "win again", "fault": "lost"},
    # a manager gives the job up; what is still on its way may be there afterwards
    {"verb": "order_create", "act": "cancel", "fault": "lost after"},
    {"verb": "order_create", "act": "cancel", "fault": "late"},
    # somebody over there puts something else where our key was, before it is looked for
    {"verb": "order_confirm", "act": "write over", "fault": "down"},
    # a difference that is accepted when the jobs are long gone
    {"verb": "order_create", "act": "tidy and accept", "is_dearer": True},
)
# jobs that are finished go after so long
TIDY_AFTER_DAYS = 1


class DealFaults:
    """Part of ``DealMachine``. Each fault strikes something: where nothing is to be done that
    it could befall, there is first."""

    @rule(seconds=st.sampled_from(MOMENTS), is_pulled=st.booleans())
    def go_on(self, seconds, is_pulled):
        if seconds:
            self._wait(seconds)
        if is_pulled:
            self._pull()
        else:
            self.case.run_lane()

    def _wait(self, seconds):
        self.clock.go_on(seconds)
        self.erp.let_arrive(until=self.clock.now)

    def _pull(self):
        if self.case.connector._is_running():
            self.case.pull()
        else:
            self.case.run_lane()

    # -- something to do --------------------------------------------------------------

    def _have_something_to_do(self, verb):
        """:return: number of the deal for which ``verb`` will be called"""
        number = self._find_standing() if verb in OF_STANDING else None
        if number is None:
            number = self._make_lead(is_new=verb.startswith("party"))
            self.win(number)
            if verb not in OF_STANDING:
                return number
            self.case.run_lane()
        if verb in ("order_update", "order_read"):
            self.edits += 1
            self.edit(number, 6 + self.edits % 4)
        else:
            self.give_up(number)
        if verb == "order_reopen":
            self.case.run_lane()
            self.win(number)
        return number

    def _find_standing(self):
        """:return: number of a won deal whose order is in the ERP, or None"""
        for number, lead in enumerate(self.leads):
            if lead.won_status == "won" and lead.erp_order_ids:
                return number
        return None

    # -- faults -----------------------------------------------------------------------

    def strike(self, verb, act, fault=None, dies=False, boundary=0, is_dearer=False):
        """:param bool dies: the worker does, in the call or that many commits after it
        :param bool is_dearer: the order comes to more over there"""
        number = self._have_something_to_do(verb)
        if is_dearer:
            # of the deal the machine begins with, and of this one
            self.erp.surcharges += [SURCHARGE] * 2
        if fault:
            self.erp.trouble[verb] = fault
        if dies:
            with self.case.killing(boundary, True, verb):
                self.case.run_lane()
        else:
            self.case.run_lane()
        self._act(act, number)

    # what makes a second order where it is not thought of is tried most
    @rule(
        verb=st.sampled_from((*CHANGING, *CHANGING[1:4])),
        fault=st.sampled_from((*FAULTS, "lost after", "late", "invalid")),
        act=acts,
    )
    def break_change(self, verb, fault, act):
        self.strike(verb, act, fault)

    @rule(verb=st.sampled_from((*READING, *LOOKING)), fault=st.sampled_from(FAULTS))
    def break_reading(self, verb, fault):
        number = self._have_something_to_do(verb)
        self.erp.trouble[verb] = fault
        self._act(
            "pull" if verb in ("order_changes", "order_status") else "lane", number
        )

    @rule(boundary=st.integers(1, 20), is_after=st.booleans())
    def crash(self, boundary, is_after):
        """The worker is killed right before or right after one of its commits."""
        self._have_something_to_do("order_create")
        with self.case.killing(boundary, is_after):
            self.case.run_lane()

    @rule(
        verb=st.sampled_from((*CHANGING, *["order_create"] * 2)),
        boundary=st.sampled_from((0, 0, 1, 2, 3)),
        is_after=st.booleans(),
        is_late=st.booleans(),
        act=acts,
    )
    def crash_after_call(self, verb, boundary, is_after, is_late, act):
        """The worker is killed while a call is under way, or while it writes down what came
        of it; the call itself may arrive later. Others go on at once."""
        number = self._have_something_to_do(verb)
        if is_late:
            self.erp.trouble[verb] = "late"
        with self.case.killing(boundary, is_after or is_late, verb):
            self.case.run_lane()
        self._act(act, number)

    @rule(
        verb=st.sampled_from((*CHANGING, *LOOKING, "order_read")),
        act=acts,
        is_done=st.booleans(),
    )
    def meanwhile(self, verb, act, is_done):
        """Others don't wait until a call comes back."""
        number = self._have_something_to_do(verb)
        self.erp.meanwhile[verb] = (lambda: self._act(act, number), is_done)
        self.case.run_lane()
        self.erp.meanwhile.clear()

    def _act(self, act, number):
        self.env.invalidate_all()
        if act in ("reopen", "win again"):
            self.reopen(number)
        if act == "lose":
            self.give_up(number)
        if act in ("edit", "win again"):
            self.edit(number, 7)
        if act == "win again":
            self.win(number)
        if act == "quote":
            self.quote_late(number, 3, True)
        if act == "cancel":
            self.cancel_jobs()
        if act == "write over":
            self.write_over_key(number)
        if act in ("tidy", "tidy and accept"):
            self.tidy_up()
        if act == "tidy and accept":
            self._accept()
        if act in ("soon", "settled"):
            # the back-off is over, but a lost call may still come; or no longer
            self._wait(2 if act == "soon" else 200)
        if act in ("soon", "pull"):
            self._pull()
        else:
            self.case.run_lane()

    # -- what else befalls a deal -----------------------------------------------------

    @rule()
    def cancel_jobs(self):
        """A manager gives up what is on its way, or stuck."""
        for job in self._get_jobs(OPEN_STATES):
            if job.state == "running" or job.is_called_off:
                continue
            if job.flow_id.code not in ("sale_order_push", "customer_push"):
                continue
            if job.res_model == "crm.lead":
                self.given_up.add(job.res_id)
            self._try(job.with_user(self.case.steward).action_cancel)
        self.case.commit()

    @precondition(lambda self: self.erp.keeps_keys and self.leads)
    @rule(index=st.integers(0, 9))
    def write_over_key(self, index):
        """A clerk needs the field our key lies in, for the customer's order number say.
        Not within the minute in which a lost call for the same order may still arrive: a
        system that refuses a second one can't know it then, and nor can anybody."""
        lead = self.leads[index % len(self.leads)]
        on_their_way = {key for call in self.erp.late for key in call.keys}
        for order in lead.erp_order_ids:
            if order._is_live() and order.key not in on_their_way:
                self.erp.orders[order.remote_id]["key"] = f"PO {order.remote_id}"

    @rule()
    def tidy_up(self):
        """Housekeeping removes the jobs that are finished."""
        self._wait((TIDY_AFTER_DAYS * 24 + 1) * 3600)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("integration_hub.finished_job_days", TIDY_AFTER_DAYS)
        for records, domain, _order in self.env["integration.exchange"]._get_removals():
            if records._name == "integration.job":
                records.search(domain).unlink()
        self.case.commit()

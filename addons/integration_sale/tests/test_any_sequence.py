"""Whatever people do and whatever breaks, in any order: one ERP order per won deal."""

import os
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo.tests import tagged

from odoo.addons.integration_hub.models import integration_lane
from odoo.addons.integration_hub.models.lane_run import LaneRun

from .chaos_erp import CHANGING, FAULTS, READING, ChaosClient, ChaosErp
from .common import SaleCase

# ANY_SEQUENCE=300 looks longer for what breaks the promise
EXAMPLES = int(os.environ.get("ANY_SEQUENCE") or 25)
PHASES = [Phase.generate] + [Phase.shrink] * bool(os.environ.get("SHRINK"))
LAST_TRIES = 12
MOST_DEALS = 3
GONE = ("cancelled", "deleted")


class Crash(BaseException):
    """The process is killed here: nothing of ours may catch it."""


class DealMachine(RuleBasedStateMachine):
    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.erp = self.case.erp = self.case.make_chaos_erp()
        ChaosClient.erp = self.erp
        self.leads = []
        self.orders = {}

    # -- what people do ---------------------------------------------------------------

    @precondition(lambda self: len(self.leads) < MOST_DEALS)
    @rule(
        quantity=st.integers(1, 5),
        has_quotation=st.booleans(),
        is_confirmed=st.booleans(),
        is_new=st.booleans(),
    )
    def make_deal(self, quantity, has_quotation, is_confirmed, is_new):
        case = self.case
        partner = case.partner
        if is_new:
            partner = case.env["res.partner"].create(
                {"name": f"New {len(self.leads)}", "is_company": True, "city": "Ghent"}
            )
        lead = case.make_lead([(case.product, quantity)], partner_id=partner.id)
        self.leads.append(lead)
        if has_quotation:
            self._quote(lead, quantity + 1, is_confirmed)

    def _quote(self, lead, quantity, is_confirmed):
        order = self.case.make_order(lead, [(self.case.product_two, quantity)])
        self.orders[lead] = order
        if is_confirmed:
            order.action_confirm()
        self.case.commit()

    @precondition(lambda self: len(self.orders) < len(self.leads))
    @rule(quantity=st.integers(1, 5), is_confirmed=st.booleans())
    def quote_late(self, quantity, is_confirmed):
        lead = next(lead for lead in self.leads if lead not in self.orders)
        self._quote(lead, quantity, is_confirmed)

    @precondition(lambda self: any(o.state == "draft" for o in self.orders.values()))
    @rule()
    def confirm_quotation(self):
        order = next(o for o in self.orders.values() if o.state == "draft")
        order.action_confirm()
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=st.integers(0, MOST_DEALS - 1))
    def win(self, index):
        lead = self.leads[index % len(self.leads)]
        self.case.win(lead)
        self.case.commit()

    @precondition(lambda self: any(lead.won_status == "won" for lead in self.leads))
    @rule()
    def reopen(self):
        lead = next(lead for lead in self.leads if lead.won_status == "won")
        lead.stage_id = self.case.open_stage
        self.case.commit()

    @precondition(lambda self: self.leads)
    @rule(index=st.integers(0, MOST_DEALS - 1), quantity=st.integers(6, 9))
    def edit(self, index, quantity):
        lead = self.leads[index % len(self.leads)]
        if order := self.orders.get(lead):
            order.order_line[:1].product_uom_qty = quantity
        else:
            lead.lead_line_ids[:1].quantity = quantity
        self.case.commit()

    @rule()
    def retry(self):
        jobs = self.env["integration.job"].search([("state", "!=", "done")])
        jobs.filtered(lambda job: job.state in ("failed", "retrying")).action_retry()
        self._restart()

    # -- what machines do -------------------------------------------------------------

    @rule()
    def run_lane(self):
        self.case.run_lane()

    @rule()
    def pull(self):
        if self.case.connector._is_running():
            self.case.pull()

    @rule(verb=st.sampled_from(CHANGING), fault=st.sampled_from(FAULTS))
    def break_change(self, verb, fault):
        self.erp.trouble[verb] = fault
        self.case.run_lane()

    @rule(verb=st.sampled_from(READING), fault=st.sampled_from(FAULTS))
    def break_reading(self, verb, fault):
        self.erp.trouble[verb] = fault
        self.case.run_lane()

    @rule(boundary=st.integers(1, 14), is_after=st.booleans())
    def crash(self, boundary, is_after):
        """The worker is killed right before or right after one of its commits."""
        with self.case.killing(boundary, is_after):
            self.case.run_lane()

    @rule()
    def time_passes(self):
        """Longer than any call lasts: what is late arrives, what waits is due."""
        self.erp.let_arrive()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_job SET next_try = now() - interval '1 hour',"
            " unsettled_until = unsettled_until - interval '1 hour'"
        )
        self.env.cr.execute("UPDATE integration_connector SET resting_until = NULL")
        self.env.invalidate_all()
        self._restart()

    def _restart(self):
        if self.case.connector.state == "error":
            self.case.connector.state = "running"

    # -- what holds at any time -------------------------------------------------------

    def _get_live(self, lead):
        keys = {f"{self.case.prefix}OPP{lead.id}"}
        keys.update(f"{self.case.prefix}SO{order.id}" for order in lead.order_ids)
        return [
            order
            for order in self.erp.orders.values()
            if order["key"] in keys and order["state"] not in GONE
        ]

    @invariant()
    def never_twice(self):
        for lead in self.leads:
            live = self._get_live(lead)
            assert len(live) <= 1, f"{lead.name}: {[o['key'] for o in live]}"

    @invariant()
    def customers_never_twice(self):
        keys = [party["key"] for party in self.erp.parties.values() if party["key"]]
        assert len(keys) == len(set(keys)), keys

    # -- what holds in the end --------------------------------------------------------

    def teardown(self):
        try:
            self._settle()
            self.never_twice()
            self.customers_never_twice()
            for lead in self.leads:
                self._check_end(lead)
            self._check_again()
        finally:
            self.env.cr.precommit.clear()
            self.env.cr.postcommit.clear()
            self.env.invalidate_all(flush=False)
            self.savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)
            self.env.transaction.clear()

    def _settle(self):
        """Nothing breaks any more: the queue empties by itself."""
        self.erp.trouble.clear()
        for _try in range(LAST_TRIES):
            self.time_passes()
            self.case.run_lane()
            if not self._get_open():
                break
        assert not self._get_open(), self._get_open().mapped("error_message")

    def _get_open(self):
        return self.env["integration.job"].search(
            [
                ("connector_id", "=", self.case.connector.id),
                ("state", "not in", ("done", "cancelled")),
            ]
        )

    def _check_end(self, lead):
        live = self._get_live(lead)
        if lead.won_status != "won":
            if live:
                assert lead.integration_status == "attention", "a stray order is told"
            return
        if not live:
            assert lead.integration_issue, f"{lead.name} is missing, and nobody is told"
            return
        [remote] = live
        assert lead.erp_order_ids.filtered(lambda o: o.remote_id == remote["remote_id"])
        order = self.orders.get(lead)
        is_by_order = order and remote["key"].endswith(f"SO{order.id}")
        wanted = order.amount_total if is_by_order else lead.lines_total
        client = ChaosClient.__new__(ChaosClient)
        total = float(client._answer(remote)["total"])
        if abs(total - wanted) > 0.05:
            assert lead.integration_status == "attention", (total, wanted)
        elif lead.integration_status != "attention":
            assert remote["state"] == "confirmed", remote["state"]

    def _check_again(self):
        """A second sync changes nothing over there, and what comes back is no news."""
        case = self.case
        case.pull()
        done = self.erp.count_changes()
        jobs = self.env["integration.job"].search_count([("operation", "=", "push")])
        messages = self.env["mail.message"].search_count([])
        for lead in self.leads:
            lead.sudo()._push_won("once more")
        case.run_lane()
        case.pull()
        assert self.erp.count_changes() == done, "nothing is created or confirmed again"
        found = self.env["integration.job"].search_count([("operation", "=", "push")])
        assert found == jobs, "no echo of our own change"
        assert self.env["mail.message"].search_count([]) == messages


@tagged("post_install", "-at_install")
class TestAnySequence(SaleCase):
    machine = DealMachine

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_stage = cls.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        cls.prefix = cls.env["integration.connector"]._get_remote_key_prefix()
        connector_class = cls.registry["integration.connector"]
        cls.startClassPatcher(
            patch.object(
                connector_class,
                "_fake_get_client_class",
                lambda self: ChaosClient,
                create=True,
            )
        )
        cls.startClassPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        close = LaneRun.close

        def close_and_wait(run):
            # a killed process takes its threads along; here they must not outlive it
            run.pool.shutdown(wait=True)
            close(run)

        cls.startClassPatcher(patch.object(LaneRun, "close", close_and_wait))

    def make_chaos_erp(self):
        erp = ChaosErp()
        erp.key_is_unique = self.key_is_unique
        erp.values.update(self.erp.values)
        erp.products.update(self.erp.products)
        return erp

    @contextmanager
    def killing(self, boundary, is_after):
        """Kill the lane at its commit number ``boundary``."""
        commit = self.registry["integration.lane"]._commit
        count = 0

        def commit_or_die(lane):
            nonlocal count
            count += 1
            if count == boundary and not is_after:
                raise Crash
            commit(lane)
            if count == boundary:
                raise Crash

        with patch.object(self.registry["integration.lane"], "_commit", commit_or_die):
            try:
                yield
            except Crash:
                self.env.invalidate_all(flush=False)

    def run_machine(self, key_is_unique):
        self.key_is_unique = key_is_unique
        self.connector.max_attempts = 1000
        machine = type("Machine", (self.machine,), {"case": self})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=16,
                deadline=None,
                database=None,
                # the same ones each time, unless somebody looks for more
                derandomize=not os.environ.get("ANY_SEQUENCE"),
                print_blob=False,
                # shrinking takes minutes: for who looks into a failure
                phases=PHASES,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def test_system_that_refuses_a_second_order(self):
        self.run_machine(key_is_unique=True)

    def test_system_that_takes_anything(self):
        self.run_machine(key_is_unique=False)

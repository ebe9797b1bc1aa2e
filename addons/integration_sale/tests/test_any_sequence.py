"""Whatever people do and whatever breaks, in any order: one ERP order per won deal."""

import os
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import new_test_user, tagged

from .chaos_erp import ChaosClient, ChaosErp
from .common import OWN_FLOWS, SaleCase
from .deal_faults import OPENINGS
from .deal_machine import DealMachine
from .still_time import Clock

# ANY_SEQUENCE=300 looks longer for what breaks the promise, each time somewhere else;
# ANY_SEQUENCE_SEED=7 again where it was found
LOOKS_ELSEWHERE = "ANY_SEQUENCE" in os.environ
EXAMPLES = int(os.environ.get("ANY_SEQUENCE") or 5)
STEPS = 12
PHASES = [Phase.generate] + [Phase.shrink] * bool(os.environ.get("SHRINK"))
SETTLE_SECONDS = 60.0
# of a lane: far more than all deals of a sequence take
MOST_COMMITS = 300
UNDER_WAY_TWICE = """
    SELECT job.res_model, job.res_id, array_agg(job.idempotency_key)
      FROM integration_job job
     WHERE job.state = 'running' AND job.sent_at IS NOT NULL AND job.answer IS NULL
       AND job.res_id IS NOT NULL AND job.connector_id = %s
     GROUP BY job.res_model, job.res_id
    HAVING COUNT(*) > 1
"""


class Crash(BaseException):
    """The process is killed here: nothing of ours may catch it."""


class Endless(BaseException):
    """A lane goes round and round."""


@tagged("post_install", "-at_install")
class TestAnySequence(SaleCase):
    machine = DealMachine
    examples = EXAMPLES

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # in a database with all addons: nothing else goes on
        cls.connector.flow_ids.filtered(
            lambda flow: flow.code not in OWN_FLOWS
        ).active = False
        cls.open_stage = cls.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        cls.prefix = cls.env["integration.connector"]._get_remote_key_prefix()
        cls.administrator = new_test_user(
            cls.env,
            "olga",
            "integration_hub.group_integration_administrator,"
            "sales_team.group_sale_salesman_all_leads",
        )
        connector_class = cls.registry["integration.connector"]
        cls.startClassPatcher(
            patch.object(
                connector_class,
                "_fake_get_client_class",
                lambda self: ChaosClient,
                create=True,
            )
        )

    def setUp(self):
        super().setUp()
        self.clock = Clock(self)
        self.system = {}
        self.connector.write({"max_attempts": 1000, "settle_seconds": SETTLE_SECONDS})

    # -- what the machine uses --------------------------------------------------------

    def set_up_erp(self):
        self.clock.begin()
        erp = ChaosErp(self.clock)
        for name, value in self.system.items():
            setattr(erp, name, value)
        erp.values.update(self.erp.values)
        erp.products.update(self.erp.products)
        ChaosClient.erp = erp
        self.connector._note_key_storage()
        self.offences = []
        self.at_commit = None
        return erp

    def run_lane(self):
        """Unlike in other tests, within another lane's call as well."""
        self.commit()
        self.commits = 0
        try:
            with self.registry.cursor() as cursor:
                self.env(cr=cursor)["integration.lane"]._run_lane()
        except Endless:
            raise AssertionError("A lane goes round and round.") from None
        self.env.invalidate_all()

    def get_total(self, remote_order):
        client = ChaosClient.__new__(ChaosClient)
        return float(client._answer(remote_order)["total"])

    @contextmanager
    def killing(self, boundary, is_after, verb=None):
        """Kill the lane at its commit number ``boundary``, counted from the beginning or
        from a call; 0 is the call itself, before or after it is done over there."""
        number = 0

        def die(is_committed):
            nonlocal number
            number += not is_committed
            if number == boundary and is_committed == is_after:
                self.at_commit = None
                raise Crash

        def begin():
            if not boundary:
                raise Crash
            self.at_commit = die

        meanwhile = ChaosClient.erp.meanwhile
        if verb:
            meanwhile[verb] = (begin, is_after if not boundary else True)
        else:
            begin()
        try:
            yield
        except Crash:
            self.env.invalidate_all(flush=False)
        self.at_commit = None
        meanwhile.clear()

    def watch_commits(self):
        """Have each commit of a lane looked at."""
        lane_class = self.registry["integration.lane"]
        commit = lane_class._commit

        def watched_commit(lane):
            self.commits += 1
            if self.commits > MOST_COMMITS:
                raise Endless
            if self.at_commit:
                self.at_commit(False)
            commit(lane)
            lane.env.cr.execute(UNDER_WAY_TWICE, [self.connector.id])
            self.offences += lane.env.cr.fetchall()
            commit(lane)
            if self.at_commit:
                self.at_commit(True)

        return patch.object(lane_class, "_commit", watched_commit)

    def watch_news(self):
        """Nobody but us changes anything over there: none of it is news here."""
        handler_class = self.registry["integration.handler.sale_status_pull"]
        get_news = handler_class._get_news

        def watched_news(handler, order, before):
            for sentence in get_news(handler, order, before):
                self.offences.append(f"told as news: {order.display_name} {sentence}")
                yield sentence

        return patch.object(handler_class, "_get_news", watched_news)

    # -- any sequence -----------------------------------------------------------------

    def run_machine(self, number, **system):
        """:param int number: each system gets sequences of its own"""
        self.system = system
        machine = type("Machine", (self.machine,), {"case": self})
        number = os.environ.get("ANY_SEQUENCE_SEED", not LOOKS_ELSEWHERE and number)
        if number:
            seed(int(number))(machine)
        with (
            self.enter_registry_test_mode(),
            self.watch_commits(),
            self.watch_news(),
        ):
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=self.examples,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    derandomize=not LOOKS_ELSEWHERE,
                    print_blob=False,
                    # shrinking takes minutes: for who looks into a failure
                    phases=PHASES,
                    suppress_health_check=list(HealthCheck),
                ),
            )

    def test_each_opening(self):
        """No sequence of chance leaves these out, and nothing else comes between."""
        with (
            self.enter_registry_test_mode(),
            self.watch_commits(),
            self.watch_news(),
        ):
            for is_unique in (True, False):
                self.system = {"key_is_unique": is_unique}
                for opening in OPENINGS:
                    self.play(opening)

    def play(self, opening):
        machine = type("Machine", (self.machine,), {"case": self})()
        try:
            machine.choose_system(
                are_late=False,
                keeps_numbers=True,
                order_grouping="quotation",
                opening=opening,
                reopen_policy="ask",
                change_policy="send",
            )
            machine.never_twice()
        except AssertionError as error:
            error.add_note(f"It began with {opening}.")
            raise
        finally:
            machine.teardown()

    def test_system_that_refuses_a_second_order(self):
        self.run_machine(1, key_is_unique=True)

    def test_system_that_takes_anything(self):
        self.run_machine(2)

    def test_system_that_keeps_no_key(self):
        self.run_machine(3, keeps_keys=False)

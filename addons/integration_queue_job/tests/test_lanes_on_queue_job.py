import threading
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import Form, tagged
from odoo.tools import config

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane
from odoo.addons.integration_hub.tests.common import FakeClient, HubCase

from ..models.integration_connector import COMMON_CHANNEL, OWN_CHANNEL
from .common import QueueJobCase


@tagged("post_install", "-at_install")
class TestLanesOnQueueJob(QueueJobCase):
    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def test_a_change_asks_for_one_run(self):
        own = f"root.integration.connector_{self.connector.id}"
        for runner, channel in (("queue_job", COMMON_CHANNEL), (OWN_CHANNEL, own)):
            with self.subTest(runner):
                self.connector.runner = runner
                self.forget_runs()
                self.enqueue(f"1 {runner}")
                run = self.get_runs()
                self.assertEqual(run.mapped("channel"), [channel])
                self.enqueue(f"2 {runner}")
                self.assertEqual(
                    self.get_runs(), run, "it has not begun: it takes both"
                )

    def test_several_runs_side_by_side(self):
        """Of the common channel as many as any connector there asks for."""
        self.connector.runner_lanes = 3
        self.enqueue(1)
        self.add_connector("ERP South", runner_lanes=2, is_forgotten=False)
        self.add_connector(
            "ERP West", runner=OWN_CHANNEL, runner_lanes=2, is_forgotten=False
        )
        self.assertEqual(len(self.get_runs()), 3 + 2)

    def test_slow_systems_hold_up_no_other(self):
        """There are more of them than runs that may go on at once: the first one serves
        them all."""
        is_answered, seen = threading.Event(), []

        def answer(request):
            if request["value"] == "quick":
                is_answered.set()
            else:
                seen.append(is_answered.wait(30))
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.enqueue("slow")
        for number in range(3):
            self.add_connector(f"ERP {number}", "slow", is_forgotten=False)
        self.add_connector("ERP quick", "quick", is_forgotten=False)
        self.perform(self.get_runs()[-1])
        self.assertEqual(seen, [True] * 4)

    def test_connector_that_was_only_tested_runs_checks_of_loads_alone(self):
        self.connector.state = "tested"
        self.enqueue(1)
        self.assertFalse(self.get_runs())
        self.env["integration.job"]._enqueue(
            self.flow,
            [
                {
                    "operation": "load_check",
                    "name": "Load",
                    "payload": {"load_id": 0},
                    "idempotency_key": "load_check-0",
                }
            ],
        )
        self.assertEqual(len(self.get_runs()), 1)

    def test_scheduled_actions_leave_the_connector_alone(self):
        job = self.enqueue(1)
        HubCase.run_lane(self)
        self.assertEqual(job.state, "waiting")
        self.connector.runner = "cron"
        HubCase.run_lane(self)
        self.assertEqual(job.state, "done")

    def test_scheduled_actions_ask_again_for_a_run_that_got_lost(self):
        self.enqueue(1)
        self.forget_runs()
        HubCase.run_lane(self)
        self.assertEqual(len(self.get_runs()), 1)

    def test_run_serves_its_channel_alone(self):
        ours = self.enqueue(1)
        theirs = [
            self.add_connector(runner, runner=runner)
            for runner in ("queue_job", OWN_CHANNEL, "cron")
        ]
        self.run_once()
        self.assertEqual(
            [job.state for job in (ours, *theirs)],
            ["done", "done", "waiting", "waiting"],
        )
        self.connector.runner = OWN_CHANNEL
        ours, common = self.enqueue(2), self.add_connector("common", runner="queue_job")
        self.run_once()
        self.assertEqual((ours.state, common.state), ("done", "waiting"))

    def test_run_tests_no_connection(self):
        """Those of other connectors would take its time, and a worker for requests."""
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        connectors = self.connector | other
        connectors.is_testing = True
        self.run_once()
        self.assertEqual(connectors.mapped("is_testing"), [True, True])
        # whoever works off their jobs
        self.test_connections()
        self.assertEqual(connectors.mapped("is_testing"), [False, False])

    def add_connector(self, name, value=1, is_forgotten=True, **values):
        """Another one with something due.

        :param is_forgotten: whether the runs it has asked for got lost
        :return: its job
        """
        mine = self.flow
        connector = self.connector.copy({"name": name, "state": "running", **values})
        self.flow = mine.copy({"connector_id": connector.id})
        job = self.enqueue(value)
        self.flow = mine
        if is_forgotten:
            self.forget_runs()
        return job

    def test_a_change_costs_the_same_however_many_connectors_there_are(self):
        """It is a user's save: others are looked after by the scheduled actions."""
        self.connector.runner = OWN_CHANNEL
        self.add_connector("first")
        costs = []
        for count in (0, 9):
            for number in range(count):
                self.add_connector(f"{number} of {count}")
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.enqueue(f"change {count}")
            runs = self.get_runs()
            costs.append(self.env.cr.sql_log_count - before)
            self.assertEqual(runs.mapped("args"), [[self.connector.id]])
            self.forget_runs()
        self.assertEqual(costs[0], costs[1])
        HubCase.run_lane(self)
        self.assertEqual(len(self.get_runs()), 11, "lost runs are asked for again")

    def test_run_that_can_do_nothing_is_not_asked_for_at_once(self):
        """The day's budget is used up, say: it would go round in circles."""
        self.connector.calls_per_day = 1
        self.use_up(1)
        self.enqueue(1)
        self.forget_runs()
        self.run_once()
        self.assertFalse(self.get_runs())

    def test_retry_is_a_run_at_its_time(self):
        FakeClient.answer = staticmethod(lambda request: NetworkError("No answer."))
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "retrying")
        self.run_once()
        run = self.get_runs().filtered("eta")[:1]
        self.assertGreaterEqual(run.eta, job.next_try)
        self.assertLess(run.eta, job.next_try + timedelta(seconds=3))

    def test_no_longer_than_a_worker_for_requests_may_live(self):
        """... though a scheduled action may live longer."""
        lane = self.env["integration.lane"]
        run = self.get_lane(self.env)
        for real, cpu, seconds in (
            (60, 40, 20),
            (60, 0, 30),
            (0, 40, 20),
            (40, 90, 20),
        ):
            limits = {
                "limit_time_real_cron": 600,
                "limit_time_real": real,
                "limit_time_cpu": cpu,
            }
            with self.subTest(limits), patch.dict(config.options, limits):
                self.assertEqual(run._get_run_seconds(), seconds)
                self.assertEqual(lane._get_run_seconds(), 60)
                self.assertEqual(
                    self.connector._get_read_timeout(),
                    min(60, self.connector.read_timeout),
                )

    def test_change_is_worked_off_by_what_it_asked_for(self):
        """Without help of the scheduled actions: what comes next asks for a run as well."""
        first = self.enqueue(1)
        self.assertEqual(self.run_lane(), 1)
        self.assertEqual(first.state, "done")
        self.assertEqual(self.run_lane(), 0, "nobody asks for a run without need")
        second, third = self.enqueue(2), self.enqueue(3)
        third.blocked_by_id = second
        self.assertEqual(self.run_lane(), 2)
        self.assertEqual((second | third).mapped("state"), ["done"] * 2)

    def test_paused_connector_asks_for_no_run(self):
        self.connector.action_pause()
        self.enqueue(1)
        self.assertFalse(self.get_runs())
        self.connector.action_start()
        self.assertEqual(len(self.get_runs()), 1)

    def test_connector_that_is_gone_or_moved_is_no_failure(self):
        self.connector.runner = OWN_CHANNEL
        self.enqueue(1)
        run = self.get_runs()
        for runner in ("queue_job", "cron"):
            self.connector.runner = runner
            self.assertFalse(self.perform(run))
        self.connector.unlink()
        self.assertFalse(self.perform(run))

    def test_setting_is_the_default_of_new_connectors(self):
        values = {"name": "New", "system_type": "fake"}
        connectors = self.env["integration.connector"]
        self.assertEqual(connectors.create(values).runner, "cron")
        settings = Form(self.env["res.config.settings"])
        settings.integration_default_runner = "queue_job"
        settings.save().execute()
        self.assertEqual(connectors.create(values).runner, "queue_job")

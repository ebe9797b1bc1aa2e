import threading
import time
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import config, mute_logger

from ..client import OutcomeUnknownError, ValidationError
from ..models import integration_lane, lane_run
from ..models.lane_run import LaneRun
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestSideBySide(HubCase):
    """A system that is slow, or in trouble, is waited for by nobody else."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def enqueue_for_another(self, *values):
        """Jobs of a connector of its own.

        :return: the jobs"""
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        flow = self.flow
        self.flow = self.flow.copy({"connector_id": other.id})
        jobs = self.enqueue(*values)
        self.flow = flow
        return jobs

    def run_until(self, seconds, seconds_after):
        """A lane whose time is up in so many seconds, and which has to have ended so many
        after that."""
        with self.lane_env() as env:
            deadline = time.monotonic() + seconds
            run = LaneRun(self.get_lane(env), deadline, deadline + seconds_after)
            try:
                run.work()
            finally:
                run.close()
        self.env.invalidate_all()

    def test_when_the_time_is_up(self):
        """All lanes may be waiting for the slow one then."""
        slow = self.enqueue(1)
        [quick, more] = self.enqueue_for_another(2, 3)
        in_a_moment = self.env["integration.lane"]._now() + timedelta(seconds=1)
        (quick | more).next_try = in_a_moment
        is_answered, seen = threading.Event(), []

        def answer(request):
            if request["value"] == 1:
                seen.append(is_answered.wait(10))
            elif request["value"] == 3:
                is_answered.set()
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.flow.search([("id", "!=", self.flow.id)]).batch_size = 1
        self.run_until(0.3, seconds_after=60)
        self.assertEqual(seen, [True])
        self.assertEqual([job.state for job in (slow, quick, more)], ["done"] * 3)

    def test_when_all_has_to_end(self):
        """What begins so late could be cut off."""
        slow = self.enqueue(1)
        quick = self.enqueue_for_another(2)
        quick.next_try = self.env["integration.lane"]._now() + timedelta(seconds=1)

        def answer(request):
            time.sleep(2)
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        # a call is given 20 seconds
        self.run_until(0.3, seconds_after=20)
        self.assertEqual((slow.state, quick.state), ("done", "waiting"))

    def test_slow_system_itself_gets_nothing_more(self):
        self.flow.batch_size = 1
        first, second = self.enqueue(1, 2)
        second.next_try = self.env["integration.lane"]._now() + timedelta(seconds=1)

        def answer(request):
            time.sleep(2)
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.run_until(0.3, seconds_after=60)
        self.assertEqual((first.state, second.state), ("done", "waiting"))

    def test_quick_one_that_was_called_when_the_time_was_up(self):
        """It is not waited for, so it is served on."""
        slow = self.enqueue(1)
        jobs = self.enqueue_for_another(2, 3, 4)
        self.flow.search([("id", "!=", self.flow.id)]).batch_size = 1
        is_answered, seen = threading.Event(), []

        def answer(request):
            if request["value"] == 1:
                seen.append(is_answered.wait(10))
            elif request["value"] == 4:
                is_answered.set()
            else:
                time.sleep(0.5)
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.run_until(0.2, seconds_after=60)
        self.assertEqual(seen, [True])
        self.assertEqual([job.state for job in (slow, *jobs)], ["done"] * 4)

    def test_worker_that_has_computed_for_too_long(self):
        """Waiting costs nothing; at that limit servers end a worker in its calls."""
        for limit, state in ((60, "done"), (0.001, "waiting")):
            with (
                self.subTest(limit=limit),
                patch.dict(config.options, {"limit_time_cpu": limit}),
            ):
                slow = self.enqueue(1)
                quick = self.enqueue_for_another(2)
                soon = self.env["integration.lane"]._now() + timedelta(seconds=0.6)
                quick.next_try = soon
                FakeClient.answer = staticmethod(
                    lambda request: (
                        time.sleep(2 if request["value"] == 1 else 0)
                        or {"id": request["value"]}
                    )
                )
                self.run_until(0.3, seconds_after=60)
                self.assertEqual((slow.state, quick.state), ("done", state))

    def test_calls_of_all_systems_have_an_end(self):
        """What finds no place is not claimed, and goes once there is one."""
        self.startPatcher(patch.object(lane_run, "MOST_CALLS", 2))
        self.flow.batch_size = 1
        self.connector.parallel_calls = 4
        jobs = [*self.enqueue(*range(5)), *self.enqueue_for_another(7)]
        lock, under_way, most = threading.Lock(), [], []

        def answer(request):
            with lock:
                under_way.append(request["value"])
                most.append(len(under_way))
            time.sleep(0.1)
            with lock:
                under_way.remove(request["value"])
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.run_lane()
        self.assertEqual(max(most), 2)
        self.assertEqual({job.state for job in jobs}, {"done"})

    def test_more_calls_than_one_system_may_have(self):
        """As many as one may have leave room for others."""
        self.flow.batch_size = 1
        self.connector.parallel_calls = 16
        self.enqueue(*range(16))
        quick = self.enqueue_for_another(100)
        is_answered, seen = threading.Event(), []

        def answer(request):
            if request["value"] == 100:
                is_answered.set()
            else:
                seen.append(is_answered.wait(10))
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.run_lane()
        self.assertEqual(seen, [True] * 16)
        self.assertEqual(quick.state, "done")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.connector.parallel_calls = 17
            self.env.flush_all()

    def test_failing_system_that_says_for_how_long(self):
        """It is left alone for that long, and what may have got through is looked up."""
        error = OutcomeUnknownError("HTTP 503", retry_after=60)
        FakeClient.answer = staticmethod(lambda request: error)
        job = self.enqueue(1)
        before = self.env["integration.lane"]._now()
        self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("retrying", "outcome_unknown"))
        self.assertTrue(job.unsettled_until)
        self.assertEqual(self.connector.failures_in_a_row, 1)
        for moment in (self.connector.resting_until, job.next_try):
            self.assertGreater(moment, before + timedelta(seconds=55))
            self.assertLess(moment, before + timedelta(seconds=80))
        until = self.connector.resting_until
        self.enqueue(2)
        self.run_lane()
        self.assertEqual(len(FakeClient.calls), 1)
        # a call that began before it asked for that
        refused = {job: ValidationError("No.")}
        self.connector._note_outcome(refused, 1)
        self.assertEqual(self.connector.failures_in_a_row, 0)
        self.assertEqual(self.connector.resting_until, until)

    def test_failing_system_that_says_so_of_what_comes_after(self):
        """Of the confirmation of an order that was made, say."""
        error = OutcomeUnknownError("HTTP 503", retry_after=60)
        handler_class = self.registry["integration.handler.fake_push"]
        self.startPatcher(
            patch.object(
                handler_class,
                "_apply",
                lambda handler, flow, results: {job: error for job, _answer in results},
            )
        )
        self.enqueue(1)
        before = self.env["integration.lane"]._now()
        self.run_lane()
        self.assertGreater(self.connector.resting_until, before + timedelta(seconds=55))

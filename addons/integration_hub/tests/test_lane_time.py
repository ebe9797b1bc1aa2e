import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from ..models import integration_lane, ir_cron_worker
from ..models.ir_cron_worker import get_begin_of_work, get_sign_of_life
from ..models.lane_run import LaneRun
from .common import FakeClient, HubCase

LIMITS = {"limit_time_real": 120, "limit_time_real_cron": -1, "limit_time_cpu": 0}


@tagged("post_install", "-at_install")
class TestLaneTime(HubCase):
    """Servers end a worker that is at work for too long without a break."""

    #: limits; seconds until nothing new is taken, and until all calls have ended
    times = (
        ({}, 57.5, 115),
        ({"limit_time_real": 3600}, 57.5, 115),
        ({"limit_time_real": 0}, 57.5, 115),
        ({"limit_time_real_cron": 40}, 17.5, 35),
        ({"limit_time_real_cron": 6}, 2.25, 4.5),
        ({"limit_time_cpu": 60}, 45, 115),
        ({"limit_time_cpu": 60, "limit_time_real_cron": 40}, 17.5, 35),
    )

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.startPatcher(patch.dict(config.options, LIMITS))
        self.crons = self.env["integration.lane"]._get_lane_crons()

    @contextmanager
    def at_work_for(self, seconds, waited=0):
        """The worker of this thread has been running scheduled actions for so long, and has
        waited for work before."""
        began = time.monotonic() - seconds
        with (
            patch.object(integration_lane, "get_begin_of_work", lambda: began),
            patch.object(integration_lane, "get_sign_of_life", lambda: began - waited),
        ):
            yield

    def forget_wake_ups(self):
        self.env["ir.cron.trigger"].search([]).unlink()

    def get_wake_ups(self):
        """:return: when whoever serves the connector is to look into the queue"""
        domain = [("cron_id", "in", self.crons.ids)]
        return self.env["ir.cron.trigger"].search(domain).mapped("call_at")

    def test_lanes_of_one_worker_share_its_time(self):
        job = self.enqueue(1)
        self.forget_wake_ups()
        with self.at_work_for(seconds=100):
            self.assertEqual(self.run_lane(), 0)
        self.assertEqual(job.state, "waiting")
        self.assertEqual(len(self.get_wake_ups()), len(self.crons), "they come back")
        with self.at_work_for(seconds=30):
            self.assertEqual(self.run_lane(), 1)
        self.assertEqual(job.state, "done")

    def test_a_lane_is_woken_for_what_is_tried_again_later(self):
        """... also by a run whose time is up."""
        job = self.enqueue(1)
        job.next_try = self.env.cr.now() + timedelta(minutes=10)
        self.forget_wake_ups()
        with self.lane_env() as env:
            run = LaneRun(self.get_lane(env), time.monotonic() - 1)
            run.work()
            run.close()
        [moment] = self.get_wake_ups()
        self.assertGreaterEqual(moment, job.next_try.replace(microsecond=0))

    def get_times(self):
        """:return: seconds until nothing new is taken, and until all calls have ended"""
        lane = self.get_lane(self.env)
        end = lane._get_end()
        now = time.monotonic()
        return lane._get_deadline(end) - now, end - now

    def assert_times(self, run, end):
        found = self.get_times()
        self.assertAlmostEqual(found[0], run, delta=1)
        self.assertAlmostEqual(found[1], end, delta=1)

    def test_last_calls_have_ended_when_the_worker_has_to(self):
        for seconds, waited, run, end in (
            (0, 0, 57.5, 115),
            (50, 0, 32.5, 65),
            # the server counts the time in which it waited for work
            (0, 60, 27.5, 55),
            (50, 60, -15, 5),
        ):
            with (
                self.subTest(seconds=seconds, waited=waited),
                self.at_work_for(seconds, waited),
            ):
                self.assert_times(run, end)
        self.connector.read_timeout = 600
        self.assertEqual(self.connector._get_read_timeout(), 60)

    def test_clients_know_when_the_last_call_has_to_have_ended(self):
        self.enqueue(1)
        seen = []
        store = FakeClient.store

        def note(client, requests):
            seen.append((client._last_begin, client._end))
            return store(client, requests)

        with patch.object(FakeClient, "store", note):
            self.run_lane()
        [[last_begin, end]] = seen
        self.assertAlmostEqual(end - time.monotonic(), 115, delta=5)
        self.assertAlmostEqual(end - last_begin, 20)

    def test_limits_of_the_server(self):
        for limits, run, end in self.times:
            with self.subTest(limits), patch.dict(config.options, limits):
                self.assert_times(run, end)

    def test_worker_begins_with_the_first_action_that_was_ready(self):
        seen = []
        note = classmethod(lambda cls, cursor, job: seen.append(get_begin_of_work()))
        crons = self.registry["ir.cron"]
        with patch.object(IrCron, "_process_job", note):
            for actions in (2, 1):
                cursor = SimpleNamespace(closed=False)
                for _action in range(actions):
                    crons._process_job(cursor, {})
                cursor.closed = True
                self.assertIsNone(get_begin_of_work(), "what follows is not of a cron")
        first, second, later = seen
        self.assertEqual(first, second)
        self.assertGreater(later, first)

    def note_signs_of_life(self, actions):
        """:return: for each action, how long ago the worker had last told that it lives,
        seconds"""
        seen = []
        note = classmethod(
            lambda cls, cursor, job: seen.append(time.monotonic() - get_sign_of_life())
        )
        with patch.object(IrCron, "_process_job", note):
            for cursor in actions:
                self.registry["ir.cron"]._process_job(cursor, {})
        return seen

    def test_waiting_for_work_counts(self):
        """A worker process tells that it lives before it waits, which may take long."""
        first, second = (SimpleNamespace(closed=False) for _round in range(2))
        thread = threading.current_thread()
        with (
            patch.object(ir_cron_worker, "_local", SimpleNamespace()),
            patch.object(thread, "start_time", None, create=True),
        ):
            waited = self.note_signs_of_life([first, first, second])
        self.assertAlmostEqual(waited[0], ir_cron_worker.LONGEST_IDLE, delta=1)
        self.assertAlmostEqual(waited[1], ir_cron_worker.LONGEST_IDLE, delta=1)
        self.assertLess(waited[2], 1, "its last action has just ended")

    def test_threads_tell_when_they_began(self):
        thread = threading.current_thread()
        with (
            patch.object(ir_cron_worker, "_local", SimpleNamespace()),
            patch.object(thread, "start_time", time.time() - 30, create=True),
        ):
            [waited] = self.note_signs_of_life([SimpleNamespace(closed=False)])
        self.assertAlmostEqual(waited, 30, delta=1)

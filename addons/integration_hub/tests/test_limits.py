import threading
import time
from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..client import NetworkError, RateLimitError, ValidationError
from ..models import integration_lane
from ..models.lane_run import LaneRun
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestLimits(HubCase):
    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def fail_with(self, error):
        FakeClient.answer = staticmethod(lambda request: error)

    def run_again(self, jobs):
        jobs.next_try = self.env.cr.now() - timedelta(days=1)
        self.run_lane()

    # -- circuit breaker --------------------------------------------------------------

    def test_rests_after_failures_in_a_row_then_probes(self):
        jobs = self.enqueue(1, 2, 3)
        self.fail_with(NetworkError("No answer."))
        for _attempt in range(5):
            self.run_again(jobs)
        self.assertEqual(len(FakeClient.calls), 5)
        self.assertGreater(
            self.connector.resting_until, self.env.cr.now() + timedelta(seconds=25)
        )
        self.run_again(jobs)
        self.assertEqual(len(FakeClient.calls), 5, "nothing is sent while it rests")
        # the rest is over: one record finds out
        self.connector.resting_until = self.env.cr.now() - timedelta(seconds=1)
        self.run_again(jobs)
        self.assertEqual(len(FakeClient.calls[5]), 1)
        self.assertEqual(len(FakeClient.calls), 6)
        # and once the system is back, all goes on
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.connector.resting_until = self.env.cr.now() - timedelta(seconds=1)
        self.run_again(jobs)
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)
        self.assertEqual(self.connector.failures_in_a_row, 0)
        self.assertFalse(self.connector.resting_until)

    def test_refused_records_are_no_failure_of_the_system(self):
        self.fail_with(ValidationError("No."))
        for value in range(6):
            self.enqueue(value)
            self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 0)

    def test_rate_limit_rests_the_whole_connector(self):
        self.fail_with(RateLimitError("Slow down.", retry_after=60))
        self.enqueue(1)
        self.run_lane()
        self.enqueue(2)
        self.run_lane()
        self.assertEqual(len(FakeClient.calls), 1)
        self.assertEqual(self.connector.failures_in_a_row, 0)

    # -- one system does not hold up another ------------------------------------------

    def test_resting_system_leaves_others_alone(self):
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        flow = self.flow.copy({"connector_id": other.id})
        self.connector.resting_until = self.env.cr.now() + timedelta(hours=1)
        waiting = self.enqueue(1)
        self.flow = flow
        done = self.enqueue(2)
        self.run_lane()
        self.assertEqual((waiting.state, done.state), ("waiting", "done"))

    # -- limits -----------------------------------------------------------------------

    def test_calls_at_once_are_shared_by_all_lanes(self):
        self.connector.max_calls_at_once = 1
        job = self.enqueue(1)
        with self.registry.cursor() as other_lane:
            place = (self.connector.id * 1000,)
            other_lane.execute("SELECT pg_advisory_lock(%s, %s)", [0x6C616E66, *place])
            self.run_lane()
            self.assertEqual(job.state, "waiting", "another lane has the only place")
            other_lane.execute(
                "SELECT pg_advisory_unlock(%s, %s)", [0x6C616E66, *place]
            )
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_places_are_left_to_other_lanes_when_the_time_is_up(self):
        """... although a call of this lane is still under way."""
        self.connector.write(
            {"max_calls_at_once": 2, "parallel_calls": 2, "batch_size": 1}
        )
        jobs = self.enqueue(1) | self.enqueue(2) | self.enqueue(3) | self.enqueue(4)
        places = [self.connector.id * 1000, self.connector.id * 1000 + 1]
        runs, seen = [], []
        begin = LaneRun.__init__
        self.startPatcher(
            patch.object(
                LaneRun,
                "__init__",
                lambda run, *args: (begin(run, *args), runs.append(run))[0],
            )
        )
        is_second_called = threading.Event()

        def answer(request):
            if request["value"] == 1:
                is_second_called.wait(10)
                runs[0].deadline = time.monotonic()
            elif request["value"] == 2:
                is_second_called.set()
                seen.append(self.wait_for_place(places))
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        with self.lane_env() as env:
            run = LaneRun(self.get_lane(env), time.monotonic() + 60)
            run.work()
            run.close()
        self.assertEqual(seen, [True])
        self.assertIn("waiting", jobs.mapped("state"), "left to other lanes")
        self.assertNotIn("running", jobs.mapped("state"))

    def wait_for_place(self, places):
        """:return: whether another connection gets one of the places soon"""
        deadline = time.monotonic() + 10
        with db_connect(self.env.cr.dbname).cursor() as cursor:
            while time.monotonic() < deadline:
                for place in places:
                    cursor.execute(
                        "SELECT pg_try_advisory_xact_lock(%s, %s)",
                        [LaneRun.PLACE_CLASS, place],
                    )
                    if cursor.fetchone()[0]:
                        return True
        return False

    def test_calls_per_second_reach_the_client(self):
        self.connector.write({"calls_per_second": 4, "max_calls_at_once": 2})
        settings = self.connector._get_client().settings
        self.assertEqual(settings.seconds_between_calls, 0.5)

    def test_daily_budget_keeps_a_share_for_won_deals(self):
        self.connector.write({"calls_per_day": 10, "reserved_share": 20})
        usage = self.env["integration.usage"]
        usage._add(self.connector, "1", 5)
        usage._add(self.connector, "1", 3)
        self.assertEqual(usage._get_today(self.connector), 8)
        self.flow.cadence = "scheduled"
        backfill = self.enqueue(1)
        backfill.next_try = self.env.cr.now()  # its hour has come
        self.run_lane()
        self.assertEqual(backfill.state, "waiting")
        self.flow.cadence = "realtime"
        self.run_lane()
        self.assertEqual(backfill.state, "done")
        usage._add(self.connector, "2", 2)
        late = self.enqueue(2)
        self.run_lane()
        self.assertEqual(late.state, "waiting", "the budget is used up")

import threading
import time
from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..client import (
    AuthenticationError,
    NetworkError,
    NotSentError,
    RateLimitError,
    ValidationError,
)
from ..models import integration_lane
from ..models.job_batch import JobBatch
from ..models.lane_locks import PLACE_CLASS
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

    # -- one call at a time -----------------------------------------------------------

    def test_system_that_gives_no_answer_gets_one_call_at_a_time(self):
        """What comes on top of work that takes too long makes it take longer."""
        self.flow.batch_size = 1
        self.connector.parallel_calls = 3
        lock, under_way, together = threading.Lock(), set(), {}

        def answer(request):
            value = request["value"]
            with lock:
                under_way.add(value)
                for other in under_way:
                    together[other] = together.get(other, set()) | under_way
            time.sleep(0.2)
            with lock:
                under_way.discard(value)
            return NetworkError("No answer.") if value < 4 else {"id": value}

        FakeClient.answer = staticmethod(answer)
        jobs = self.enqueue(*range(1, 9))
        self.run_lane()
        self.assertEqual(together[1], {1, 2, 3})
        self.assertEqual(together[4], {4}, "alone, until it is answered")
        self.assertGreater(max(map(len, together.values())), 1)
        self.assertGreater(len(together[6]), 1, "then as before")
        self.assertEqual(jobs.mapped("state"), ["retrying"] * 3 + ["done"] * 5)

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

    def test_what_we_did_not_send_is_no_failure_of_the_system(self):
        self.connector.failures_in_a_row = 4
        self.fail_with(NotSentError("No time left."))
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("retrying", "network"))
        self.assertEqual(self.connector.failures_in_a_row, 4, "nor of its recovery")

    def test_long_outage_fails_no_job_and_is_told_once(self):
        """However few tries a job has: they are for failures of its own."""
        self.connector.write({"max_attempts": 3, "failures_in_a_row": 4})
        self.fail_with(NetworkError("No answer."))
        job = self.enqueue(1)
        for _attempt in range(8):
            self.connector.resting_until = self.env.cr.now() - timedelta(seconds=1)
            self.run_again(job)
            self.assertEqual(job.state, "retrying")
        self.assertEqual(self.connector.failures_in_a_row, 12)
        in_two_minutes = self.env.cr.now() + timedelta(seconds=125)
        self.assertLess(self.connector.resting_until, in_two_minutes)
        [activity] = self.connector.activity_ids
        self.assertIn("has not answered", activity.summary)
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.connector.resting_until = False
        self.run_again(job)
        self.assertEqual(job.state, "done")
        self.assertFalse(self.connector.activity_ids, "nobody has to ask any more")

    def test_rate_limit_fails_no_job(self):
        self.connector.max_attempts = 2
        self.fail_with(RateLimitError("Slow down.", retry_after=1))
        job = self.enqueue(1)
        for _attempt in range(5):
            self.connector.resting_until = False
            self.run_again(job)
            self.assertEqual(job.state, "retrying")

    def test_wait_that_nobody_could_mean(self):
        """In another scale than the system says: the run goes on."""
        self.fail_with(RateLimitError("Slow down.", retry_after=1.7e12))
        job = self.enqueue(1)
        self.run_lane()
        day = self.env.cr.now() + timedelta(days=1, minutes=5)
        self.assertLess(self.connector.resting_until, day)
        self.assertLess(job.next_try, day)

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

    def with_second_one_prepared(self, first_answer):
        """Two batches of one, the first of which is answered once the second is ready.

        :param first_answer: callable that gives it
        :return: the jobs
        """
        self.connector.batch_size = 1
        is_second_ready = self.note_second_batch()

        def answer(request):
            if request["value"] == 1:
                is_second_ready.wait(10)
                return first_answer()
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        return self.enqueue(1) | self.enqueue(2)

    def test_what_is_prepared_is_given_back_when_the_time_is_up(self):
        is_given_back, give_back = threading.Event(), JobBatch.give_back
        runs = []

        def note(batch):
            give_back(batch)
            is_given_back.set()

        def answer():
            runs[0].deadline = time.monotonic()
            is_given_back.wait(10)
            return {"id": 1}

        jobs = self.with_second_one_prepared(answer)
        with (
            self.lane_env() as env,
            patch.object(JobBatch, "give_back", note),
        ):
            runs.append(LaneRun(self.get_lane(env), time.monotonic() + 60))
            runs[0].work()
            runs[0].close()
        first, second = sorted(jobs, key=lambda job: job.payload["value"])
        self.assertEqual((first.state, second.state), ("done", "waiting"))
        self.assertEqual((second.attempts, second.sent_at), (0, False))
        self.assertFalse(second.lane)
        self.run_lane()
        self.assertEqual((second.state, second.crashes), ("done", 0))

    def test_who_was_turned_away_does_not_come_again_at_once(self):
        for error in (
            RateLimitError("Slow down.", retry_after=60),
            AuthenticationError("Key refused."),
        ):
            with self.subTest(error.kind):
                FakeClient.calls = []
                self.connector.resting_until = False
                jobs = self.with_second_one_prepared(lambda error=error: error)
                self.run_lane()
                self.assertEqual(len(FakeClient.calls), 1)
                self.assertEqual(jobs[1].state, "waiting")
                jobs.action_cancel()

    def wait_for_place(self, places):
        """:return: whether another connection gets one of the places soon"""
        deadline = time.monotonic() + 10
        with db_connect(self.env.cr.dbname).cursor() as cursor:
            while time.monotonic() < deadline:
                for place in places:
                    cursor.execute(
                        "SELECT pg_try_advisory_xact_lock(%s, %s)",
                        [PLACE_CLASS, place],
                    )
                    if cursor.fetchone()[0]:
                        return True
        return False

    def use_up_of_ten(self, calls):
        """The connector may make ten calls a day, two of them for won deals."""
        self.connector.write({"calls_per_day": 10, "reserved_share": 20})
        self.use_up(calls)

    def carrying_deals(self):
        handler_class = self.registry["integration.handler.fake_push"]
        return patch.object(handler_class, "_carries_deals", True)

    def test_daily_budget_keeps_a_share_for_won_deals(self):
        self.use_up_of_ten(5)
        self.use_up_of_ten(3)
        self.assertEqual(self.env["integration.usage"]._get_today(self.connector), 8)
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "waiting", "no deal, though in real time")
        with self.carrying_deals():
            load = self.enqueue(2)
            load.priority = 90
            self.run_lane()
            self.assertEqual((job.state, load.state), ("done", "waiting"))
            self.use_up_of_ten(2)
            late = self.enqueue(3)
            self.run_lane()
        self.assertEqual(late.state, "waiting", "the budget is used up")

    def test_what_a_won_deal_waits_for_is_in_its_share(self):
        self.use_up_of_ten(8)
        other = self.enqueue(1)
        # two changes of a customer, in their order, and a deal
        customer = self.env.user.partner_id
        first = self.enqueue(2, record=customer)
        second = self.enqueue(3, record=customer)
        self.enqueue(4).blocked_by_id = second
        flow_class = self.registry["integration.flow"]
        with patch.object(flow_class, "_get_deal_codes", lambda flow: ["fake_push"]):
            self.run_lane()
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertEqual(other.state, "waiting")

    def test_backlog_over_budget_is_not_looked_at(self):
        """Neither to find out when to come back, nor to count what is left."""
        self.connector.calls_per_day = 1
        self.use_up(1)
        self.enqueue(*range(50))
        later = self.enqueue("later")
        later.next_try = self.env.cr.now() + timedelta(hours=1)
        self.env.flush_all()
        lane = self.get_lane(self.env)
        self.assertEqual(lane._find_next_moment(), later.next_try)
        query = self.catch_query(lane._find_next_moment)
        self.assertLessEqual(self.count_rows_read(query), 2)
        with patch.object(type(lane), "_count_due", autospec=True) as count:
            self.run_lane()
        self.assertFalse(count.called, "nothing was done, so it need not come back")
        self.assertFalse(FakeClient.calls)

    def test_resting_connector_is_come_back_to(self):
        moment = (self.env.cr.now() + timedelta(minutes=5)).replace(microsecond=0)
        self.enqueue(1, 2)
        self.connector.resting_until = moment
        self.env.flush_all()
        self.assertEqual(self.get_lane(self.env)._find_next_moment(), moment)

    def test_what_is_left_is_counted_up_to_a_limit(self):
        self.enqueue(*range(1200))
        self.env.flush_all()
        self.assertEqual(self.get_lane(self.env)._count_due(), 1000)

    def catch_query(self, method):
        """:return: the last query ``method`` runs"""
        queries = []
        environment_class = type(self.env)
        execute_query = environment_class.execute_query

        def note(env, query):
            queries.append(query)
            return execute_query(env, query)

        with patch.object(environment_class, "execute_query", note):
            method()
        return queries[-1]

    def count_rows_read(self, query):
        """Rows of the queue that PostgreSQL reads besides the steps from turn to turn."""
        # as on any table that has been in use for a while
        self.env.cr.execute("ANALYZE integration_job")
        for name in ("seqscan", "bitmapscan"):
            self.env.cr.execute(f"SET LOCAL enable_{name} = off")
        self.env.cr.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + query.code, query.params
        )
        [[[plan]]] = self.env.cr.fetchall()
        return sum(
            node["Actual Rows"] * node["Actual Loops"]
            + node.get("Rows Removed by Filter", 0) * node["Actual Loops"]
            for node in self.walk(plan["Plan"])
            if node.get("Relation Name") == "integration_job"
            and not node.get("Subplan Name", "").startswith("CTE")
        )

    def walk(self, node):
        # the turns themselves are one step in the index each
        if node.get("Subplan Name", "").startswith("CTE"):
            return
        yield node
        for child in node.get("Plans", ()):
            yield from self.walk(child)

import threading
import time
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..client import OutcomeUnknownError
from ..client.plain_data import Exchange
from ..models import integration_lane
from .common import FakeClient, HubCase

CALLS = 4


@tagged("post_install", "-at_install")
class TestSlowSystem(HubCase):
    """A system that does not answer in time gets fewer calls at once, then slowly more."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        self.is_slow = lambda values: False
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.startPatcher(
            patch.object(FakeClient, "store", lambda *args: self.store(*args))
        )
        self.connector.write({"parallel_calls": CALLS, "max_calls_at_once": CALLS})
        self.flow.batch_size = 1
        self.lock, self.under_way, self.answered = threading.Lock(), 0, 0
        # calls under way when one began, and those that had been answered in time
        self.seen = []

    def store(self, client, requests):
        values = [request["value"] for request in requests]
        exchange = Exchange("store", "POST", "http://x", "{}", time.time(), status=200)
        exchange.has_timed_out = self.is_slow(values)
        with self.lock:
            self.under_way += 1
            self.seen.append((self.under_way, self.answered))
        time.sleep(0.05)
        with self.lock:
            self.under_way -= 1
            self.answered += not exchange.has_timed_out
        client.exchanges.append(exchange)
        return [
            OutcomeUnknownError("The system did not answer in time.")
            if exchange.has_timed_out
            else {"id": value}
            for value in values
        ]

    def note(self, *paces):
        """:return: calls at once after each"""
        calls = []
        for is_slow in paces:
            self.connector._note_pace(is_slow)
            calls.append(self.connector.calls_while_slow)
        return calls

    def get_bound(self, answered):
        """Calls at once that so many answers in a row allow for, beginning with one."""
        calls = 1
        while answered >= calls:
            answered -= calls
            calls += 1
        return calls

    # -- how many ---------------------------------------------------------------------

    def test_half_as_many_then_one_more_with_each_round(self):
        self.assertEqual(self.note(False, True, True, True), [0, 2, 1, 1])
        self.assertEqual(self.note(*[False] * 6), [2, 2, 3, 3, 3, 0])
        self.assertEqual(self.note(True, False, True, False), [2, 2, 1, 2])

    def test_without_a_limit(self):
        self.connector.max_calls_at_once = 0
        lanes = len(self.env["integration.lane"]._get_lane_crons())
        self.assertGreater(lanes, 1)
        self.assertEqual(self.note(True), [CALLS * lanes // 2])

    def test_lower_limit_that_was_set_meanwhile(self):
        self.note(True)
        self.connector.max_calls_at_once = 2
        self.assertEqual(self.note(True), [1])
        self.connector.max_calls_at_once = 1
        self.assertEqual(self.note(True), [0], "it gets one at a time anyway")

    def test_lanes_are_woken_for_each_call_more(self):
        self.note(True, True)
        lane_class = self.registry["integration.lane"]
        with patch.object(lane_class, "_wake_up", autospec=True) as wake_up:
            self.note(False, False)
            self.assertEqual(wake_up.call_count, 1)
            self.note(False, True)
            self.assertEqual(wake_up.call_count, 2)

    # -- lanes ------------------------------------------------------------------------

    def check_down_and_up(self):
        late = self.enqueue(*range(CALLS))
        self.is_slow = lambda values: values[0] < CALLS
        # the lane has all its clients, then each of their calls is too late
        jobs = self.enqueue(*range(100, 130))
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(set(late.mapped("state")), {"retrying"})
        self.assertEqual(self.seen[:CALLS], [(n + 1, 0) for n in range(CALLS)])
        after = self.seen[CALLS:]
        self.assertEqual(
            [call for call in after if call[0] > self.get_bound(call[1])], []
        )
        self.assertEqual(max(count for count, _answered in after), CALLS)

    def test_lane_goes_down_and_up(self):
        self.check_down_and_up()

    def test_lane_goes_down_and_up_without_a_limit(self):
        self.connector.max_calls_at_once = 0
        self.check_down_and_up()

    def test_all_lanes_together(self):
        self.connector.max_calls_at_once = 0
        self.connector.calls_while_slow = 1
        job = self.enqueue(1)
        place = self.connector.id * 1000
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                [integration_lane.LANE_CLASS + 1, place],
            )
            self.run_lane()
            self.assertEqual(job.state, "waiting", "another lane has the one call")
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_answer_that_hides_it(self):
        """An order is stored, and its confirmation takes too long: the flow tells of it in
        its own way."""
        job = self.enqueue(1)

        def store(client, requests):
            exchange = Exchange("confirm", "POST", "http://x", "{}", time.time())
            exchange.has_timed_out = True
            client.exchanges.append(exchange)
            return [{"id": 1}]

        with patch.object(FakeClient, "store", store):
            self.run_lane()
        self.assertEqual(
            (job.state, self.connector.calls_while_slow), ("done", CALLS // 2)
        )

    def test_error_of_another_kind_says_nothing(self):
        def store(client, requests):
            exchange = Exchange("store", "POST", "http://x", "{}", time.time())
            client.exchanges.append(exchange)
            return [OutcomeUnknownError("The connection broke off.")]

        self.note(True)
        self.enqueue(1)
        with patch.object(FakeClient, "store", store):
            self.run_lane()
        self.assertEqual(
            (self.connector.calls_while_slow, self.connector.answers_while_slow),
            (CALLS // 2, 0),
        )

    # -- people -----------------------------------------------------------------------

    def test_try_now(self):
        self.note(True)
        self.connector.action_try_now()
        self.assertEqual(self.connector.calls_while_slow, 0)

    def test_is_not_copied(self):
        self.note(True)
        self.assertEqual(self.connector.copy().calls_while_slow, 0)

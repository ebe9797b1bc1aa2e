from datetime import timedelta
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client import NetworkError, RateLimitError, ValidationError
from ..models import integration_lane
from ..models.lane_locks import PROBE_CLASS
from .common import FakeClient, HubCase

SETTLE = "odoo.addons.integration_hub.models.batch_settle"


@tagged("post_install", "-at_install")
class TestBreaker(HubCase):
    """The circuit breaker: what shows only after the call, and what all lanes share."""

    def setUp(self):
        super().setUp()
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    # -- stored, and never confirmed --------------------------------------------------

    def confirm_with(self, errors):
        """Whatever is sent is stored; this is what comes of confirming it.

        :param dict errors: ``{value: error}``
        """

        def apply(handler, flow, results):
            return {
                job: errors[job.payload["value"]]
                for job, _answer in results
                if job.payload["value"] in errors
            }

        handler_class = self.registry["integration.handler.fake_push"]
        self.startPatcher(patch.object(handler_class, "_apply", apply))

    def run_again(self, jobs):
        jobs.next_try = self.env.cr.now() - timedelta(days=1)
        self.run_lane()

    def test_opens_where_nothing_is_confirmed(self):
        self.connector.max_attempts = 3
        self.confirm_with({value: NetworkError("No answer.") for value in range(10)})
        for value in range(5):
            self.enqueue(value)
            self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 5)
        self.assertTrue(self.connector.resting_until)
        # stored, so there is no call to make: nothing is said of the system by it
        self.connector.resting_until = False
        last = self.enqueue(5)
        self.run_again(last)
        self.assertEqual(last.state, "retrying", "it keeps its tries")

    def test_some_of_a_batch_are_no_failure_of_the_system(self):
        self.connector.failures_in_a_row = 4
        self.confirm_with({1: NetworkError("No answer.")})
        self.enqueue(1, 2)
        self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 0)

    def test_some_fail_at_once_and_the_others_when_they_are_confirmed(self):
        FakeClient.answer = staticmethod(
            lambda request: (
                NetworkError("No.")
                if request["value"] == 1
                else {"id": request["value"]}
            )
        )
        self.confirm_with({2: NetworkError("No answer.")})
        for _call in range(2):
            self.enqueue(1, 2).attempts = 0
            self.run_lane()
            self.env["integration.job"].search(
                [("connector_id", "=", self.connector.id)]
            )._cancel()
        self.assertEqual(self.connector.failures_in_a_row, 2)

    def test_answers_that_have_to_be_applied_one_by_one(self):
        """One of them breaks our own code: the system has answered, and fails the others."""
        self.connector.failures_in_a_row = 1

        def apply(handler, flow, results):
            if any(job.payload["value"] == 1 for job, _answer in results):
                raise ValueError("broken")
            return {job: NetworkError("No answer.") for job, _answer in results}

        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_apply", apply), mute_logger(SETTLE):
            jobs = self.enqueue(1, 2, 3)
            self.run_lane()
            self.assertEqual(self.connector.failures_in_a_row, 0)
            self.assertEqual(jobs.mapped("state"), ["failed", "retrying", "retrying"])
            self.enqueue(4, 5)
            self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 1)

    def test_answer_of_an_earlier_call_says_nothing(self):
        """It is applied anew, beside a call that tells how the system is."""
        self.confirm_with({1: NetworkError("No answer.")})
        old = self.enqueue(1)
        self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 1)
        old.next_try = self.env.cr.now() - timedelta(days=1)
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.enqueue(2)
        self.run_lane()
        self.assertEqual((old.state, old.attempts), ("retrying", 2))
        self.assertEqual(self.connector.failures_in_a_row, 0)
        old.next_try = self.env.cr.now() - timedelta(days=1)
        FakeClient.answer = staticmethod(lambda request: NetworkError("No answer."))
        self.enqueue(3)
        self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 1)

    def test_refused_and_asked_to_wait(self):
        self.connector.failures_in_a_row = 3
        self.confirm_with({1: ValidationError("No.")})
        self.enqueue(1)
        self.run_lane()
        self.assertEqual(self.connector.failures_in_a_row, 0)
        self.confirm_with({2: RateLimitError("Slow down.", retry_after=60)})
        self.enqueue(2)
        self.run_lane()
        self.assertTrue(self.connector.resting_until)
        self.assertEqual(self.connector.failures_in_a_row, 0)

    # -- one lane finds out -----------------------------------------------------------

    def try_to_probe(self):
        """:return: whether another lane may find out now how the system is"""
        with db_connect(self.env.cr.dbname).cursor() as elsewhere:
            elsewhere.execute(
                "SELECT pg_try_advisory_xact_lock(%s, %s)",
                [PROBE_CLASS, self.connector.id],
            )
            return elsewhere.fetchone()[0]

    def test_one_lane_probes(self):
        self.connector.failures_in_a_row = 5
        seen = []

        def answer(request):
            seen.append(self.try_to_probe())
            return NetworkError("No answer.")

        FakeClient.answer = staticmethod(answer)
        job, other = self.enqueue(1, 2)
        with db_connect(self.env.cr.dbname).cursor() as other_lane:
            other_lane.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [PROBE_CLASS, self.connector.id]
            )
            self.run_lane()
            self.assertEqual(seen, [], "another lane is at it")
        self.run_lane()
        self.assertEqual(seen, [False], "one at a time, of all lanes")
        self.assertEqual((job.state, other.state), ("retrying", "waiting"))
        self.assertTrue(self.try_to_probe(), "nothing is held afterwards")

    def test_all_lanes_go_on_once_it_works(self):
        self.connector.failures_in_a_row = 5
        seen = []

        def answer(request):
            seen.append(self.try_to_probe())
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.enqueue(1, 2, 3)
        woken = self.startPatcher(
            patch.object(self.registry["integration.lane"], "_wake_up")
        )
        self.run_lane()
        self.assertEqual(seen, [False, True, True])
        woken.assert_any_call(connectors=self.connector)

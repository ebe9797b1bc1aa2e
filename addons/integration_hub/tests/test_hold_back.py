import time
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..client import AuthenticationError, get_hold_back
from ..models import integration_lane
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestHoldBack(HubCase):
    """What was lost is waited for, in whatever circumstances."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def lose(self, job, seconds):
        """Its call was lost, and is waited for as long."""
        until = self.env["integration.lane"]._now() + timedelta(seconds=seconds)
        job.write({"state": "retrying", "unsettled_until": until, "attempts": 1})

    def run_lane_with_look(self):
        """:return: for each call, whether it was held back"""
        seen = []

        def store(client, requests):
            [request] = requests
            error = get_hold_back(request["unsettled_until"])
            seen.append(bool(error))
            return [error or {"id": 1}]

        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_call", staticmethod(store)):
            self.run_lane()
        return seen

    # -- clocks -----------------------------------------------------------------------

    def test_clock_of_the_host_does_not_count(self):
        """Only the database's does, which all hosts share."""
        clock = time.time
        cases = ((300, 60), (-300, 60), (300, -1), (-300, -1))
        for number, (skew, seconds) in enumerate(cases):
            with self.subTest(skew=skew, seconds=seconds):
                job = self.enqueue(number)
                self.lose(job, seconds)
                with patch.object(time, "time", lambda skew=skew: clock() + skew):
                    seen = self.run_lane_with_look()
                self.assertEqual(seen, [seconds > 0])
                job.next_try += timedelta(hours=1)

    # -- tries ------------------------------------------------------------------------

    def test_looking_is_no_try(self):
        """Nobody is asked before it is decided whether the record is there."""
        self.connector.max_attempts = 3
        job = self.enqueue(1)
        self.lose(job, 60)
        for _look in range(5):
            self.assertEqual(self.run_lane_with_look(), [True])
            self.assertEqual(job.state, "retrying")
            job.next_try = self.env["integration.lane"]._now()
        job.unsettled_until = self.env["integration.lane"]._now()
        job.next_try = job.unsettled_until
        self.assertEqual(self.run_lane_with_look(), [False])
        self.assertEqual(job.state, "done")

    def test_what_comes_after_it_has_an_end(self):
        self.connector.max_attempts = 3
        job = self.enqueue(1)
        self.lose(job, 60)
        for _look in range(5):
            self.run_lane_with_look()
            job.next_try = self.env["integration.lane"]._now()
        self.connector.failures_in_a_row = 0
        job.unsettled_until = False
        FakeClient.answer = staticmethod(lambda request: 1 / 0)
        with self.assertLogs("odoo.addons.integration_hub", "ERROR"):
            self.run_lane()
        self.assertEqual(job.state, "failed")

    # -- credentials that were replaced while a call was under way ---------------------

    def refuse(self, replace):
        """The system refuses the credentials that a call was made with.

        :param replace: what happens meanwhile
        """
        job = self.enqueue(1)

        def answer(request):
            if not seen:
                seen.append(request)
                replace()
                return AuthenticationError("Key refused.")
            return {"id": request["value"]}

        seen = []
        FakeClient.answer = staticmethod(answer)
        with patch.object(
            type(self.connector),
            "_get_client_options",
            lambda connector: {"login": self.login},
        ):
            self.run_lane()
            return job

    def test_credentials_that_were_replaced(self):
        self.login = "old"

        def replace():
            self.login = "new"

        job = self.refuse(replace)
        self.assertEqual((self.connector.state, job.state), ("running", "done"))

    def test_credentials_that_were_not(self):
        self.login = "old"
        job = self.refuse(lambda: None)
        self.assertEqual((self.connector.state, job.state), ("error", "waiting"))

    # -- lanes that died --------------------------------------------------------------

    def test_queued_again_while_it_is_taken_up(self):
        """The living lane that takes it up goes on, and finds the newer one next."""
        job = self.enqueue(1)
        job.write({"state": "running", "lane": "4711"})
        newer = self.enqueue(1)
        job_class = self.registry["integration.job"]
        find_newer = job_class._find_newer
        looks = []

        def find(jobs):
            looks.append(jobs)
            # committed after our snapshot
            return jobs.browse() if len(looks) == 1 else find_newer(jobs)

        with patch.object(job_class, "_find_newer", find), self.lane_env() as env:
            lane = env["integration.lane"]
            self.assertFalse(lane._reclaim())
            self.assertTrue(lane._reclaim())
        self.env.invalidate_all()
        self.assertEqual((job | newer).mapped("state"), ["cancelled", "waiting"])

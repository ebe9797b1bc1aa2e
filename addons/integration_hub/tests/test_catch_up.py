from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..client import NetworkError, ValidationError
from ..models import integration_lane
from ..models.job_batch import JobBatch
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestCatchUp(HubCase):
    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.connector.action_pause()

    def work_off(self, size):
        """A lane whose time is up after one batch."""
        self.flow.batch_size = size
        settle = JobBatch.settle

        def settle_last(batch):
            batch.run.deadline = 0
            return settle(batch)

        def submit_alone(batch, pool, client):
            submit(batch, pool, client)
            # nothing more is taken while this one is under way
            batch.run.deadline = 0

        submit = JobBatch.submit
        with (
            patch.object(JobBatch, "settle", settle_last),
            patch.object(JobBatch, "submit", submit_alone),
        ):
            self.run_lane()
        self.env.invalidate_all()

    def test_collects_while_paused_and_shows_how_far_it_is(self):
        jobs = self.enqueue(*range(10))
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"waiting"})
        self.assertFalse(self.connector.is_catching_up, "not before it goes on")
        self.connector.action_start()
        self.assertTrue(self.connector.is_catching_up)
        self.assertEqual(
            (self.connector.catch_up_total, self.connector.catch_up_remaining), (10, 10)
        )
        self.assertFalse(
            self.connector.catch_up_time_left, "nothing to reckon with yet"
        )
        self.work_off(4)
        self.connector.catch_up_started_at = fields.Datetime.now() - timedelta(
            minutes=2
        )
        self.assertEqual(
            (self.connector.catch_up_done, self.connector.catch_up_remaining), (4, 6)
        )
        self.assertEqual(self.connector.catch_up_percent, 40.0)
        self.assertAlmostEqual(self.connector.catch_up_per_minute, 2.0, delta=0.1)
        self.assertEqual(self.connector.catch_up_time_left, "about 3 min")
        # what comes in since is none of it
        self.enqueue("new")
        self.env.invalidate_all()
        self.assertEqual(self.connector.catch_up_remaining, 6)
        self.flow.batch_size = 0
        self.run_lane()
        self.env.invalidate_all()
        self.assertFalse(self.connector.is_catching_up)
        self.assertFalse(self.connector.catch_up_percent)

    def test_nothing_collected_nothing_shown(self):
        self.connector.action_start()
        self.assertFalse(self.connector.is_catching_up)
        self.assertFalse(self.connector.catch_up_started_at)

    def test_what_a_person_has_to_mend_is_not_waited_for(self):
        """Failed, put off, blocked by what failed, or of a stopped flow."""
        FakeClient.answer = staticmethod(
            lambda request: {
                1: ValidationError("No."),
                2: NetworkError("No answer."),
            }.get(request["value"], {"id": request["value"]})
        )
        failing, _retried, blocked, _done = self.enqueue(1, 2, 3, 4)
        blocked.blocked_by_id = failing
        self.connector.action_start()
        self.assertEqual(self.connector.catch_up_remaining, 4)
        self.run_lane()
        self.env.invalidate_all()
        self.assertEqual(blocked.state, "waiting")
        self.assertFalse(self.connector.is_catching_up)

    def test_stopped_flow_is_not_waited_for(self):
        self.enqueue(1)
        self.flow.action_pause()
        self.connector.action_start()
        self.assertFalse(self.connector.is_catching_up)

    def test_gone_for_good_once_caught_up(self):
        """A job of then that is tried again much later brings nothing back."""
        job = self.enqueue(1)
        self.connector.action_start()
        with self.lane_env() as env:
            env["integration.flow"]._cron_start_due_flows()
        self.env.invalidate_all()
        self.assertTrue(self.connector.catch_up_started_at, "still at it")
        self.run_lane()
        with self.lane_env() as env:
            env["integration.flow"]._cron_start_due_flows()
        self.env.invalidate_all()
        self.assertFalse(self.connector.catch_up_started_at)
        job.write({"state": "waiting"})
        self.assertFalse(self.connector.is_catching_up)

    def test_paused_again(self):
        self.enqueue(1)
        self.connector.action_start()
        self.connector.action_pause()
        self.assertFalse(self.connector.is_catching_up)
        self.connector.action_start()
        self.assertEqual(self.connector.catch_up_remaining, 1)

    def test_one_statement_for_all_connectors(self):
        others = self.env["integration.connector"]
        for number in range(3):
            others |= self.connector.copy({"name": f"ERP {number}"})
        self.enqueue(1)
        connectors = self.connector | others
        connectors.write({"state": "tested"})
        connectors.action_start()
        self.connector.catch_up_last_job = 2**31 - 1
        others.write(
            {
                "catch_up_started_at": fields.Datetime.now(),
                "catch_up_last_job": 2**31 - 1,
            }
        )
        self.env.flush_all()
        connectors.invalidate_recordset()
        connectors.mapped("state")
        with self.assertQueryCount(2):
            # the clock, the count
            connectors.mapped("catch_up_remaining")

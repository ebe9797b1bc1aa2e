import contextlib
import time
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from ..client import OutcomeUnknownError, ValidationError, get_hold_back
from ..models import integration_lane
from ..models.integration_handler import Blocked
from ..models.job_batch import JobBatch
from ..models.lane_locks import LANE_CLASS
from .common import FakeClient, HubCase

LANE = "odoo.addons.integration_hub.models.integration_lane"


@tagged("post_install", "-at_install")
class TestCrash(HubCase):
    """What becomes of the jobs of a lane that died."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def test_dead_lane_is_taken_up_at_once(self):
        """Its advisory lock is gone, though its lease has not run out."""
        job = self.enqueue(1)
        future = self.env.cr.now() + timedelta(minutes=10)
        job.write({"state": "running", "lane": "4711", "lease_until": future})
        self.run_lane()
        self.assertEqual((job.state, job.crashes), ("done", 0))

    def test_lane_that_lives_keeps_its_jobs(self):
        job = self.enqueue(1)
        future = self.env.cr.now() + timedelta(minutes=10)
        self.env.cr.execute("SELECT pg_advisory_lock(%s, 4711)", [LANE_CLASS])
        job.write({"state": "running", "lane": "4711", "lease_until": future})
        self.run_lane()
        self.assertEqual(job.state, "running")
        # one that hangs is taken up once its lease has run out
        job.lease_until = self.env.cr.now() - timedelta(minutes=1)
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, 4711)", [LANE_CLASS])

    def test_lane_that_stands_still_stops_nobody(self):
        """Its process is frozen, say: what it has written and not committed would be waited
        for, and its locks as well."""
        job = self.enqueue(1)
        past = self.env.cr.now() - timedelta(minutes=1)
        job.write({"state": "running", "lane": "4712", "lease_until": past})
        _name, info = connection_info_for(self.env.cr.dbname)
        with contextlib.closing(psycopg2.connect(**info)) as other:
            other_lane = other.cursor()
            other_lane.execute("SELECT pg_advisory_lock(%s, 4712)", [LANE_CLASS])
            with self.assertLogs(LANE, "WARNING") as logs:
                self.run_lane()
            with self.assertRaises(psycopg2.Error):
                for _attempt in range(100):
                    other_lane.execute("SELECT pg_sleep(0.1)")
        self.assertIn("stood still", logs.output[0])
        self.assertEqual(job.state, "done")

    def test_held_back_until_the_call_has_ended(self):
        """What was looked up before a lost call had surely ended says nothing of what came
        after it, even where the moment comes while our call is under way."""
        job = self.enqueue(1)
        soon = self.env.cr.now() + timedelta(seconds=1)
        job.write({"state": "retrying", "unsettled_until": soon, "attempts": 1})
        seen = []

        def store(client, requests):
            time.sleep(1.5)
            seen.append(bool(get_hold_back(requests[0]["unsettled_until"])))
            return [{"id": 1}]

        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_call", staticmethod(store)):
            self.run_lane()
        self.assertEqual(seen, [True])

    def test_lane_that_lost_its_jobs_while_it_prepared_sends_nothing(self):
        """It was held up for longer than its lease; another lane has them now."""
        job = self.enqueue(1)
        prepare = JobBatch.prepare

        def prepare_late(batch):
            batch.env.cr.execute(
                "UPDATE integration_job SET lane = '4711', batch = 'theirs',"
                " lease_until = now() + interval '1 hour' WHERE id = %s",
                [job.id],
            )
            return prepare(batch)

        self.env.cr.execute("SELECT pg_advisory_lock(%s, 4711)", [LANE_CLASS])
        with patch.object(JobBatch, "prepare", prepare_late):
            self.run_lane()
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, 4711)", [LANE_CLASS])
        self.assertFalse(FakeClient.calls)
        self.assertEqual(
            (job.state, job.batch, job.sent_at), ("running", "theirs", False)
        )

    def test_newer_change_while_a_batch_is_prepared_spoils_no_other_job(self):
        """A job that has to wait for another gives way to the newer one of its key."""
        first, second, awaited = self.enqueue(1), self.enqueue(2), self.enqueue(3)
        awaited.next_try = self.env.cr.now() + timedelta(hours=1)
        handler_class = self.registry["integration.handler.fake_push"]
        newer = []

        def prepare(handler, flow, jobs):
            if first in jobs and not newer:
                newer.append(self.enqueue(1, key=first.idempotency_key))
                return {
                    job: Blocked(awaited) if job == first else job.payload
                    for job in jobs
                }
            return {job: job.payload for job in jobs}

        with patch.object(handler_class, "_prepare", prepare):
            self.run_lane()
        self.assertEqual(first.state, "cancelled")
        self.assertTrue(first.finished_at)
        self.assertEqual((newer[0] | second).mapped("state"), ["done", "done"])

    def test_crash_after_sending_leaves_the_outcome_unknown(self):
        """The record is looked up at once, but not created before the call that may
        still be at work over there has surely ended."""
        job = self.enqueue(1)
        now = self.env.cr.now()
        job.write({"state": "running", "lane": "4711", "sent_at": now})
        with patch.object(FakeClient, "store", autospec=True) as store:
            store.side_effect = lambda client, requests: [
                OutcomeUnknownError("Not there yet.")
            ]
            self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("retrying", "outcome_unknown"))
        self.assertGreater(job.unsettled_until, now + timedelta(seconds=50))

    def test_nothing_is_created_while_a_lost_call_may_still_be_at_work(self):
        seen = []

        def store(client, requests):
            [request] = requests
            seen.append(request)
            error = get_hold_back(request["unsettled_until"])
            return [error or {"id": 1}]

        job = self.enqueue(1)
        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_call", staticmethod(store)):
            job.unsettled_until = self.env.cr.now() + timedelta(seconds=60)
            until = job.unsettled_until
            self.run_lane()
            self.assertEqual(job.state, "retrying")
            self.assertEqual(job.unsettled_until, until, "not put off by looking")
            self.assertEqual(self.connector.failures_in_a_row, 0)
            job.action_retry()
            self.run_lane()
            self.assertEqual(job.state, "retrying", "not even when a person retries")
            job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
            job.action_retry()
            self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(seen), 3)

    def test_what_was_there_at_a_crash_goes_by_few(self):
        jobs = self.enqueue(*range(1, 6))
        self.flow.batch_size = 20
        jobs[1:4].crashes = 1
        self.run_lane()
        sent = [[item["value"] for item in call] for call in FakeClient.calls]
        self.assertEqual(sent, [[2, 3], [4], [1, 5]])
        FakeClient.calls = []
        self.flow.batch_size = 200
        self.enqueue(*range(10, 17)).crashes = 1
        self.run_lane()
        self.assertEqual([len(call) for call in FakeClient.calls], [5, 2])

    def test_what_was_there_at_a_crash_comes_before_the_backlog(self):
        """... though it got due last; and it is found by an index of its own."""
        jobs = self.enqueue(*range(1, 8))
        self.flow.batch_size = 2
        crashed = jobs[2] | jobs[5]
        now = self.env.cr.now()
        jobs.next_try = now - timedelta(minutes=1)
        crashed.write({"state": "running", "lane": "4711", "next_try": now})
        self.run_lane()
        sent = [[item["value"] for item in call] for call in FakeClient.calls]
        self.assertEqual(sent, [[3], [6], [1, 2], [4, 5], [7]])
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def test_what_cannot_be_taken_up_yet_holds_up_nobody(self):
        """The newer one of its key is under way elsewhere, say."""
        self.env.cr.execute("SELECT pg_advisory_lock(%s, 4711)", [LANE_CLASS])
        jobs = self.enqueue(1, 2) | self.enqueue(3, key="other")
        jobs[0].crashes = 1
        jobs[2].write(
            {
                "state": "running",
                "lane": "4711",
                "lease_until": self.env.cr.now() + timedelta(hours=1),
                "idempotency_key": jobs[0].idempotency_key,
            }
        )
        self.run_lane()
        self.env.cr.execute("SELECT pg_advisory_unlock(%s, 4711)", [LANE_CLASS])
        self.assertEqual(jobs.mapped("state"), ["waiting", "done", "running"])

    def test_lost_call_is_remembered_after_its_job_was_cancelled(self):
        """Asked again at once, the change is a new job: the old call may still arrive."""
        seen = []

        def lose(client, requests):
            seen.extend(request["unsettled_until"] for request in requests)
            return [OutcomeUnknownError("No answer.") for _request in requests]

        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_call", staticmethod(lose)):
            old = self.enqueue(1)
            self.run_lane()
            old._cancel()
            newer = self.enqueue(1)
            self.assertNotEqual(old, newer)
            self.run_lane()
        self.assertIsNone(seen[0])
        self.assertTrue(seen[1])

    def test_settle_time_of_the_connector(self):
        self.connector.settle_seconds = 600
        job = self.enqueue(1)
        now = self.env.cr.now()
        FakeClient.answer = staticmethod(
            lambda request: OutcomeUnknownError("No answer.")
        )
        self.run_lane()
        self.assertGreater(job.unsettled_until, now + timedelta(seconds=590))

    def test_refused_after_the_lost_call_has_ended(self):
        """Looked up, not found, sent again and refused: nothing is there."""
        job = self.enqueue(1)
        job.unsettled_until = self.env.cr.now() - timedelta(minutes=1)
        FakeClient.answer = staticmethod(lambda request: ValidationError("No."))
        self.run_lane()
        self.assertEqual((job.state, job.unsettled_until), ("failed", False))

    def test_who_waits_for_a_replaced_job_goes_on(self):
        """Found by a campaign of faults: an order waited for ever for a customer whose
        job had given way to a newer one."""
        for is_crash in (True, False):
            with self.subTest(is_crash=is_crash):
                key = f"customer-{is_crash}"
                old, waiting = self.enqueue(1, key=key) | self.enqueue(f"o{is_crash}")
                waiting.blocked_by_id = old
                old.write({"state": "running", "lane": "gone"})
                if is_crash:
                    newer = self.enqueue(2, key=key)
                else:
                    # queued again while the call is under way, which then fails
                    old.write({"state": "waiting", "lane": False})

                    def lose(client, requests):
                        return [OutcomeUnknownError("No answer.") for _ in requests]

                    newer = self.queue_again_during(lose, key)
                self.run_lane()
                self.assertEqual(
                    (old.state, newer.state, waiting.state),
                    ("cancelled", "done", "done"),
                )

    def queue_again_during(self, call, key):
        handler_class = self.registry["integration.handler.fake_push"]
        settle = JobBatch.settle

        def settle_late(batch):
            batch.env["integration.job"]._enqueue(
                batch.flow,
                [
                    {
                        "operation": "store",
                        "name": "newer",
                        "payload": {"value": 2},
                        "idempotency_key": key,
                    }
                ],
            )
            batch.lane_model._commit()
            # the newer one is for the next run
            batch.run.deadline = 0
            return settle(batch)

        with (
            patch.object(handler_class, "_call", staticmethod(call)),
            patch.object(JobBatch, "settle", settle_late),
        ):
            self.run_lane()
        return self.env["integration.job"].search(
            [("idempotency_key", "=", key), ("name", "=", "newer")]
        )

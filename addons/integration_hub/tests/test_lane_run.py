from concurrent import futures
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Event
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client import OutcomeUnknownError
from ..models import integration_lane, job_rows, lane_run
from ..models.job_batch import JobBatch
from ..models.lane_desk import Desk
from ..models.lane_locks import LANE_CLASS
from ..models.lane_run import LaneRun
from .common import FakeClient, HubCase

JOB_BATCH = "odoo.addons.integration_hub.models.job_batch"


@tagged("post_install", "-at_install")
class TestLaneRun(HubCase):
    """What happens to the queue while a run works on it, and what a broken one leaves."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.flow.batch_size = 1

    def after_first_batch(self, act):
        """Have ``act(env)`` done as soon as the first answers were applied."""
        handler_class = self.registry["integration.handler.fake_push"]
        original, seen = handler_class._apply, []

        def apply(handler, flow, results):
            found = original(handler, flow, results)
            if not seen:
                seen.append(results)
                act(handler.env)
            return found

        return patch.object(handler_class, "_apply", apply)

    def hold_lane_lock(self, number):
        """A lane of that number lives, in the eyes of all others."""
        keys = (LANE_CLASS, number)
        self.env.cr.execute("SELECT pg_advisory_lock(%s, %s)", keys)
        self.addCleanup(self.env.cr.execute, "SELECT pg_advisory_unlock(%s, %s)", keys)

    def test_queued_before_the_place_reached(self):
        """A run does not look again at what it has claimed, but misses nothing."""
        jobs = self.enqueue(1, 2, 3)
        early = self.env.cr.now() - timedelta(hours=1)

        def queue(env):
            flow = env["integration.flow"].browse(self.flow.id)
            request = {
                "operation": "store",
                "name": "early",
                "payload": {"value": 4},
                "idempotency_key": "early",
            }
            env["integration.job"]._enqueue(flow, [request]).next_try = early

        crons = self.registry["ir.cron"]
        with (
            self.after_first_batch(queue),
            patch.object(crons, "_commit_progress", autospec=True) as progress,
        ):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)
        job = self.env["integration.job"].search([("name", "=", "early")])
        if job.state != "done":
            # then the scheduled action runs the lane again at once
            self.assertEqual(progress.call_args.kwargs, {"remaining": 1})
            self.run_lane()
        self.assertEqual(job.state, "done")

    def test_paused_in_the_midst(self):
        jobs = self.enqueue(1, 2, 3, 4, 5)

        def pause(env):
            connector = env["integration.connector"].browse(self.connector.id)
            connector.state = "paused"

        with self.after_first_batch(pause):
            self.run_lane()
        # one more batch was on its way already
        self.assertEqual(jobs[2:].mapped("state"), ["waiting"] * 3)
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done"] * 5)
        self.assertEqual(len(FakeClient.calls), 5)

    def test_same_change_is_not_under_way_twice(self):
        self.hold_lane_lock(4711)
        old = self.enqueue(1, key="same")
        future = self.env.cr.now() + timedelta(minutes=10)
        old.write({"state": "running", "lane": "4711", "lease_until": future})
        newer = self.enqueue(2, key="same")
        self.assertNotEqual(old, newer)
        self.run_lane()
        self.assertEqual((newer.state, FakeClient.calls), ("waiting", []))
        old.state = "done"
        self.run_lane()
        self.assertEqual(newer.state, "done")

    def test_run_that_breaks_off_holds_nothing(self):
        """PostgreSQL is restarted, say: the next run goes on at once."""
        job = self.enqueue(1)
        with (
            patch.object(LaneRun, "_wait_and_settle", side_effect=OperationalError),
            patch.object(FakeClient, "close", autospec=True) as close,
            # Odoo's assertRaises would undo what was committed
            suppress(OperationalError),
        ):
            self.run_lane()
        self.assertTrue(close.called, "a thread that goes on sends nothing more")
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid = pg_backend_pid() AND classid = %s",
            [LANE_CLASS],
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.env.invalidate_all()
        self.assertEqual(job.state, "running")
        self.assertTrue(job.sent_at)
        self.run_lane()
        self.assertEqual((job.state, job.crashes, job.attempts), ("done", 0, 2))

    def test_leases_are_renewed_while_a_call_lasts(self):
        job = self.enqueue(1)
        past = self.env.cr.now() - timedelta(minutes=1)
        with self.lane_env() as env:
            run = LaneRun(env["integration.lane"], deadline=0)
            try:
                mine = env["integration.job"].browse(job.id)
                mine.write({"state": "running", "lane": run.name, "lease_until": past})
                env.flush_all()
                run._renew_leases()
            finally:
                run.close()
        self.env.invalidate_all()
        self.assertGreater(job.lease_until, self.env.cr.now())

    def test_lane_that_dies_meanwhile_is_taken_up_by_one_that_is_busy(self):
        """Not only when its run begins."""
        theirs, *ours = self.enqueue(1, 2, 3)
        theirs.write({"state": "running", "lane": "4711"})
        self.hold_lane_lock(4711)
        seen = []

        def die(env):
            mine = env["integration.job"].browse(theirs.id)
            seen.append(mine.state)
            mine.lane = "4712"

        with (
            self.after_first_batch(die),
            patch.object(lane_run, "RECLAIM_EVERY", 0.0),
        ):
            self.run_lane()
        self.assertEqual(seen, ["running"])
        self.assertEqual([job.state for job in (theirs, *ours)], ["done"] * 3)

    def test_what_came_back_is_kept_before_anything_else(self):
        """... is sent, applied or asked for."""
        self.connector.parallel_calls = 2
        jobs = self.enqueue(1, 2)
        both, steps, real_wait = Barrier(2, timeout=20), [], lane_run.wait

        def answer(request):
            both.wait()
            return {"id": request["value"]}

        def wait_for_both(futures, **_terms):
            return real_wait(futures) if len(futures) == 2 else real_wait(futures, 0)

        FakeClient.answer = staticmethod(answer)
        self.startPatcher(patch.object(lane_run, "wait", wait_for_both))
        handler_class = self.registry["integration.handler.fake_push"]
        for owner, name in (
            (job_rows, "store_answers"),
            (Desk, "finish"),
            (handler_class, "_apply"),
        ):
            self.note_calls(owner, name, steps)
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(
            steps, ["store_answers"] * 2 + ["finish", "_apply", "finish", "_apply"]
        )

    def test_what_comes_back_is_kept_before_the_next_batch_is_prepared(self):
        """... of which there may be many, each of something else."""
        self.connector.parallel_calls = 3
        for job in self.enqueue(1, 2, 3):
            job.priority = job.payload["value"]
        steps = []
        prepare, is_slow = JobBatch.prepare, Event()

        def answer(request):
            is_slow.wait(20)
            return {"id": request["value"]}

        def prepare_long(batch):
            # whatever is under way comes back meanwhile
            if under_way := [other.future for other in batch.run._get_in_flight()]:
                is_slow.set()
                futures.wait(under_way)
            return prepare(batch)

        FakeClient.answer = staticmethod(answer)

        self.startPatcher(patch.object(JobBatch, "prepare", prepare_long))
        self.note_calls(job_rows, "store_answers", steps)
        self.note_calls(job_rows, "claim", steps)
        self.run_lane()
        self.assertEqual(steps[:3], ["claim", "claim", "store_answers"])

    def note_calls(self, owner, name, steps):
        original = getattr(owner, name)

        def note(*args, **more):
            steps.append(name)
            return original(*args, **more)

        self.startPatcher(patch.object(owner, name, note))

    # -- taken by another lane --------------------------------------------------------

    def take_away(self, job, step="keep_answers", **values):
        """Just before this ``step`` of the lane's batch, another one, which lives, takes
        ``job``; or ``values`` are written to it."""
        self.hold_lane_lock(4711)
        values = values or {
            "lane": "4711",
            "batch": "theirs",
            "lease_until": self.env.cr.now() + timedelta(hours=1),
        }
        original, taken = getattr(JobBatch, step), []

        def take_step_late(batch):
            if taken:
                return original(batch)
            taken.append(batch)
            mine = batch.env["integration.job"].browse(job.id)
            mine.write(values)
            mine.flush_recordset()
            batch.lane_model._commit()
            return original(batch)

        return patch.object(JobBatch, step, take_step_late)

    def get_bound(self, partner):
        return self.env["integration.external.id"]._find(
            self.connector, "record", partner
        )

    def test_stored_answer_is_left_to_the_lane_that_has_it_now(self):
        """A dead lane had stored it; the one that took it up was held up for too long."""
        partner = self.env["res.partner"].create({"name": "Customer"})
        job = self.enqueue(1, record=partner)
        job.write({"state": "retrying", "answer": {"value": {"id": 1}}, "crashes": 1})
        with self.take_away(job, "settle"):
            self.run_lane()
        self.assertEqual((job.state, job.batch), ("running", "theirs"))
        self.assertFalse(self.get_bound(partner), "not applied")
        job.write({"lane": "gone"})
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertTrue(self.get_bound(partner))
        self.assertFalse(FakeClient.calls)

    def test_answer_is_kept_for_whoever_takes_the_job_up(self):
        """Its lease ran out during the call, which is not made again."""
        partner = self.env["res.partner"].create({"name": "Customer"})
        job = self.enqueue(1, record=partner)
        with self.take_away(job, state="retrying", lane=False):
            self.run_lane()
        self.assertEqual(job.answer, {"value": {"id": 1}})
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertTrue(self.get_bound(partner))
        self.assertEqual(len(FakeClient.calls), 1)

    def test_answer_to_an_older_change_is_not_taken_for_the_newer_one(self):
        job = self.enqueue(1, key="same")
        with self.take_away(job, state="waiting", payload={"value": 2}):
            self.run_lane()
        self.run_lane()
        self.assertEqual(FakeClient.calls, [[{"value": 1}], [{"value": 2}]])
        self.assertEqual((job.state, job.answer), ("done", {"value": {"id": 2}}))

    def test_failure_is_no_business_of_the_lane_that_has_the_job_now(self):
        FakeClient.answer = staticmethod(
            lambda request: OutcomeUnknownError("No answer.")
        )
        job = self.enqueue(1)
        with self.take_away(job):
            self.run_lane()
        self.assertEqual((job.state, job.batch), ("running", "theirs"))
        self.assertFalse(job.error_kind)
        self.assertTrue(job.unsettled_until, "our call may still be at work")

    def test_failing_effects_are_no_business_of_a_lane_that_was_too_slow(self):
        """Its lease ran out while it applied the answer, which then came to nothing."""
        self.hold_lane_lock(4711)
        job = self.enqueue(1)
        later = self.env.cr.now() + timedelta(hours=1)

        def take_and_fail(handler, flow, results):
            mine = handler.env["integration.job"].browse(job.id)
            mine.write({"lane": "4711", "batch": "theirs", "lease_until": later})
            mine.flush_recordset()
            handler.env["integration.lane"]._commit()
            raise ValueError("no such thing")

        handler_class = self.registry["integration.handler.fake_push"]
        with (
            patch.object(handler_class, "_apply", take_and_fail),
            mute_logger(JOB_BATCH),
        ):
            self.run_lane()
        self.assertEqual((job.state, job.batch), ("running", "theirs"))
        self.assertFalse(job.error_kind)

from contextlib import suppress
from datetime import timedelta
from threading import Event
from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..client import NetworkError
from ..models import integration_lane
from ..models.integration_handler import Blocked
from ..models.job_batch import JobBatch
from ..models.lane_locks import RECLAIM_CLASS, SUSPECT_LOCK
from ..models.lane_run import LaneRun
from .common import FakeClient, HubCase

PATIENCE = 10.0


@tagged("post_install", "-at_install")
class TestSuspects(HubCase):
    """Which job it was that killed its lane, and which ones were merely there."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def die_with(self, *values, after=0):
        """A run dies the moment a call with one of ``values`` is under way, but not before
        it has settled ``after`` jobs; all that it had claimed by then stays as it is."""
        original, is_dead = LaneRun._wait_and_settle, Event()

        def answer(request):
            if request["value"] in values and not after:
                # nobody hears of it any more
                is_dead.wait(PATIENCE)
            return {"id": request["value"]}

        def settle_or_die(run, in_flight, look_again):
            for batch in run._get_in_flight() if run.settled >= after else ():
                if {job.payload["value"] for job in batch.requests} & set(values):
                    is_dead.set()
                    raise OperationalError()
            return original(run, in_flight, look_again)

        FakeClient.answer = staticmethod(answer)
        return patch.object(LaneRun, "_wait_and_settle", settle_or_die)

    def run_until_it_dies(self, *values, after=0):
        """:return: whether it died"""
        is_alive = False
        # Odoo's assertRaises would undo what was committed
        with self.die_with(*values, after=after), suppress(OperationalError):
            self.run_lane()
            is_alive = True
        self.env.invalidate_all()
        return not is_alive

    def test_job_that_kills_its_lane_is_set_aside(self):
        """It alone, whoever was under way with it; also those of other systems."""
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        flow, self.flow = self.flow, self.flow.copy({"connector_id": other.id})
        elsewhere = self.enqueue(11, 12)
        self.flow = flow
        jobs = self.enqueue(1, 2, 3, 4)
        kills = 0
        while self.run_until_it_dies(3):
            kills += 1
            self.assertLess(kills, 9)
        # with all others, with some of them, then by itself
        self.assertEqual(kills, 3)
        guilty = jobs[2]
        self.assertEqual((guilty.state, guilty.error_kind), ("failed", "internal"))
        self.assertIn("Set aside", guilty.error_message)
        others = (jobs | elsewhere) - guilty
        self.assertEqual(set(others.mapped("state")), {"done"})
        self.assertEqual(set(others.mapped("crashes")), {0})
        guilty.action_retry()
        self.assertEqual((guilty.state, guilty.crashes), ("waiting", 0))

    def test_restarts_set_nothing_aside(self):
        """The server is killed twice, whatever is under way then."""
        self.flow.batch_size = 4
        self.connector.parallel_calls = 2
        jobs = self.enqueue(*range(12))
        for _restart in range(2):
            self.assertTrue(self.run_until_it_dies(*range(12), after=1))
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(set(jobs.mapped("crashes")), {0})

    def interrupt(self, jobs):
        """Lanes of their own die with them."""
        for number, job in enumerate(jobs):
            job.write({"state": "running", "lane": str(4711 + number)})
        with self.lane_env() as env:
            env["integration.lane"]._reclaim()
        self.env.invalidate_all()

    def test_lanes_that_died_together_blame_no_job(self):
        jobs = self.enqueue(1, 2)
        for _restart in range(3):
            self.interrupt(jobs)
        self.assertEqual(jobs.mapped("state"), ["retrying"] * 2)
        self.assertEqual(jobs.mapped("crashes"), [3, 3])

    def test_three_times_in_a_row(self):
        """Whoever else was there for the first time; something that came of it meanwhile
        says that it is not the job."""
        job, other = self.enqueue(1, 2)
        self.interrupt(job)
        self.interrupt(job)
        self.run_lane()
        self.assertEqual(job.state, "done")
        job.write({"state": "retrying", "next_try": self.env.cr.now()})
        other.write({"state": "retrying", "next_try": self.env.cr.now()})
        self.interrupt(job)
        self.interrupt(job | other)
        self.assertEqual((job.state, job.crashes), ("retrying", 2))
        self.interrupt(job | other)
        self.assertEqual((job.state, job.crashes), ("failed", 3))
        self.assertEqual((other.state, other.crashes), ("retrying", 2))

    def test_two_busy_lanes_of_one_process(self):
        """What another lane is at when the process dies is not to blame."""
        guilty, *others = self.enqueue(*range(1, 8))
        self.interrupt(guilty | others[0] | others[1])
        self.interrupt(guilty | others[0] | others[2])
        # one suspect at a time, in all lanes
        self.interrupt(guilty | others[1] | others[3])
        self.assertEqual(guilty.state, "failed")
        self.assertEqual({job.state for job in others[:4]}, {"retrying"})

    def test_one_suspect_at_a_time_in_all_lanes(self):
        job, new = self.enqueue(1, 2)
        job.crashes = 2
        with db_connect(self.env.cr.dbname).cursor() as other_lane:
            other_lane.execute("SELECT pg_advisory_xact_lock(%s, %s)", SUSPECT_LOCK)
            self.run_lane()
            self.assertEqual((job.state, new.state), ("waiting", "done"))
        self.run_lane()
        self.assertEqual(job.state, "done")
        with db_connect(self.env.cr.dbname).cursor() as other_lane:
            other_lane.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", SUSPECT_LOCK)
            self.assertTrue(other_lane.fetchone()[0], "nothing is held afterwards")

    def test_what_died_together_is_found_together(self):
        """Of several lanes that look at the same time, one takes up all of it."""
        job = self.enqueue(1)
        job.write({"state": "running", "lane": "4711"})
        with db_connect(self.env.cr.dbname).cursor() as elsewhere:
            elsewhere.execute(
                "SELECT pg_advisory_xact_lock(%s, 0)",
                [RECLAIM_CLASS],
            )
            self.run_lane()
            self.assertEqual(job.state, "running")
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_job_that_never_gets_through_among_others_is_set_aside(self):
        """... with which lanes have died again and again as well."""
        guilty, other = self.enqueue(1, "other")
        other.crashes = 2
        for number in range(9):
            self.assertEqual(guilty.state, "retrying" if number else "waiting")
            self.interrupt(guilty | other)
            other.write({"state": "waiting", "crashes": 2})
        self.assertEqual(guilty.state, "failed")
        self.assertIn("9 times", guilty.error_message)

    def test_answer_says_that_it_was_not_the_job(self):
        """Also an error does, and what is wanting on our side."""
        job = self.enqueue(1)
        handler_class = self.registry["integration.handler.fake_push"]
        awaited = self.enqueue(2)
        awaited.next_try = self.env.cr.now() + timedelta(hours=1)

        def block(handler, flow, jobs):
            return {job: Blocked(awaited) for job in jobs}

        for answer in ("error", "blocked", "answer"):
            with self.subTest(answer):
                job.write({"state": "waiting", "next_try": self.env.cr.now()})
                self.interrupt(job)
                self.interrupt(job)
                self.assertEqual(job.crashes, 2)
                if answer == "error":
                    FakeClient.answer = staticmethod(lambda request: NetworkError("."))
                    self.run_lane()
                    self.assertEqual((job.state, job.crashes), ("retrying", 0))
                elif answer == "blocked":
                    with patch.object(handler_class, "_prepare", block):
                        self.run_lane()
                    self.assertEqual((job.blocked_by_id, job.crashes), (awaited, 0))
                    job.blocked_by_id = False
                else:
                    # before it is applied, which may be what kills the lane
                    FakeClient.answer = staticmethod(lambda request: {"id": 1})
                    settle, seen = JobBatch._settle_answers, []

                    def note(batch, answers, settle=settle, tell=seen.append):
                        batch.env.invalidate_all()
                        tell(batch.jobs.crashes)
                        settle(batch, answers)

                    with patch.object(JobBatch, "_settle_answers", note):
                        self.run_lane()
                    self.assertEqual(seen, [0])

    def test_suspect_has_its_lane_to_itself(self):
        """If the lane dies once more, this is why."""
        jobs = self.enqueue(*range(1, 6))
        self.flow.batch_size = 2
        self.connector.parallel_calls = 3
        jobs[1].crashes = jobs[3].crashes = 2
        has_company = Event()
        take_of = LaneRun._take_of

        def note(run, turn, is_suspect=False):
            took = take_of(run, turn, is_suspect)
            batches = run._get_in_flight()
            if len(batches) > 1 and any(batch.is_suspect for batch in batches):
                has_company.set()
            return took

        def answer(request):
            if request["value"] in (2, 4):
                # time enough for the lane to take something else
                has_company.wait(0.3)
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        with patch.object(LaneRun, "_take_of", note):
            self.run_lane()
        self.assertFalse(has_company.is_set())
        self.assertEqual(FakeClient.calls[:2], [[{"value": 2}], [{"value": 4}]])
        self.assertEqual(set(jobs.mapped("state")), {"done"})

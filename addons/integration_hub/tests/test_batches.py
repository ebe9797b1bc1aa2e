from threading import Event
from unittest.mock import patch

from odoo.tests import tagged

from ..client import NetworkError, RateLimitError
from ..models import batch_problems, integration_lane, lane_run
from ..models.integration_load import PRIORITY as LOAD_PRIORITY
from ..models.job_batch import JobBatch
from ..models.job_rows import count_fitting
from ..models.lane_desk import Desk
from .common import FakeClient, HubCase

PATIENCE = 10.0


@tagged("post_install", "-at_install")
class TestBatches(HubCase):
    """Which jobs go together, and which batch goes first."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    # -- urgency ----------------------------------------------------------------------

    def test_urgent_goes_before_a_backfill_that_is_prepared_already(self):
        """While a batch of the backfill is called, the next one is prepared; then
        something urgent comes."""
        self.startPatcher(patch.object(lane_run, "TURNS_LAST", 0.0))
        self.startPatcher(patch.object(lane_run, "TURNS_SHARE", 1e9))
        self.flow.batch_size = 1
        backfill = self.enqueue(1, 2, 3)
        backfill.priority = LOAD_PRIORITY
        go_on, urgent = Event(), []
        prepare, add = JobBatch.prepare, Desk.add

        def prepare_and_queue(batch):
            settled = prepare(batch)
            if batch.jobs == backfill[1] and not urgent:
                urgent.append(self.enqueue_in(batch.env, 9))
            return settled

        def note_prepared(desk, batch):
            add(desk, batch)
            if batch.jobs.ids == urgent:
                go_on.set()

        def answer(request):
            if request["value"] == 1:
                go_on.wait(PATIENCE)
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        with (
            patch.object(JobBatch, "prepare", prepare_and_queue),
            patch.object(Desk, "add", note_prepared),
        ):
            self.run_lane()
        sent = [call[0]["value"] for call in FakeClient.calls]
        self.assertEqual(sent, [1, 9, 2, 3])
        jobs = backfill | backfill.browse(urgent)
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def enqueue_in(self, env, value):
        """:return: id of the job, committed"""
        flow = env["integration.flow"].browse(self.flow.id)
        request = {
            "operation": "store",
            "name": "urgent",
            "payload": {"value": value},
            "idempotency_key": f"value-{value}",
        }
        job = env["integration.job"]._enqueue(flow, [request])
        env["integration.lane"]._commit()
        return job.id

    def test_no_more_is_prepared_than_can_go_next(self):
        """What a lane holds, no other lane takes."""
        self.flow.batch_size = 1
        self.enqueue(*range(5))
        add, most = Desk.add, []

        def note(desk, batch):
            add(desk, batch)
            most.append(len(desk.prepared))

        with patch.object(Desk, "add", note):
            self.run_lane()
        self.assertLessEqual(max(most), 1)

    # -- a record with which the system fails -----------------------------------------

    def run_with_culprit(self, error):
        """All of it fails whenever the culprit is in a call.

        :return: ``(culprit, others)`` after as many tries as five records need
        """
        self.startPatcher(patch.object(batch_problems, "get_back_off", lambda *_: 0.0))
        self.flow.batch_size = 8
        jobs = self.enqueue(*range(8))

        def store(client, requests):
            values = [request["value"] for request in requests]
            FakeClient.calls.append(values)
            return [error if 5 in values else {"id": value} for value in values]

        self.startPatcher(patch.object(FakeClient, "store", store))
        for _try in range(6):
            with self.lane_env() as env:
                lane = env["integration.lane"]
                with patch.object(
                    type(lane), "_wait_for_next", lambda lane, deadline: False
                ):
                    self.get_lane(env)._run_lane()
            self.env.invalidate_all()
            jobs.filtered(
                lambda job: job.state == "retrying"
            ).next_try = self.env.cr.now()
        return jobs[5], jobs - jobs[5]

    def test_record_that_makes_the_system_fail_goes_alone_at_last(self):
        culprit, others = self.run_with_culprit(NetworkError("Time-out."))
        self.assertEqual(set(others.mapped("state")), {"done"})
        self.assertEqual(culprit.state, "retrying")
        sizes = [len(call) for call in FakeClient.calls if 5 in call]
        self.assertEqual(sizes[:2], [8, 8], "it may have been the system")
        self.assertEqual(sizes[2], 4)
        self.assertEqual(sizes[-1], 1)

    def test_system_that_asks_us_to_slow_down_is_not_asked_more_often(self):
        _culprit, _others = self.run_with_culprit(RateLimitError("Slow down."))
        self.assertEqual({len(call) for call in FakeClient.calls}, {8})

    def test_how_many_go_together(self):
        for tries, size, count in (
            ([(1, None)] * 5, 10, 5),
            ([(2, "network")] * 10, 10, 10),
            ([(3, "network")] * 10, 10, 5),
            ([(4, "outcome_unknown")] * 10, 10, 2),
            ([(4, "rate_limit")] * 10, 10, 10),
            # those that have not failed go along while there is room
            ([(1, None)] * 8 + [(3, "network")] * 2, 10, 9),
            ([(9, "network"), (1, None)], 10, 1),
            ([(1, None), (9, "network")], 10, 1),
            ([(10_000, "network")], 1, 1),
        ):
            with self.subTest(tries=tries):
                self.assertEqual(count_fitting(tries, size), count)

"""Jobs that a person cancels while nobody knows what has become of them."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..client import NetworkError, ValidationError, get_hold_back
from ..models import integration_lane
from ..models.integration_job_cancel import KNOWINGLY
from ..models.job_batch import JobBatch
from .common import HubCase


@tagged("post_install", "-at_install")
class TestCancel(HubCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.there = {}  # value -> id over there
        self.created = []
        self.requests = []
        self.error = None
        self.not_found = self.env["integration.job"]
        self.handler_class = self.registry["integration.handler.fake_push"]
        for name, value in (
            ("_looked_up_operations", ("store",)),
            ("_call", staticmethod(self.call)),
            ("_on_not_found", self.note_not_found),
        ):
            self.startPatcher(
                patch.object(self.handler_class, name, value, create=True)
            )

    def call(self, client, requests):
        self.requests += requests
        return [self.find_or_create(request) for request in requests]

    def find_or_create(self, request):
        if self.error:
            return self.error
        value = request["value"]
        if value not in self.there:
            if error := get_hold_back(request["unsettled_until"]):
                return error
            self.created.append(value)
            self.there[value] = f"new {value}"
        return {"id": self.there[value]}

    def note_not_found(self, flow, jobs):
        self.not_found |= jobs

    def make_lost(self, value, minutes=0, **options):
        """A job whose call was lost; what it may have done is done in so many minutes."""
        job = self.enqueue(value, **options)
        moment = self.env.cr.now() + timedelta(minutes=minutes)
        job.write({"state": "retrying", "unsettled_until": moment, "attempts": 1})
        return job

    def work(self):
        self.run_lane()
        self.env.invalidate_all()

    def test_what_is_there_is_written_down(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        job = self.make_lost("A", minutes=5, record=partner)
        self.there["A"] = "4711"
        self.assertEqual(job.cancel_outcome, "looked_up")
        job.action_cancel()
        self.work()
        self.assertEqual(job.state, "done")
        self.assertTrue(job.is_called_off, "the job tells that it was not wanted")
        self.assertEqual(
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "record", partner
            ),
            {partner.id: "4711"},
        )
        self.assertTrue(self.requests[0]["is_called_off"])

    def test_what_is_not_there_is_not_made(self):
        job = self.make_lost("A", minutes=5)
        waiting = self.enqueue("B")
        waiting.blocked_by_id = job
        job.action_cancel()
        self.work()
        # it may still come
        self.assertEqual((job.state, waiting.state), ("retrying", "waiting"))
        self.assertFalse(self.not_found)
        job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
        job._arm()
        self.work()
        self.assertEqual(job.state, "cancelled")
        self.assertTrue(job.finished_at)
        self.assertFalse(job.unsettled_until or job.error_message)
        self.assertEqual(self.not_found, job)
        self.assertEqual(self.created, ["B"], "who waited for it goes on")

    def test_what_arrives_late_is_found(self):
        job = self.make_lost("A", minutes=5)
        job.action_cancel()
        self.work()
        self.there["A"] = "late"
        job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
        job._arm()
        self.work()
        self.assertEqual((job.state, self.created), ("done", []))

    def test_look_that_began_too_early_decides_nothing(self):
        """The lost call ends between the look and its result."""
        job = self.make_lost("A", minutes=5)
        job.action_cancel()

        settle = JobBatch.settle

        def settle_late(batch):
            batch.jobs.unsettled_until = self.env.cr.now() - timedelta(hours=1)
            return settle(batch)

        with patch.object(JobBatch, "settle", settle_late):
            self.work()
        self.assertEqual(len(self.requests), 2, "it is looked at once more")
        self.assertEqual((job.state, self.created), ("cancelled", []))

    def test_what_never_went_out_is_cancelled_at_once(self):
        job = self.enqueue("A")
        self.assertEqual(job.cancel_outcome, "unmade")
        job.action_cancel()
        self.work()
        self.assertEqual((job.state, self.requests), ("cancelled", []))

    def test_answer_that_could_not_be_written_down(self):
        """Whatever the operation: nobody is called for it."""
        self.patch(self.handler_class, "_looked_up_operations", ())
        job = self.enqueue("A")
        job.write({"state": "failed", "answer": {"value": {"id": "4711"}}})
        job.action_cancel()
        self.work()
        self.assertEqual((job.state, self.requests), ("done", []))

    def test_flow_that_can_not_look(self):
        self.patch(self.handler_class, "_looked_up_operations", ())
        job = self.make_lost("A")
        self.assertEqual(job.cancel_outcome, "unknown")
        with self.assertRaisesRegex(UserError, "Value A"):
            job.action_cancel()
        job.with_context(**{KNOWINGLY: True}).action_cancel()
        self.assertEqual(job.state, "cancelled")

    def test_system_that_can_not_be_asked(self):
        """It is gone for good, say: a person may still have the last word."""
        job = self.make_lost("A")
        self.error = NetworkError("No answer.")
        job.action_cancel()
        self.work()
        self.assertEqual((job.state, job.cancel_outcome), ("retrying", "unknown"))
        job.with_context(**{KNOWINGLY: True}).action_cancel()
        self.assertEqual((job.state, job.is_called_off), ("cancelled", False))

    def test_refused_when_it_is_looked_up(self):
        job = self.make_lost("A")
        self.error = ValidationError("No.")
        job.action_cancel()
        self.work()
        self.assertEqual(job.state, "failed")
        self.error = None
        job.action_retry()
        self.work()
        self.assertEqual((job.state, self.created), ("cancelled", []))

    def test_many_at_once(self):
        self.patch(self.handler_class, "_looked_up_operations", ("find",))
        fresh, lost = self.enqueue("A"), self.make_lost("B")
        action = (fresh | lost).action_cancel()
        self.assertEqual((fresh.state, lost.state), ("cancelled", "retrying"))
        self.assertIn("Value B", action["params"]["message"])
        self.assertNotIn("Value A", action["params"]["message"])

    def test_asked_for_again(self):
        """A newer change of the same record is wanted."""
        job = self.make_lost("A")
        job.action_cancel()
        self.assertEqual(self.enqueue("A"), job)
        self.assertFalse(job.is_called_off)
        self.work()
        self.assertEqual(self.created, ["A"])

    def test_cancelled_and_wanted_after_all(self):
        job = self.make_lost("A")
        job.action_cancel()
        self.work()
        self.assertEqual(job.state, "cancelled")
        job.action_retry()
        self.work()
        self.assertEqual((job.state, self.created), ("done", ["A"]))

    def test_lost_call_of_a_job_that_was_replaced(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        old = self.make_lost("A", record=partner)
        old.state = "cancelled"
        newer = self.enqueue("A", record=partner)
        self.assertEqual(newer.cancel_outcome, "looked_up")
        self.there["A"] = "4711"
        self.work()
        self.assertEqual(newer.state, "done")
        third = self.enqueue("A", record=partner)
        self.assertEqual(third.cancel_outcome, "unmade", "it is known since")

    def test_reading_is_cancelled_at_once(self):
        self.flow.direction = "pull"
        job = self.make_lost("A")
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from ..client import (
    AmbiguousMatchError,
    AuthenticationError,
    Exchange,
    MappingError,
    NetworkError,
    OutcomeUnknownError,
    RateLimitError,
    ValidationError,
)
from ..models import integration_lane
from ..models.batch_steps import BACK_OFF_CEILING, get_back_off
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestEngine(HubCase):
    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        # tests look at the state right after a failure instead of waiting for the retry
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def answer_with(self, *answers):
        """Each call of the system gives the next of ``answers``; the last one stays."""
        remaining = list(answers)

        def answer(request):
            value = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if isinstance(value, Exception):
                return value
            return value or {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)

    def test_batch_is_done_in_one_call(self):
        jobs = self.enqueue(1, 2, 3)
        self.assertEqual(self.run_lane(), 3)
        self.assertEqual(jobs.mapped("state"), ["done"] * 3)
        self.assertEqual(FakeClient.calls, [[{"value": 1}, {"value": 2}, {"value": 3}]])
        self.assertEqual(jobs.mapped("attempts"), [1, 1, 1])
        self.assertTrue(all(jobs.mapped("finished_at")))

    def test_batch_size_of_the_flow(self):
        self.flow.batch_size = 2
        self.enqueue(1, 2, 3)
        self.run_lane()
        self.assertEqual([len(call) for call in FakeClient.calls], [2, 1])

    def test_same_change_asked_twice_is_one_job(self):
        first = self.enqueue(1, key="same")
        second = self.enqueue(2, key="same")
        self.assertEqual(first, second)
        self.run_lane()
        self.assertEqual(FakeClient.calls, [[{"value": 2}]])
        # once done, asking again is a new change
        third = self.enqueue(3, key="same")
        self.assertNotEqual(first, third)

    def test_network_error_backs_off_and_recovers(self):
        self.answer_with(NetworkError("No answer."), None)
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "retrying")
        self.assertEqual(job.error_kind, "network")
        self.assertEqual(job.error_message, "No answer.")
        self.assertGreater(job.next_try, job.started_at)
        self.assertEqual(len(FakeClient.calls), 1)
        job.next_try = job.started_at
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertFalse(job.error_message)
        self.assertEqual(job.attempts, 2)

    def test_back_off_doubles(self):
        self.answer_with(NetworkError("No answer."))
        job = self.enqueue(1)
        waits = []
        for _attempt in range(5):
            job.next_try = self.env.cr.now() - timedelta(days=1)
            self.run_lane()
            waits.append((job.next_try - job.started_at).total_seconds())
        for wait, expected in zip(waits, (1, 2, 4, 8, 16), strict=True):
            self.assertGreater(wait, expected * 0.75)
            self.assertLess(wait, expected * 1.25 + 1)

    def test_back_off_is_spread_and_has_a_ceiling(self):
        job = self.enqueue(1)
        error = NetworkError("No answer.")
        job.attempts = 4
        waits = {get_back_off(job, error) for _time in range(50)}
        self.assertGreater(len(waits), 40, "what failed together comes back apart")
        self.assertTrue(all(8 * 0.8 <= wait <= 8 * 1.2 for wait in waits))
        job.attempts = 60
        for _time in range(50):
            self.assertLessEqual(get_back_off(job, error), BACK_OFF_CEILING * 1.2)
            self.assertGreaterEqual(get_back_off(job, error), BACK_OFF_CEILING * 0.8)
        job.attempts = 5000
        self.assertLessEqual(get_back_off(job, error), BACK_OFF_CEILING * 1.2)
        # what the system asks for counts, up to a day
        error.retry_after = 10 * BACK_OFF_CEILING
        self.assertEqual(get_back_off(job, error), 10 * BACK_OFF_CEILING)
        for nonsense in (1e9, float("inf"), float("nan")):
            error.retry_after = nonsense
            self.assertLessEqual(get_back_off(job, error), 86_400)

    def test_gives_up_after_the_set_attempts(self):
        self.connector.max_attempts = 2
        self.answer_with(NetworkError("No answer."))
        job = self.enqueue(1)
        for _attempt in range(2):
            job.next_try = self.env.cr.now() - timedelta(days=1)
            self.run_lane()
        self.assertEqual(job.state, "failed")

    def test_rate_limit_waits_as_long_as_asked(self):
        self.answer_with(RateLimitError("Slow down.", retry_after=120))
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "retrying")
        self.assertGreaterEqual(job.next_try - job.started_at, timedelta(seconds=120))

    def test_validation_is_never_retried(self):
        self.answer_with(ValidationError("The VAT number is not valid."))
        job = self.enqueue(1)
        self.run_lane()
        self.run_lane()
        self.assertEqual(job.state, "failed")
        self.assertEqual(job.error_message, "The VAT number is not valid.")
        self.assertEqual(len(FakeClient.calls), 1)

    def test_part_of_a_batch_fails(self):
        FakeClient.answer = staticmethod(
            lambda request: (
                ValidationError("Wrong.")
                if request["value"] == 2
                else {"id": request["value"]}
            )
        )
        jobs = self.enqueue(1, 2, 3)
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "failed", "done"])

    def test_only_what_failed_is_tried_again(self):
        failing = {2: NetworkError("Busy."), 3: OutcomeUnknownError("Lost.")}
        FakeClient.answer = staticmethod(
            lambda request: failing.pop(request["value"], {"id": request["value"]})
        )
        jobs = self.enqueue(1, 2, 3, 4)
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "retrying", "retrying", "done"])
        jobs.next_try = self.env.cr.now() - timedelta(days=1)
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        calls = [[item["value"] for item in call] for call in FakeClient.calls]
        self.assertEqual(calls, [[1, 2, 3, 4], [2, 3]])

    def test_authentication_stops_the_connector(self):
        self.answer_with(AuthenticationError("Key refused."))
        jobs = self.enqueue(1, 2)
        self.run_lane()
        self.assertEqual(self.connector.state, "error")
        self.assertEqual(self.connector.error_message, "Key refused.")
        self.assertEqual(len(self.connector.activity_ids), 1)
        self.assertEqual(jobs.mapped("state"), ["waiting", "waiting"])
        self.run_lane()
        self.assertEqual(len(FakeClient.calls), 1, "nothing is sent while stopped")
        self.answer_with(None)
        self.connector.write({"state": "tested"})
        self.connector.action_start()
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "done"])

    def test_tested_after_an_error_it_goes_on_collecting(self):
        """Found by a campaign of faults: what was won between test and start was lost."""
        self.connector.state = "error"
        self.assertTrue(self.connector._is_collecting())
        self.connector._run_test()
        self.assertEqual(self.connector.state, "paused")
        self.assertTrue(self.connector._is_collecting())

    def test_paused_connector_collects(self):
        self.connector.action_pause()
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "waiting")
        self.assertFalse(FakeClient.calls)
        self.connector.action_start()
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_mapping_error_waits_and_goes_on_by_itself(self):
        product = self.env["product.product"].create({"name": "Desk"})
        self.answer_with(
            MappingError("Map Desk.", model="product.product", ids=product.ids), None
        )
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "attention")
        jobs = self.env["integration.job"]
        self.assertFalse(
            jobs._wake_for(self.connector, "product.product", [product.id + 1])
        )
        self.assertEqual(
            jobs._wake_for(self.connector, "product.product", product.ids), job
        )
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_ambiguous_match_keeps_its_candidates(self):
        self.answer_with(
            AmbiguousMatchError("Two.", candidates=[{"id": "1"}, {"id": "2"}])
        )
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual(job.state, "attention")
        self.assertEqual(len(job.error_detail["candidates"]), 2)

    def test_unknown_outcome_is_retried(self):
        self.answer_with(OutcomeUnknownError("Answer lost."), None)
        job = self.enqueue(1)
        self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("retrying", "outcome_unknown"))

    def test_defect_of_a_client_fails_its_batch_alone(self):
        def answer(request):
            raise ZeroDivisionError()

        FakeClient.answer = staticmethod(answer)
        job = self.enqueue(1)
        with self.assertLogs("odoo.addons.integration_hub", "ERROR"):
            self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("failed", "internal"))

    def test_answer_survives_a_failing_apply(self):
        handler_class = self.registry["integration.handler.fake_push"]
        job = self.enqueue(1)
        with (
            patch.object(handler_class, "_apply", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.integration_hub", "ERROR"),
        ):
            self.run_lane()
        self.assertEqual(job.state, "failed")
        self.assertEqual(job.answer, {"value": {"id": 1}})
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(FakeClient.calls), 1, "the call is not made again")

    def test_one_bad_answer_does_not_hold_up_the_others(self):
        handler_class = self.registry["integration.handler.fake_push"]
        jobs = self.enqueue(1, 2, 3)
        original = handler_class._apply

        def apply(handler, flow, results):
            if any(answer["id"] == 2 for _job, answer in results):
                raise ZeroDivisionError()
            return original(handler, flow, results)

        with (
            patch.object(handler_class, "_apply", apply),
            self.assertLogs("odoo.addons.integration_hub", "ERROR"),
        ):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "failed", "done"])

    def test_one_that_cannot_be_prepared_does_not_hold_up_the_others(self):
        handler_class = self.registry["integration.handler.fake_push"]
        jobs = self.enqueue(1, 2, 3)

        def prepare(handler, flow, jobs):
            if any(job.payload["value"] == 2 for job in jobs):
                raise ZeroDivisionError()
            return {job: job.payload for job in jobs}

        with (
            patch.object(handler_class, "_prepare", prepare),
            self.assertLogs("odoo.addons.integration_hub", "ERROR"),
        ):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "failed", "done"])
        self.assertEqual(FakeClient.calls, [[{"value": 1}, {"value": 3}]])

    def test_newer_change_replaces_a_running_one_that_fails(self):
        old = self.enqueue(1, key="same")
        old.write({"state": "running", "lane": "gone", "lease_until": "2020-01-01"})
        newer = self.enqueue(2, key="same")
        self.assertNotEqual(old, newer)
        self.run_lane()
        self.assertEqual((old.state, newer.state), ("cancelled", "done"))
        self.assertEqual(FakeClient.calls, [[{"value": 2}]])

    def test_external_ids_are_bound_once(self):
        partner = self.env["res.partner"].create({"name": "Customer"})
        self.enqueue(7, record=partner)
        self.run_lane()
        external_ids = self.env["integration.external.id"]
        self.assertEqual(
            external_ids._get_remote_ids(self.connector, "record", partner),
            {partner.id: "7"},
        )
        self.enqueue(8, record=partner)
        self.run_lane()
        self.assertEqual(
            external_ids._get_remote_ids(self.connector, "record", partner),
            {partner.id: "8"},
        )
        self.assertEqual(
            external_ids._get_local_ids(
                self.connector, "record", "res.partner", ["8", "9"]
            ),
            {"8": partner.id},
        )

    def test_cancel(self):
        job = self.enqueue(1)
        job.action_cancel()
        self.run_lane()
        self.assertEqual(job.state, "cancelled")
        self.assertFalse(FakeClient.calls)

    def test_blocked_job_goes_on_after_the_other(self):
        first, second = self.enqueue(1), self.enqueue(2)
        second.blocked_by_id = first
        self.answer_with(ValidationError("No."), None)
        self.run_lane()
        self.assertEqual((first.state, second.state), ("failed", "waiting"))
        first.action_retry()
        self.run_lane()
        self.assertEqual((first.state, second.state), ("done", "done"))

    def test_concurrent_change_is_no_failure(self):
        """Somebody else wrote the same rows: the effects are applied again, in a new
        transaction, without a second call."""
        handler_class = self.registry["integration.handler.fake_push"]
        job = self.enqueue(1)
        original, calls = handler_class._apply, []

        def apply(handler, flow, results):
            calls.append(results)
            if len(calls) < 3:
                raise SerializationFailure()
            return original(handler, flow, results)

        with patch.object(handler_class, "_apply", apply):
            self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertEqual((len(calls), len(FakeClient.calls)), (3, 1))

    def test_failing_notice_leaves_the_failure_visible(self):
        handler_class = self.registry["integration.handler.fake_push"]
        self.answer_with(ValidationError("No."))
        job = self.enqueue(1)
        with (
            patch.object(handler_class, "_on_problem", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.integration_hub", "ERROR"),
        ):
            self.run_lane()
        self.assertEqual(job.state, "failed")

    def test_exchanges_are_kept_with_their_jobs(self):
        """Two jobs of one batch share its exchanges."""
        jobs = self.enqueue(1, 2)
        exchange = Exchange("store", "POST", "http://x", "{}", 1.0, status=200)
        with patch.object(FakeClient, "store", autospec=True) as store:
            store.side_effect = lambda client, requests: (
                client.exchanges.append(exchange) or [{"id": 1}, {"id": 2}]
            )
            self.run_lane()
        kept = self.env["integration.exchange"].search([("batch", "=", jobs[0].batch)])
        self.assertEqual(len(kept), 1)
        self.assertEqual(kept.job_ids, jobs)
        self.assertTrue(self.connector.last_contact)

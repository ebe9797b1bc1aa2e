from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client import (
    AmbiguousMatchError,
    AuthenticationError,
    Exchange,
    NetworkError,
    ValidationError,
)
from ..models import integration_lane, lane_run
from ..models.job_batch import JobBatch
from .common import FakeClient, HubCase

SETTLE = "odoo.addons.integration_hub.models.batch_settle"
RUN = "odoo.addons.integration_hub.models.lane_run"


@tagged("post_install", "-at_install")
class TestSettle(HubCase):
    """Whatever one system answers, nothing is lost, and the others go on."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.partner = self.env["res.partner"].create({"name": "Customer"})

    def answer_with(self, answer):
        FakeClient.answer = staticmethod(
            lambda request: (
                answer if request["value"] == 1 else {"id": request["value"]}
            )
        )

    def queue_two(self):
        return self.enqueue(1, record=self.partner) | self.enqueue(2)

    # -- what a database can't keep ---------------------------------------------------

    def test_answer_with_characters_that_cannot_be_kept(self):
        self.answer_with({"id": "7\x00\ud83d", "na\x00me": ["\x00", "Ünï 🪑"]})
        jobs = self.queue_two()
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "done"])
        self.assertEqual(jobs[0].answer, {"value": {"id": "7", "name": ["", "Ünï 🪑"]}})
        self.assertEqual(
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "record", self.partner
            ),
            {self.partner.id: "7"},
        )

    def test_error_with_characters_that_cannot_be_kept(self):
        candidate = {"id": "1", "name": "A\x00B"}
        for error, state in (
            (ValidationError("No\x00.", "page \x00\ud83d"), "failed"),
            (NetworkError("No\x00.", "page \x00"), "retrying"),
            (AmbiguousMatchError("No\x00.", candidates=[candidate]), "attention"),
        ):
            with self.subTest(error.kind):
                self.answer_with(error)
                jobs = self.queue_two()
                self.run_lane()
                self.assertEqual(jobs.mapped("state"), [state, "done"])
                self.assertEqual(jobs[0].error_message, "No.")
                jobs[0].action_cancel()

    def test_exchange_with_characters_that_cannot_be_kept(self):
        exchange = Exchange(
            "store\x00",
            "POST",
            "http://x",
            "{\x00}",
            1.0,
            200,
            "a\x00b",
            0.1,
            "",
            "\x00",
        )
        jobs = self.queue_two()
        with patch.object(FakeClient, "store", autospec=True) as store:
            store.side_effect = lambda client, requests: (
                client.exchanges.append(exchange) or [{"id": 1}, {"id": 2}]
            )
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "done"])
        kept = self.env["integration.exchange"].search([("batch", "=", jobs[0].batch)])
        self.assertEqual((kept.operation, kept.response), ("store", "ab"))

    def test_answer_that_is_no_json_stops_its_own_job(self):
        self.answer_with({"id": 1, "raw": {(1, 2): 3}})
        jobs = self.queue_two()
        with mute_logger(SETTLE):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["failed", "done"])
        self.assertEqual(jobs[0].error_kind, "internal")

    def test_answer_that_no_client_understands_leaves_the_outcome_open(self):
        """A record may have been made: a person who retries at once gets no second one."""

        def store(client, requests):
            client.may_have_changed = has_changed
            raise ZeroDivisionError()

        for has_changed in (True, False):
            jobs = self.queue_two()
            with (
                self.subTest(has_changed=has_changed),
                patch.object(FakeClient, "store", store),
                mute_logger("odoo.addons.integration_hub.models.batch_steps"),
            ):
                self.run_lane()
                self.assertEqual(set(jobs.mapped("error_kind")), {"internal"})
                self.assertEqual(
                    jobs.mapped(lambda job: bool(job.unsettled_until)),
                    [has_changed] * 2,
                )
            jobs.unsettled_until = False
            jobs.action_cancel()

    # -- what fails after the answer is there -----------------------------------------

    def failing_log(self):
        """The exchange log can't be written."""
        connector_class = self.registry["integration.exchange"]
        exchange = Exchange("store", "POST", "http://x", "{}", 1.0, status=200)
        store = FakeClient.store

        def store_and_note(client, requests):
            client.exchanges.append(exchange)
            return store(client, requests)

        self.startPatcher(patch.object(FakeClient, "store", store_and_note))
        return patch.object(connector_class, "_log", side_effect=ZeroDivisionError)

    def test_answers_are_committed_before_anything_else_can_fail(self):
        jobs = self.queue_two()
        with self.failing_log(), mute_logger(SETTLE):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done", "done"])
        self.assertEqual(jobs.mapped("crashes"), [0, 0])
        self.assertEqual(len(FakeClient.calls), 1)

    def test_problems_are_written_though_the_log_fails(self):
        self.answer_with(ValidationError("No."))
        jobs = self.queue_two()
        with self.failing_log(), mute_logger(SETTLE):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["failed", "done"])
        self.assertEqual(jobs[0].error_message, "No.")

    def test_problem_that_cannot_be_written_loses_its_detail_alone(self):
        error = ValidationError("No.", "detail")
        error.to_dict = lambda: {"raw": {(1, 2): 3}}
        FakeClient.answer = staticmethod(
            lambda request: error if request["value"] == 1 else ValidationError("Nor.")
        )
        jobs = self.queue_two()
        with mute_logger(SETTLE):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["failed", "failed"])
        self.assertEqual(jobs.mapped("error_message"), ["No.", "Nor."])

    def test_batch_that_cannot_be_settled_spoils_no_other(self):
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        job = self.enqueue(1)
        self.flow = self.flow.copy({"connector_id": other.id})
        elsewhere = self.enqueue(2)
        settle = JobBatch.settle

        def settle_or_not(batch):
            if batch.turn.connector == self.connector:
                raise SerializationFailure()
            return settle(batch)

        with patch.object(JobBatch, "settle", settle_or_not), mute_logger(RUN):
            self.run_lane()
        self.assertEqual((job.state, elsewhere.state), ("running", "done"))
        self.assertEqual(elsewhere.crashes, 0)
        self.run_lane()
        self.assertEqual((job.state, job.attempts), ("done", 2), "taken up")

    # -- what the code of one system fails with ---------------------------------------

    def test_hook_that_fails_stops_its_own_connector(self):
        """Before anything is sent; the jobs stay, and go on once it is mended."""
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        mine = self.flow
        theirs = mine.copy({"connector_id": other.id})
        connector_class = self.registry["integration.connector"]
        self.connector.calls_per_day = other.calls_per_day = 1000
        for number, name in enumerate(
            ("_get_client_options", "_get_client", "_get_call_places", "_get_budget")
        ):
            with self.subTest(name):
                self.flow = mine
                job = self.enqueue(f"here {number}")
                self.flow = theirs
                elsewhere = self.enqueue(f"there {number}")
                with (
                    patch.object(connector_class, name, self.fail_for_mine(name)),
                    self.assertLogs("odoo.addons.integration_hub", "ERROR"),
                ):
                    self.run_lane()
                self.assertEqual(elsewhere.state, "done")
                self.assertEqual(
                    (job.state, self.connector.state), ("waiting", "error")
                )
                self.assertIn("unexpected error", self.connector.error_message)
                self.connector.action_start()
                self.run_lane()
                self.assertEqual(job.state, "done")

    def fail_for_mine(self, name):
        original = getattr(self.registry["integration.connector"], name)

        def fail(connector):
            if connector == self.connector:
                raise KeyError("option")
            return original(connector)

        return fail

    def test_connector_stops_though_nobody_can_be_told(self):
        """It would be called on and on with credentials that were refused."""
        self.answer_with(AuthenticationError("Key refused."))
        jobs = self.queue_two()
        connector_class = self.registry["integration.connector"]
        with (
            patch.object(
                connector_class, "activity_schedule", side_effect=ZeroDivisionError
            ),
            mute_logger(
                "odoo.addons.integration_hub.models.integration_connector_limits"
            ),
        ):
            self.run_lane()
        self.assertEqual(self.connector.state, "error")
        self.assertEqual(self.connector.error_message, "Key refused.")
        self.assertEqual(jobs.mapped("state"), ["waiting", "done"])

    def test_client_that_cannot_be_closed_spoils_nothing(self):
        job = self.enqueue(1)
        with (
            patch.object(FakeClient, "close", side_effect=ZeroDivisionError),
            mute_logger("odoo.addons.integration_hub.models.lane_desk"),
        ):
            self.run_lane()
        self.assertEqual(job.state, "done")

    # -- where the connector leads by now ---------------------------------------------

    def test_clients_go_where_the_connector_says_now(self):
        self.flow.batch_size = 1
        jobs = self.enqueue(1, 2, 3, 4, 5)
        self.startPatcher(patch.object(lane_run, "TURNS_LAST", 0.0))
        self.startPatcher(patch.object(lane_run, "TURNS_SHARE", 1e9))
        store, seen, closed = FakeClient.store, [], []

        def note(client, requests):
            seen.append((client.settings.url, client.settings.credentials["api_key"]))
            return store(client, requests)

        self.startPatcher(patch.object(FakeClient, "store", note))
        self.startPatcher(
            patch.object(FakeClient, "close", lambda client: closed.append(client))
        )
        self.connector.api_key = "old"
        handler_class = self.registry["integration.handler.fake_push"]
        apply, applied = handler_class._apply, []

        def apply_and_change(handler, flow, results):
            if not applied:
                connector = flow.connector_id.sudo()
                # the same system elsewhere
                connector = connector.with_context(integration_same_system=True)
                connector.write({"url": "http://127.0.0.1:10", "api_key": "new"})
            applied.append(results)
            return apply(handler, flow, results)

        with patch.object(handler_class, "_apply", apply_and_change):
            self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done"] * 5)
        self.assertEqual(seen[0], ("http://127.0.0.1:9", "old"))
        self.assertEqual(seen[-1], ("http://127.0.0.1:10", "new"))
        self.assertGreaterEqual(len(closed), 2)

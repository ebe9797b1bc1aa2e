"""What a connector may be asked, by all lanes together: real connections, real calls."""

import threading
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tests.common import _super_send
from odoo.tools import SQL

from ..client import HeldBackError, base, send_in_chunks
from ..models import integration_lane
from ..models.call_meter import CallMeter
from ..models.lane_run import PREPARED_LASTS, LaneRun
from .common import FakeClient, HubCase
from .test_client_base import FaultServer

CALLS = 10


class CountedClient(FakeClient):
    """One call over HTTP for each record."""

    def test_connection(self):
        self.send("test", "POST", "/")
        return self.report

    def store(self, requests):
        def send(requests):
            [request] = requests
            self.send("store", "POST", "/", body=request, changes=True)
            return super(CountedClient, self).store(requests)

        return send_in_chunks(send, [[request] for request in requests])


@tagged("post_install", "-at_install")
class TestCalls(HubCase):
    """The connector is committed, as other connections have to see it."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's own one does not understand our two time-outs
        return _super_send(session, request, **options)

    def setUp(self):
        super().setUp()
        self.server = FaultServer()
        self.server.answer(200)
        self.addCleanup(self.server.close)
        FakeClient.calls = []
        self.startPatcher(
            patch.object(
                self.registry["integration.connector"],
                "_fake_get_client_class",
                lambda connector: CountedClient,
            )
        )
        self.connector_id = self.committed(self.create_connector)
        self.addCleanup(
            self.committed,
            lambda env: env["integration.connector"].browse(self.connector_id).unlink(),
        )
        # what else is in the database is none of our business
        self.startPatcher(
            patch.object(
                self.registry["integration.lane"],
                "_get_served_condition",
                lambda lane: SQL("connector.id = %s", self.connector_id),
            )
        )

    def committed(self, do):
        with self.registry.cursor() as cursor:
            env = api.Environment(cursor, SUPERUSER_ID, {})
            result = do(env)
            env.flush_all()
        return result

    def create_connector(self, env):
        connector = env["integration.connector"].create(
            {
                "name": "ERP Counted",
                "system_type": "fake",
                "url": self.server.url,
                "state": "running",
                "batch_size": 3,
                "parallel_calls": 2,
                "calls_per_day": CALLS,
                "reserved_share": 0,
            }
        )
        self.flow_id = (
            env["integration.flow"]
            .create(
                {
                    "connector_id": connector.id,
                    "code": "fake_push",
                    "direction": "push",
                }
            )
            .id
        )
        return connector.id

    def configure(self, **values):
        self.committed(
            lambda env: (
                env["integration.connector"].browse(self.connector_id).write(values)
            )
        )

    def queue(self, count):
        self.queue_values(range(count))

    def queue_values(self, values):
        def enqueue(env):
            self.env["integration.job"].with_env(env)._enqueue(
                env["integration.flow"].browse(self.flow_id),
                [
                    {
                        "operation": "store",
                        "name": f"Value {value}",
                        "payload": {"value": value},
                        "idempotency_key": f"value-{value}",
                    }
                    for value in values
                ],
            )

        self.committed(enqueue)

    def read_jobs(self):
        return self.committed(
            lambda env: [
                (job.state, job.attempts)
                for job in env["integration.job"].search(
                    [("connector_id", "=", self.connector_id)]
                )
            ]
        )

    def work(self, lanes=2):
        """Lanes side by side, each with a connection and clients of its own."""
        together, failed = threading.Barrier(lanes), []

        def work():
            try:
                with self.registry.cursor() as cursor:
                    env = api.Environment(cursor, SUPERUSER_ID, {})
                    together.wait(10)
                    self.work_in(env)
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _number in range(lanes)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(failed)

    def work_in(self, env):
        """What one lane does."""
        run = LaneRun(env["integration.lane"], time.monotonic() + 30)
        try:
            run.work()
        finally:
            run.close()

    def get_sent(self):
        return sorted(call[0]["value"] for call in FakeClient.calls)

    def get_calls(self):
        return self.committed(
            lambda env: env["integration.usage"]._get_today(
                env["integration.connector"].browse(self.connector_id)
            )
        )

    def end_day(self):
        self.committed(
            lambda env: env.cr.execute(
                "UPDATE integration_usage SET day = day - 1 WHERE connector_id = %s",
                [self.connector_id],
            )
        )

    # -- the daily budget -------------------------------------------------------------

    def test_budget_is_a_ceiling(self):
        """Whoever comes at the same time: what was answered is kept, the rest goes on the
        next day, and nothing goes out twice."""
        self.queue(16)
        self.work()
        self.assertEqual(len(self.server.requests), CALLS)
        self.assertEqual(self.get_calls(), CALLS)
        states = self.read_jobs()
        self.assertEqual(states.count(("done", 1)), CALLS)
        self.assertEqual(states.count(("waiting", 0)), 16 - CALLS)
        self.end_day()
        self.work()
        self.assertEqual(self.get_sent(), list(range(16)))
        self.assertEqual(self.get_calls(), 16 - CALLS)
        self.assertEqual({state for state, _attempts in self.read_jobs()}, {"done"})

    def test_share_of_won_deals_is_left_to_them(self):
        self.configure(reserved_share=40)
        self.queue(16)
        self.work()
        self.assertEqual(len(self.server.requests), 6)
        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(handler_class, "_carries_deals", True):
            self.work()
        self.assertEqual(len(self.server.requests), CALLS)

    def test_budget_rests_nobody(self):
        """More is left for won deals: the connector goes on."""
        self.configure(reserved_share=40)
        self.queue(16)
        self.work(lanes=1)
        resting, failures = self.committed(
            lambda env: (
                env["integration.connector"]
                .browse(self.connector_id)
                .mapped(lambda own: (own.resting_until, own.failures_in_a_row))[0]
            )
        )
        self.assertEqual((resting, failures), (False, 0))

    def test_tests_of_the_connection_count(self):
        def test(env):
            env["integration.connector"].browse(self.connector_id)._run_test()

        self.committed(test)
        self.assertEqual(self.get_calls(), 1)
        self.configure(calls_per_day=1)
        self.committed(test)
        self.assertEqual(len(self.server.requests), 1)
        message = self.committed(
            lambda env: (
                env["integration.connector"].browse(self.connector_id).error_message
            )
        )
        self.assertIn("calls of the day are used up", message)

    def test_no_limit_costs_nothing(self):
        self.configure(calls_per_day=0)
        self.queue(3)
        with patch.object(CallMeter, "__call__", side_effect=AssertionError):
            self.work(lanes=1)
        self.assertEqual(len(self.server.requests), 3)

    # -- what another lane was told ---------------------------------------------------

    def test_what_is_prepared_does_not_go_out_any_more(self):
        """Another lane has been told to leave the system alone, has found it failing, or a
        person has stopped it, while our call before was under way."""
        in_a_minute = self.env["integration.lane"]._now() + timedelta(seconds=60)
        for number, (values, sizes) in enumerate(
            (
                ({"resting_until": in_a_minute}, [3]),
                ({"state": "paused"}, [3]),
                # one job finds out how it is, then the others go
                ({"failures_in_a_row": 5}, [3, 1]),
            )
        ):
            with self.subTest(values):
                self.configure(
                    **{"resting_until": False, "failures_in_a_row": 0},
                    **{"state": "running", "parallel_calls": 1, "calls_per_day": 0},
                )
                self.run_with_second_batch_prepared(
                    [10 * number + value for value in range(6)],
                    lambda values=values: self.configure(**values),
                )
                self.assertEqual(self.sizes[: len(sizes)], sizes)
                if len(sizes) == 1:
                    self.assertEqual(self.sizes, sizes)
                    self.assertEqual(self.read_jobs().count(("waiting", 0)), 3)
                    self.committed(
                        lambda env: (
                            env["integration.job"]
                            .search(
                                [
                                    ("connector_id", "=", self.connector_id),
                                    ("state", "=", "waiting"),
                                ]
                            )
                            .action_cancel()
                        )
                    )

    def run_with_second_batch_prepared(self, values, meanwhile):
        """
        :param meanwhile: callable: what happens once the second batch is ready, before the
            first is answered
        """
        is_second_ready = self.note_second_batch()
        self.sizes, was_ready = [], []

        def store(client, requests):
            self.sizes.append(len(requests))
            if len(self.sizes) == 1:
                was_ready.append(is_second_ready.wait(10))
                meanwhile()
                time.sleep(2 * PREPARED_LASTS)
            return store_each(client, requests)

        store_each = CountedClient.store
        self.queue_values(values)
        with (
            patch.object(CountedClient, "store", store),
            patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0),
        ):
            self.work(lanes=1)
        self.assertEqual(was_ready, [True])

    def test_used_up_by_a_good_answer_is_known_to_all(self):
        """The clients of other processes have not seen that answer."""
        self.configure(calls_per_day=0)
        self.server.answer(200, X_RateLimit_Remaining="0", X_RateLimit_Reset="90")
        self.queue(1)
        before = self.env["integration.lane"]._now()
        with patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0):
            self.work(lanes=1)
        self.assertEqual(self.read_jobs(), [("done", 1)])
        [until] = self.committed(
            lambda env: (
                env["integration.connector"]
                .browse(self.connector_id)
                .mapped("resting_until")
            )
        )
        self.assertGreater(until, before + timedelta(seconds=80))

    # -- calls per second -------------------------------------------------------------

    def get_client(self):
        return self.committed(
            lambda env: (
                env["integration.connector"].browse(self.connector_id)._get_client()
            )
        )

    def test_calls_per_second_are_kept_by_all_clients_together(self):
        """Wherever they are: each is told when it is its turn, ten seconds after the one
        before."""
        self.configure(calls_per_second=0.1, calls_per_day=0)
        together, turns = threading.Barrier(2), []

        def take(meter):
            together.wait(10)
            for _number in range(5):
                wait = meter(False, 1000.0)
                turns.append(time.monotonic() + wait)

        threads = [
            threading.Thread(target=take, args=[self.get_client().settings.meter])
            for _number in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        turns.sort()
        self.assertEqual(len(turns), 10)
        for before, after in zip(turns, turns[1:], strict=False):
            self.assertAlmostEqual(after - before, 10, delta=1)

    def test_new_client_does_not_begin_anew(self):
        self.configure(calls_per_second=0.1)
        slept = []
        with patch.object(base.time, "sleep", slept.append):
            for _number in range(3):
                with self.get_client() as client:
                    client.send("test", "POST", "/")
        self.assertEqual([round(seconds, -1) for seconds in slept], [10, 20])

    def test_nor_does_a_new_day(self):
        self.configure(calls_per_second=0.1)
        meter = self.get_client().settings.meter
        self.assertEqual(meter(False, 60), 0)
        self.end_day()
        self.assertAlmostEqual(meter(False, 60), 10, delta=1)

    def test_turn_that_comes_too_late_is_not_taken(self):
        """Else those who have no time left would push it away from all others."""
        self.configure(calls_per_second=0.1)
        with self.get_client() as client:
            client.send("test", "POST", "/")
            client.keep_to(time.monotonic() + 5, time.monotonic() + 50)
            for _number in range(3):
                with self.assertRaises(HeldBackError) as caught:
                    client.send("test", "POST", "/")
                self.assertAlmostEqual(caught.exception.retry_after, 10, delta=1)
        self.assertEqual(self.get_calls(), 1)

    def test_who_has_to_wait_waits_as_if_not_tried(self):
        self.configure(calls_per_second=0.01)
        self.queue(4)
        self.work(lanes=1)
        self.assertEqual(len(self.server.requests), 1)
        states = self.read_jobs()
        self.assertEqual(states.count(("done", 1)), 1)
        self.assertEqual(states.count(("waiting", 0)), 3)

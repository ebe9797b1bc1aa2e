import threading
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from ..models import integration_lane, integration_lane_connection, lane_run
from ..models.lane_desk import Desk
from ..models.lane_locks import PLACE_CLASS, WANTED_CLASS, call_place
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestCallsAtOnce(HubCase):
    """A system that takes one call at a time gets one, whoever makes it."""

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        self.connector.max_calls_at_once = 1
        self.place = [PLACE_CLASS, self.connector.id * 1000]
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def elsewhere(self):
        """Cursor of another process."""
        return db_connect(self.env.cr.dbname).cursor()

    def is_free(self):
        with self.elsewhere() as other:
            other.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", self.place)
            return other.fetchone()[0]

    # -- tests of the connection ------------------------------------------------------

    def test_test_of_the_connection_takes_a_place(self):
        seen = []

        def test_connection(client):
            seen.append(self.is_free())
            return FakeClient.report

        self.startPatcher(patch.object(FakeClient, "test_connection", test_connection))
        self.connector.action_test_connection()
        self.test_connections()
        self.assertEqual(seen, [False])
        self.assertTrue(self.is_free(), "and leaves it")

    def test_preview_takes_a_place(self):
        seen = []
        self.startPatcher(
            patch.object(
                self.registry["integration.connector"],
                "_preview",
                lambda connector, client: seen.append(self.is_free()) or [],
            )
        )
        self.connector.action_preview()
        self.test_connections()
        self.assertEqual(seen, [False])

    def test_test_waits_for_its_turn(self):
        """Not for ever: other connections are to be tested, it comes back."""
        other = self.connector.copy({"name": "ERP South"})
        (self.connector | other).action_test_connection()
        lane_class = self.registry["integration.lane"]
        self.startPatcher(
            patch.object(integration_lane_connection, "WAIT_FOR_PLACE", 0.3)
        )
        with (
            patch.object(lane_class, "_wake_up_to_test", autospec=True) as come_back,
            self.elsewhere() as lane,
        ):
            lane.execute("SELECT pg_advisory_xact_lock(%s, %s)", self.place)
            self.test_connections()
            self.assertEqual(
                (self.connector.is_testing, other.is_testing), (True, False)
            )
            self.assertEqual(come_back.call_count, 1)
        self.test_connections()
        self.assertFalse(self.connector.is_testing)
        self.assertEqual(
            (self.connector.test_tries, self.connector.state), (0, "running")
        )

    # -- lanes ------------------------------------------------------------------------

    def test_lane_leaves_a_place_to_whoever_waits(self):
        """... once the call that is under way has ended; then it goes on."""
        self.startPatcher(patch.object(lane_run, "LEAVE_EVERY", 0.0))
        self.flow.batch_size = 1
        jobs = self.enqueue(*range(1, 6))
        done, seen, is_asked = [], [], threading.Event()
        leave_one = Desk.leave_one

        def note(desk):
            leave_one(desk)
            is_asked.set()

        self.startPatcher(patch.object(Desk, "leave_one", note))

        def wait_for_place():
            with self.elsewhere() as test:
                connector = self.connector.with_env(self.env(cr=test))
                with call_place(connector, 10) as is_taken:
                    seen.append((is_taken, list(done)))

        limits = patch.object(type(self.connector), "_get_call_places", lambda own: 1)
        self.startPatcher(limits)
        waiter = threading.Thread(target=wait_for_place)

        def answer(request):
            if request["value"] == 1:
                waiter.start()
                is_asked.wait(10)
            done.append(request["value"])
            return {"id": request["value"]}

        FakeClient.answer = staticmethod(answer)
        self.run_lane()
        waiter.join(20)
        self.assertEqual(seen, [(True, [1])], "the call that was under way, no other")
        self.assertNotIn("running", jobs.mapped("state"), "what was prepared is free")
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(len(FakeClient.calls), 5)
        self.assertFalse(jobs.filtered("unsettled_until"))
        self.assertTrue(self.is_free())

    def test_nobody_else_is_stopped(self):
        """Who waits for a place of one system takes none of another's."""
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        with self.elsewhere() as test:
            test.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [WANTED_CLASS, other.id]
            )
            job = self.enqueue(1)
            self.run_lane()
        self.assertEqual(job.state, "done")

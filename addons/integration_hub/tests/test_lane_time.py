import time
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models.ir_cron import IrCron

from ..models import integration_lane
from ..models.ir_cron_worker import get_begin_of_work
from .common import HubCase

LIMITS = {"limit_time_real": 120, "limit_time_real_cron": -1, "limit_time_cpu": 0}


@tagged("post_install", "-at_install")
class TestLaneTime(HubCase):
    """Servers end a worker that is at work for too long without a break."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        self.startPatcher(patch.dict(config.options, LIMITS))
        self.crons = self.env["integration.lane"]._get_lane_crons()

    def at_work_for(self, seconds):
        """The worker of this thread has been running scheduled actions for so long."""
        return patch.object(
            integration_lane,
            "get_begin_of_work",
            lambda: time.monotonic() - seconds,
        )

    def count_triggers(self):
        domain = [("cron_id", "in", self.crons.ids)]
        return self.env["ir.cron.trigger"].search_count(domain)

    def test_lanes_of_one_worker_share_its_time(self):
        job = self.enqueue(1)
        self.env["ir.cron.trigger"].search([]).unlink()
        with self.at_work_for(seconds=61):
            self.assertEqual(self.run_lane(), 0)
        self.assertEqual(job.state, "waiting")
        self.assertEqual(self.count_triggers(), len(self.crons), "they come back")
        with self.at_work_for(seconds=30):
            self.assertEqual(self.run_lane(), 1)
        self.assertEqual(job.state, "done")

    def test_a_last_call_may_take_as_long_again(self):
        lane = self.env["integration.lane"]
        with self.at_work_for(seconds=50):
            left = lane._get_deadline() - time.monotonic()
        self.assertAlmostEqual(left, 10, delta=1)
        self.connector.read_timeout = 600
        self.assertEqual(self.connector._get_read_timeout(), 60)

    def test_limits_of_the_server(self):
        lane = self.env["integration.lane"]
        for limits, seconds in (
            ({}, 60),
            ({"limit_time_real": 3600}, 60),
            ({"limit_time_real": 0}, 60),
            ({"limit_time_real_cron": 40}, 20),
            ({"limit_time_cpu": 60}, 45),
            ({"limit_time_cpu": 60, "limit_time_real_cron": 40}, 20),
        ):
            with self.subTest(limits), patch.dict(config.options, limits):
                left = lane._get_deadline() - time.monotonic()
                self.assertAlmostEqual(left, seconds, delta=1)

    def test_worker_begins_with_the_first_action_that_was_ready(self):
        seen = []
        note = classmethod(lambda cls, cursor, job: seen.append(get_begin_of_work()))
        crons = self.registry["ir.cron"]
        with patch.object(IrCron, "_process_job", note):
            for actions in (2, 1):
                cursor = SimpleNamespace(closed=False)
                for _action in range(actions):
                    crons._process_job(cursor, {})
                cursor.closed = True
                self.assertIsNone(get_begin_of_work(), "what follows is not of a cron")
        first, second, later = seen
        self.assertEqual(first, second)
        self.assertGreater(later, first)

"""The hub's own tests: the same promises, kept by the workers of queue_job."""

from odoo.tests import tagged

from odoo.addons.integration_hub.tests import (
    test_batches,
    test_cancel,
    test_catch_up,
    test_crash,
    test_engine,
    test_lane_run,
    test_limits,
    test_order,
    test_replay,
    test_suspects,
)

from .common import QueueJobCase


@tagged("post_install", "-at_install")
class TestEngineOnQueueJob(QueueJobCase, test_engine.TestEngine):
    pass


@tagged("post_install", "-at_install")
class TestLimitsOnQueueJob(QueueJobCase, test_limits.TestLimits):
    pass


@tagged("post_install", "-at_install")
class TestOrderOnQueueJob(QueueJobCase, test_order.TestOrder):
    pass


@tagged("post_install", "-at_install")
class TestCrashOnQueueJob(QueueJobCase, test_crash.TestCrash):
    pass


@tagged("post_install", "-at_install")
class TestLaneRunOnQueueJob(QueueJobCase, test_lane_run.TestLaneRun):
    pass


@tagged("post_install", "-at_install")
class TestCatchUpOnQueueJob(QueueJobCase, test_catch_up.TestCatchUp):
    pass


@tagged("post_install", "-at_install")
class TestReplayOnQueueJob(QueueJobCase, test_replay.TestReplay):
    pass


@tagged("post_install", "-at_install")
class TestCancelOnQueueJob(QueueJobCase, test_cancel.TestCancel):
    pass


@tagged("post_install", "-at_install")
class TestSuspectsOnQueueJob(QueueJobCase, test_suspects.TestSuspects):
    pass


@tagged("post_install", "-at_install")
class TestBatchesOnQueueJob(QueueJobCase, test_batches.TestBatches):
    pass

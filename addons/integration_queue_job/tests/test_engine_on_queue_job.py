from odoo.tests import tagged

from odoo.addons.integration_hub.tests import test_engine, test_limits

from .common import QueueJobCase


@tagged("post_install", "-at_install")
class TestEngineOnQueueJob(QueueJobCase, test_engine.TestEngine):
    """The hub's own tests: the same promises, kept by the workers of queue_job."""


@tagged("post_install", "-at_install")
class TestLimitsOnQueueJob(QueueJobCase, test_limits.TestLimits):
    pass

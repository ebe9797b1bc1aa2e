from unittest import SkipTest

from odoo.tests import tagged

from odoo.addons.integration_sale.tests import test_any_sequence
from odoo.addons.integration_sale.tests.test_any_sequence import (
    EXAMPLES,
    LOOKS_ELSEWHERE,
)


@tagged("post_install", "-at_install")
class TestAnySequenceOnQueueJob(test_any_sequence.TestAnySequence):
    """Whatever people do and whatever breaks: the same promises, kept by runs that queue_job starts."""

    # the scheduled actions play more of each system
    examples = EXAMPLES if LOOKS_ELSEWHERE else 2

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "queue.job" not in cls.env:
            raise SkipTest("OCA queue_job is not installed")

    def setUp(self):
        super().setUp()
        self.connector.runner = "queue_job"
        self.runs = 0

    def run_lane(self):
        """The scheduled actions find what a dead run has left, and ask for runs; these do the work, and are killed."""
        at_commit, self.at_commit = self.at_commit, None
        super().run_lane()
        self.at_commit = at_commit
        runs = self.env["queue.job"].search(
            [
                ("model_name", "=", "integration.lane"),
                ("method_name", "=", "_run_queue_job"),
                ("state", "=", "pending"),
            ]
        )
        self.runs += len(runs)
        connectors = runs.mapped("args")
        # one that has begun is none any more that is still to come
        runs.unlink()
        for [connector_id] in connectors:
            try:
                with self.registry.cursor() as cursor:
                    self.env(cr=cursor)["integration.lane"]._run_queue_job(connector_id)
            except test_any_sequence.Endless:
                raise AssertionError("A lane goes round and round.") from None
        self.env.invalidate_all()

    def play(self, opening):
        self.runs = 0
        super().play(opening)
        self.assertTrue(self.runs, "the work was done elsewhere")

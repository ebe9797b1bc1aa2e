"""Faults between this CRM and real ERPs, with the connector's work done by jobs of OCA queue_job."""

import time
from unittest import SkipTest

from odoo import fields
from odoo.tests import tagged

from .erp_case import ErpCase
from .fault_mixin import FaultSteps


class FaultsOnQueueJob(FaultSteps):
    """The runs that are asked for do all the work: no scheduled action looks after any that got lost."""

    @classmethod
    def connect(cls):
        if "queue.job" not in cls.env:
            raise SkipTest("OCA queue_job is not installed")
        super().connect()
        cls.connector.runner = "queue_job"

    def setUp(self):
        super().setUp()
        self.performed = 0

    def run_lane(self):
        """What queue_job's workers do, at the moment that each run has been asked for."""
        # importing it where it is not installed would be a mistake
        from odoo.addons.queue_job.job import Job

        self.commit()
        runs = self.env["queue.job"].search(
            [
                ("model_name", "=", "integration.lane"),
                ("method_name", "=", "_run_queue_job"),
                ("state", "=", "pending"),
                "|",
                ("eta", "=", False),
                ("eta", "<=", fields.Datetime.now()),
            ]
        )
        for run in runs:
            run.state = "started"
            self.env.flush_all()
            with self.enter_registry_test_mode():
                Job.load(self.env, run.uuid).perform()
            run.state = "done"
        self.performed += len(runs)
        self.env.invalidate_all()
        if not runs:
            time.sleep(0.1)

    def test_faults(self):
        self.strike_all(
            ("request dropped", "order"),
            ("answer dropped", "order"),
            ("429", "order"),
        )
        self.assertTrue(self.performed)


@tagged("post_install", "-at_install")
class TestFaultsOdooOnQueueJob(FaultsOnQueueJob, ErpCase):
    kind = "odoo"


@tagged("post_install", "-at_install")
class TestFaultsTrytonOnQueueJob(FaultsOnQueueJob, ErpCase):
    kind = "tryton"

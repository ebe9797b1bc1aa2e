from datetime import timedelta

from odoo.tests import new_test_user, tagged

from ..models.integration_connector import COMMON_CHANNEL, OWN_CHANNEL
from .common import QueueJobCase


@tagged("post_install", "-at_install")
class TestChannels(QueueJobCase):
    """Runs are many: they go after a day."""

    runner = OWN_CHANNEL

    def get_channel(self, connector):
        return self.env["queue.job.channel"].search(
            [("complete_name", "=", connector.runner_channel)]
        )

    def finish_run(self, days):
        self.forget_runs()
        self.enqueue(f"{days} days old")
        run = self.get_runs()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE queue_job SET state = 'done', date_done = %s WHERE id = %s",
            [self.env.cr.now() - timedelta(days=days), run.id],
        )
        run.invalidate_recordset()
        return run

    def test_runs_go_after_a_day(self):
        old, young = self.finish_run(2), self.finish_run(0.5)
        self.env["queue.job"]._gc_old_jobs()
        self.assertEqual((old | young).exists(), young)

    def test_connector_from_before_there_were_channels(self):
        self.get_channel(self.connector).unlink()
        old = self.finish_run(2)
        self.env["queue.job"]._gc_old_jobs()
        self.assertFalse(old.exists())
        self.assertEqual(self.get_channel(self.connector).removal_interval, 1)

    def test_interval_that_somebody_has_set_stays(self):
        self.get_channel(self.connector).removal_interval = 5
        old = self.finish_run(2)
        self.connector.write({"runner": "cron"})
        self.connector.write({"runner": OWN_CHANNEL})
        self.env["queue.job"]._gc_old_jobs()
        self.assertTrue(old.exists())

    def test_new_connector(self):
        """Made by somebody who has no rights on the job queue."""
        administrator = new_test_user(
            self.env,
            "channel_addy",
            "base.group_user,integration_hub.group_integration_administrator",
        )
        connectors = self.env["integration.connector"].with_user(administrator)
        values = {"name": "New", "system_type": "fake", "runner": OWN_CHANNEL}
        self.assertTrue(self.get_channel(connectors.create(values)))
        common = connectors.create({**values, "runner": "queue_job"})
        self.assertEqual(self.get_channel(common).complete_name, COMMON_CHANNEL)

    def test_runs_of_the_common_channel_go_as_well(self):
        self.connector.runner = "queue_job"
        old, young = self.finish_run(2), self.finish_run(0.5)
        self.assertEqual((old | young).mapped("channel"), [COMMON_CHANNEL] * 2)
        self.env["queue.job"]._gc_old_jobs()
        self.assertEqual((old | young).exists(), young)

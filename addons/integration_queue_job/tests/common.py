from odoo.addons.integration_hub.tests.common import HubCase
from odoo.addons.queue_job.job import Job

# what queue_job has been asked for and has not begun
RUNS = [
    ("model_name", "=", "integration.lane"),
    ("method_name", "=", "_run_queue_job"),
    ("state", "=", "pending"),
]


class QueueJobCase(HubCase):
    """Runs lanes the way queue_job does, within the test."""

    #: tests that do what nobody is told of, such as killing a lane or moving a clock: the
    #: scheduled actions find out within a minute. All others have to do without them.
    looked_after = ()
    #: in the common channel, or in one of its own
    runner = "queue_job"

    def setUp(self):
        super().setUp()
        self.connector.runner = self.runner
        self.forget_runs()

    def get_runs(self):
        """What queue_job has been asked for and has not begun, as it commits."""
        self.env.cr.flush()
        return self.env["queue.job"].search(RUNS)

    def forget_runs(self):
        self.get_runs().unlink()

    def get_lane(self, env):
        owner = self.connector._get_channel_owner()
        return env["integration.lane"]._for_owner(owner.with_env(env))

    def run_once(self):
        """A run that nobody has asked for."""
        owner = self.connector._get_channel_owner()
        with self.lane_env() as env:
            return env["integration.lane"]._run_queue_job(owner.id)

    def look_after(self):
        """What the scheduled actions do every minute: they take up what a dead run has left,
        ask again for runs that got lost, and test connections."""
        return super().run_lane()

    def run_lane(self):
        """Have queue_job's jobs run, as its worker would: those alone that the hub has asked
        for.

        :return: number of jobs settled
        """
        settled = 0
        if self._testMethodName in self.looked_after:
            self.look_after()
        runs = self.get_runs()
        # one that has begun is none any more that is still to come
        runs.state = "started"
        try:
            for run in runs:
                settled += int(self.perform(run) or 0)
        except Exception:
            # queue_job begins those again that have died
            runs.state = "pending"
            raise
        runs.unlink()
        return settled

    def perform(self, run):
        """:return: what the job function gives, by queue_job's own ``Job``"""
        self.env.flush_all()
        # it takes a cursor of its own, as a run may commit
        with self.enter_registry_test_mode():
            return Job.load(self.env, run.uuid).perform()

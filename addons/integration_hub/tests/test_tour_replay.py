from odoo.tests import HttpCase, tagged

from .test_replay import ReplayCase


@tagged("-at_install", "post_install")
class TestReplayTour(ReplayCase, HttpCase):
    def start(self, tour, job, user):
        user.password = user.login
        self.start_tour(f"/odoo/integration-queue/{job.id}", tour, login=user.login)
        self.env.invalidate_all()

    def test_replay(self):
        self.mapping = {"A": "remote old"}
        job = self.finish("A", record=self.partner)
        self.mapping = {"A": "remote new"}
        self.start("integration_hub_replay", job, self.manager)
        self.run_lane()
        self.assertEqual(self.get_sent(), ["remote old"])

    def test_correct(self):
        self.refuse("No such value.")
        job = self.enqueue("A", record=self.partner)
        self.run_lane()
        self.accept()
        self.start("integration_hub_correct", job, self.administrator)
        self.assertEqual(job.correction_ids.user_id, self.administrator)
        self.run_lane()
        self.assertEqual((job.state, job.request["value"]), ("done", "A2"))

from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged

from .common import HubCase


@tagged("-at_install", "post_install")
class TestCancelTour(HubCase, HttpCase):
    """What the button asks depends on what may have become of the job."""

    def cancel(self, tour, job):
        handler_class = self.registry["integration.handler.fake_push"]
        self.startPatcher(
            patch.object(handler_class, "_looked_up_operations", ("store",))
        )
        manager = new_test_user(
            self.env,
            "cancel_manny",
            "base.group_user,integration_hub.group_integration_manager",
        )
        self.start_tour(f"/odoo/integration-queue/{job.id}", tour, login=manager.login)
        self.env.invalidate_all()
        self.assertEqual(job.state, "cancelled")

    def test_answer_was_lost(self):
        job = self.enqueue("A")
        job.write({"state": "retrying", "unsettled_until": self.env.cr.now()})
        self.cancel("integration_hub_cancel_lost", job)

    def test_never_sent(self):
        self.cancel("integration_hub_cancel_unsent", self.enqueue("A"))

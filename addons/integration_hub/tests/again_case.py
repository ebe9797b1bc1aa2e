"""What people do to jobs that are over: send them again, or put right what they send."""

import json

from odoo.tests import new_test_user


class AgainMixin:
    """Beside ``ConnectorCase``; needs nothing of the flow."""

    def _get_person(self, login):
        users = self.env["res.users"]
        return users.search([("login", "=", login)]) or new_test_user(
            self.env,
            login,
            "base.group_user,integration_hub.group_integration_administrator",
        )

    def open_replay(self, jobs):
        """What is shown before anything is queued."""
        self.env.flush_all()
        person = self._get_person("again_addy")
        wizard = self.env["integration.replay"].with_user(person)
        return wizard.browse(jobs.with_user(person).action_replay()["res_id"])

    def replay(self, job, mode):
        """:param str mode: ``today`` or ``sent``
        :return: the job that does it, when it is over"""
        wizard = self.open_replay(job)
        wizard.mode = mode
        action = wizard.action_replay()
        self.run_lane()
        return self.env["integration.job"].browse(action["res_id"])

    def open_correction(self, job):
        """:return: the dialog, and what is sent as it stands"""
        self.env.flush_all()
        person = self._get_person("again_addy")
        action = job.with_user(person).action_correct()
        wizard = self.env["integration.correct.request"].with_user(person)
        wizard = wizard.browse(action["res_id"])
        wizard.reason = "Why"
        return wizard, json.loads(wizard.request_text)

    def correct(self, wizard, request):
        wizard.request_text = json.dumps(request)
        wizard.action_send()
        self.run_lane()

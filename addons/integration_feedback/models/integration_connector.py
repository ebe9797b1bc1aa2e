from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.integration_hub.client import IntegrationError


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "feedback_push",
                "direction": "push",
                "cadence": "scheduled",
                "interval_minutes": 24 * 60,
                "sequence": 70,
                "priority": 60,
            },
        ]

    @api.private
    def _run_test(self):
        result = super()._run_test()
        if not self.error_message:
            self._check_feedback()
        return result

    def _check_feedback(self):
        """Who does not hand feedback over can do without what it asks for: a warning."""
        if self._get_flow("feedback_push").state != "running":
            return
        try:
            with self._get_client() as client:
                # a system may know nothing of it
                check = getattr(client, "feedback_check", list)
                lacking = check()
        except (UserError, IntegrationError):
            # the test itself has told
            return
        if lacking:
            self.warning_message = self._speak()._list_sentences(
                [self.warning_message, *lacking]
            )

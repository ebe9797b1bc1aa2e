from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.integration_hub.client import IntegrationError

FLOWS = ("complaint_push", "complaint_pull")


class IntegrationConnector(models.Model):
    _inherit = "integration.connector"

    @api.private
    def _prepare_default_flows(self):
        return [
            *super()._prepare_default_flows(),
            {
                "code": "complaint_push",
                "direction": "push",
                "cadence": "realtime",
                "interval_minutes": 60,
                "sequence": 60,
                "priority": 20,
            },
            {
                "code": "complaint_pull",
                "direction": "pull",
                "cadence": "scheduled",
                "interval_minutes": 60,
                "sequence": 61,
                "priority": 40,
            },
        ]

    @api.private
    def _run_test(self):
        result = super()._run_test()
        if not self.error_message:
            self._check_complaints()
        return result

    def _check_complaints(self):
        """Who does not need complaints can do without what they ask for: a warning, not
        something that keeps the connector from starting."""
        flows = self.flow_ids.filtered(
            lambda flow: flow.code in FLOWS and flow.state == "running"
        )
        if not flows:
            return
        try:
            with self._get_client() as client:
                # a system may know nothing of it
                check = getattr(client, "complaint_check", list)
                lacking = check()
        except (UserError, IntegrationError):
            # the test itself has told
            return
        if lacking:
            self.warning_message = self._speak()._list_sentences(
                [self.warning_message, *lacking]
            )

from odoo import models

from odoo.addons.integration_hub.models.integration_job import OPEN_STATES


class ResPartner(models.Model):
    """Deleted here before it was sent: not made there any more."""

    _inherit = "res.partner"

    def _archive_counterparts(self):
        result = super()._archive_counterparts()
        self._cancel_customer_jobs()
        return result

    def _cancel_customer_jobs(self):
        Job = self.env["integration.job"]
        jobs = Job.search(
            [
                ("flow_id.code", "=", "customer_push"),
                ("operation", "in", ("push", "update")),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("state", "in", OPEN_STATES),
            ]
        )
        if not jobs:
            return
        # an order shows what it waits for; and what may have been made there without
        # anybody here knowing is looked up, then archived
        awaited = Job.search(
            [("blocked_by_id", "in", jobs.ids), ("state", "in", OPEN_STATES)]
        ).blocked_by_id
        pushes = jobs.filtered(lambda job: job.operation == "push")
        (jobs - awaited - pushes._find_uncertain())._cancel()

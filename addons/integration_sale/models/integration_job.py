from odoo import models

from ..const import PROBLEM_STATES


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    def _filter_undecided(self):
        """Those whose order may be in the ERP by now, or about to be: a call is under way,
        one got lost, or what came back could not be written down here yet. Only the job
        itself finds out."""
        return self.filtered(
            lambda job: job.state == "running" or job.unsettled_until or job.answer
        )

    def _arm_stuck(self):
        """Have those look again that have given up."""
        self.filtered(lambda job: job.state in PROBLEM_STATES)._arm()

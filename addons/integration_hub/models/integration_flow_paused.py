from odoo import api, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    @api.private
    def _filter_at_rest(self):
        """Those whose jobs no lane takes, though the connector runs."""
        return self.filtered(lambda flow: flow.state == "paused" or not flow.active)

    def action_resume(self):
        # one that was switched off while something waits for it
        archived = self.filtered(lambda flow: not flow.active)
        archived.check_access("write")
        archived.active = True
        return super().action_resume()


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    @api.private
    def _get_paused_flow(self):
        """What one of these jobs waits for, or a job that it waits for.

        :return: ``integration.flow`` that is paused or off; empty where nothing waits
        """
        seen, jobs = self.browse(), self
        while jobs:
            waiting = jobs.filtered(lambda job: job.state in ("waiting", "retrying"))
            if paused := waiting.flow_id._filter_at_rest():
                return paused[0]
            seen |= jobs
            jobs = waiting.blocked_by_id - seen
        return self.flow_id.browse()

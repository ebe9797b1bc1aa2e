from odoo import api, models

from ..const import PROBLEM_STATES


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    @api.private
    def _queue_again(self, changes):
        """Queue the same change anew, with the snapshot amended: a call is made again,
        whatever the last one had answered.

        :param dict changes: what is different in the snapshot now
        """
        for job in self:
            self._enqueue(
                job.flow_id,
                [
                    {
                        "operation": job.operation,
                        "name": job.name,
                        "record": job.res_model
                        and self.env[job.res_model].browse(job.res_id),
                        "payload": {**job.payload, **changes},
                        "idempotency_key": job.idempotency_key,
                        "priority": job.priority,
                        "trigger": job.trigger,
                    }
                ],
            )

    def _filter_undecided(self):
        """Those whose order may be in the ERP by now, or about to be: a call is under way,
        or one got lost. Only the job itself finds out."""
        return self.filtered(lambda job: job.state == "running" or job.unsettled_until)

    def _arm_stuck(self):
        """Have those look again that have given up."""
        self.filtered(lambda job: job.state in PROBLEM_STATES)._arm()

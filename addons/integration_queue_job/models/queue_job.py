from odoo import api, models

from .integration_connector import OWN_CHANNEL


class QueueJob(models.Model):
    """Finished runs are tidied up by the interval of their connector's channel."""

    _inherit = "queue.job"

    @api.autovacuum
    def _gc_old_jobs(self):
        """Connectors that are older than their channels get one before."""
        # sudo: of all companies
        connectors = self.env["integration.connector"].sudo()
        connectors.with_context(active_test=False).search(
            [("runner", "=", OWN_CHANNEL)]
        )._ensure_channels()
        return super()._gc_old_jobs()

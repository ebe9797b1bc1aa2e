from odoo import models


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    def _get_order_key(self):
        """Key of the ERP order the job is about."""
        self.ensure_one()
        return self.idempotency_key.partition(":")[0]

    def _get_erp_orders(self):
        """:return: ``integration.erp.order`` the jobs change"""
        if not self:
            return self.env["integration.erp.order"]
        return self.env["integration.erp.order"].search(
            [
                ("connector_id", "in", self.connector_id.ids),
                ("key", "in", [job._get_order_key() for job in self]),
            ]
        )

from odoo import models


class HandlerCustomerPush(models.AbstractModel):
    """Deals wait for their customers, and show what holds these up."""

    _inherit = "integration.handler.customer_push"

    def _on_problem(self, flow, failures):
        """The deals that wait for the customer show the problem."""
        result = super()._on_problem(flow, failures)
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        self.env["integration.handler.sale_order_push"]._show_problems(
            flow, self._get_waiting_orders(jobs)
        )
        return result

    def _get_untold(self, flow, failures):
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        awaited = self._get_waiting_orders(jobs).blocked_by_id
        return [
            (job, error)
            for job, error in super()._get_untold(flow, failures)
            if job not in awaited
        ]

    def _on_waiting(self, flow, jobs):
        result = super()._on_waiting(flow, jobs)
        self._get_leads(jobs)._update_integration_status()
        return result

    def _on_cancelled(self, flow, jobs):
        result = super()._on_cancelled(flow, jobs)
        self._get_leads(jobs)._update_integration_status()
        return result

    def _get_waiting_orders(self, jobs):
        return self.env["integration.job"].search(
            [("blocked_by_id", "in", jobs.ids), ("res_model", "=", "crm.lead")]
        )

    def _get_leads(self, jobs):
        return self.env["crm.lead"].browse(
            set(self._get_waiting_orders(jobs).mapped("res_id"))
        )

from odoo import models

from .integration_connector import RECORDS


class IdlePush(models.AbstractModel):
    """Work that does nothing: what is measured is the engine alone."""

    _name = "integration.handler.idle_push"
    _description = "Flow Handler: Idle"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        if flow.connector_id.url.startswith(RECORDS):
            # a system that keeps our keys
            return {job: {"key": f"{flow.id}-{job.idempotency_key}"} for job in jobs}
        return {job: {} for job in jobs}

    @staticmethod
    def _call(client, requests):
        return client.store(requests)

    def _apply(self, flow, results):
        return None

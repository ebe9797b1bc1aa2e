from odoo import models


class IdlePush(models.AbstractModel):
    """Work that does nothing: what is measured is the engine alone."""

    _name = "integration.handler.idle_push"
    _description = "Flow Handler: Idle"
    _inherit = ["integration.handler"]

    def _prepare(self, flow, jobs):
        return {job: {} for job in jobs}

    @staticmethod
    def _call(client, requests):
        return client.store(requests)

    def _apply(self, flow, results):
        return None


class KeyedPush(models.AbstractModel):
    """For a system that keeps our keys."""

    _name = "integration.handler.keyed_push"
    _description = "Flow Handler: Idle, with Keys"
    _inherit = ["integration.handler.idle_push"]

    def _prepare(self, flow, jobs):
        return {job: {"key": f"{flow.id}-{job.idempotency_key}"} for job in jobs}

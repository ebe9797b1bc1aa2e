from odoo import models
from odoo.tools import SQL


class IntegrationConnector(models.Model):
    """Flows that stand still while something waits for them: a deal, for its customer, or a
    change that was collected."""

    _inherit = "integration.connector"

    def _find_paused_flows(self):
        """:return: dict ``{connector id: (integration.flow, jobs that wait for it)}``, the
        flow that holds up most of each"""
        paused = self.with_context(active_test=False).flow_ids._filter_at_rest()
        if not paused:
            return {}
        self.env["integration.job"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
            WITH held AS (
                SELECT id, flow_id FROM integration_job
                 WHERE flow_id = ANY(%(paused)s) AND state IN ('waiting', 'retrying'))
            SELECT flow_id, COUNT(*)
              FROM (SELECT flow_id FROM held WHERE flow_id = ANY(%(told)s)
                    UNION ALL
                    SELECT held.flow_id
                      FROM held
                      JOIN integration_job job ON job.blocked_by_id = held.id
                     WHERE job.state IN ('waiting', 'retrying')) waiting
             GROUP BY flow_id
             ORDER BY COUNT(*), flow_id DESC
                """,
                paused=list(paused.ids),
                # one that looks for itself what there is to do misses nothing meanwhile
                told=[flow.id for flow in paused if not flow._is_periodic()],
            )
        )
        flows = {flow.id: flow for flow in paused}
        return {
            flows[flow_id].connector_id.id: (flows[flow_id], count)
            for flow_id, count in rows
        }

    def _get_paused_flow_step(self, flow, count):
        """:return: tuple (step, label of the button, text)"""
        if flow.active:
            text = self.env._(
                "The flow “%(flow)s” is paused, and %(count)s jobs wait for it. Resume it,"
                " or cancel them.",
                flow=flow.name,
                count=count,
            )
        else:
            text = self.env._(
                "The flow “%(flow)s” is switched off, and %(count)s jobs wait for it. Resume"
                " it, or cancel them.",
                flow=flow.name,
                count=count,
            )
        return "resume", self.env._("Resume It"), text

    def _do_next_resume(self):
        flow, _count = self._find_paused_flows().get(self.id, (None, 0))
        return flow.action_resume() if flow else True

from odoo import api, fields, models


class CrmLead(models.Model):
    """Deals that wait for a flow that is paused: nothing goes on before it is resumed."""

    _inherit = "crm.lead"

    integration_paused_message = fields.Char(
        "Waits For", compute="_compute_integration_paused_message"
    )
    can_resume_flow = fields.Boolean(compute="_compute_integration_paused_message")

    @api.depends("integration_status", "integration_message")
    @api.depends_context("uid", "lang")
    def _compute_integration_paused_message(self):
        # read when it is shown: pausing a flow must not touch thousands of deals
        self.integration_paused_message = False
        self.can_resume_flow = False
        may_resume = self.env["integration.flow"].has_access("write")
        for lead in self.filtered(lambda lead: lead.integration_status == "waiting"):
            flow = lead._get_paused_flow()
            if flow and may_resume:
                lead.can_resume_flow = True
                lead.integration_paused_message = self.env._(
                    "The flow “%s” is paused. Resume it, and this goes on.", flow.name
                )
            elif flow:
                lead.integration_paused_message = self.env._(
                    "The flow “%(flow)s” is paused. %(person)s can resume it.",
                    flow=flow.name,
                    person=flow.connector_id._get_person_in_charge().name,
                )

    def _get_paused_flow(self):
        """:return: ``integration.flow`` this deal waits for, as superuser; else empty"""
        self.ensure_one()
        # sudo: the queue is not the salesperson's to read, what holds a deal up is
        jobs = self.sudo()._get_shown_jobs()
        return jobs.filtered(
            # the connector's own state is told of elsewhere
            lambda job: job.connector_id.state == "running"
        )._get_paused_flow()

    def action_resume_flow(self):
        """Resume what this deal waits for; a right on flows is asked for there."""
        self.ensure_one()
        self.check_access("read")
        self._get_paused_flow().sudo(False).action_resume()
        return True

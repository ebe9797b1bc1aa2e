from odoo import fields, models
from odoo.tools import SQL

from ..const import PROBLEM_STATES


class IntegrationProblem(models.Model):
    """Problems counted in deals, and the ones that a choice of customer ends."""

    _inherit = "integration.problem"

    deal_count = fields.Integer("Deals Held Up", readonly=True, aggregator="sum")

    def _get_measures(self):
        return {
            **super()._get_measures(),
            "deal_count": SQL(
                "COUNT(DISTINCT held.res_id) FILTER (WHERE held.res_model = 'crm.lead')"
            ),
        }

    def _get_effect(self):
        if not self.deal_count:
            return super()._get_effect()
        if self.deal_count == 1:
            return self.env._("1 deal goes on")
        return self.env._("%s deals go on", self.deal_count)

    def _get_fix(self):
        if self.kind == "ambiguous_match" and self.res_model == "res.partner":
            return "choose_customer"
        return super()._get_fix()

    def _fix_by_choose_customer(self):
        job = self._get_jobs().filtered(lambda job: job.state in PROBLEM_STATES)[:1]
        waiting = self.env["integration.job"].search(
            [
                ("blocked_by_id", "=", job.id),
                ("res_model", "=", "crm.lead"),
                ("state", "in", ("waiting", "retrying")),
            ],
            limit=1,
        )
        lead = self.env["crm.lead"].browse(waiting.res_id).exists()
        if not lead:
            # no deal waits for this customer: the job itself says what can be done
            return self.action_view_jobs()
        if not lead.has_access("write"):
            # whoever looks after the queue need not work with deals
            return self.env["integration.choose.candidate"]._open(job)
        return self.env["integration.choose.party"]._open(lead, job)

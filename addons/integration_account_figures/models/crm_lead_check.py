from odoo import api, models


class CrmLead(models.Model):
    """How the customer stands, in the check before Won of ``integration_sale``, which need
    not be there: then nobody calls these."""

    _inherit = "crm.lead"

    @api.private
    def _check_before_won(self, flow):
        inherited = getattr(super(), "_check_before_won", None)
        findings = inherited(flow) if inherited else []
        figures = self.account_figure_ids.filtered(
            lambda item: item.connector_id == flow.connector_id and item.message
        )
        return findings + [
            {
                "kind": "credit",
                "severity": "warning",
                "text": figure.message,
                "fix": "open_figures",
                "model": figure._name,
                "ids": figure.ids,
            }
            for figure in figures
        ]

    @api.private
    def _get_won_questions(self):
        """Deals that are won by confirming a quotation: not over this question."""
        inherited = getattr(super(), "_get_won_questions", None)
        questions = inherited() if inherited else {}
        for lead in self:
            if not lead.credit_hold_accepted and (
                figures := lead._get_asking_figures()
            ):
                questions.setdefault(lead, []).extend(figures.mapped("message"))
        return questions

    def _get_finding_labels(self):
        inherited = getattr(super(), "_get_finding_labels", None)
        return {
            **(inherited() if inherited else {}),
            "open_figures": self.env._("Show"),
        }

    def _fix_finding_open_figures(self, check, finding):
        return self.action_view_account_figures()

    @api.private
    def _prepare_live_readings(self, flow):
        inherited = getattr(super(), "_prepare_live_readings", None)
        readings = inherited(flow) if inherited else []
        if party_id := self._get_figures_party(flow):
            readings.append(
                {"name": "credit", "verb": "account_figures", "ids": [party_id]}
            )
        return readings

    @api.private
    def _take_live_reading(self, flow, name, ids, answer):
        if name != "credit":
            inherited = getattr(super(), "_take_live_reading", None)
            return inherited(flow, name, ids, answer) if inherited else None
        party_id = self._get_figures_party(flow)
        if party_id not in ids:
            return None
        return self.env["integration.handler.account_figures_pull"]._write_figures(
            flow.connector_id._get_flow("account_figures_pull"),
            {party_id: answer[ids.index(party_id)]},
        )

    def _get_figures_party(self, flow):
        """Remote id of the customer, "" where figures are not read or nobody is linked."""
        customer = self._get_account_customer()
        reading = flow.connector_id._get_flow("account_figures_pull")
        if not customer or reading.state != "running":
            return ""
        return (
            self.env["integration.external.id"]
            ._get_remote_ids(flow.connector_id, "party", customer)
            .get(customer.id, "")
        )

    def _is_asked_by_check(self):
        """The check's own dialog shows it as well: one question is enough."""
        if self.env.context.get("integration_won_check_seen"):
            return True
        find = getattr(self.sudo(), "_find_won_obstacles", None)
        return bool(find and find())

from odoo import api, fields, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "integration.account.figures.mixin"]

    credit_hold_accepted = fields.Boolean(
        readonly=True,
        copy=False,
        help="A person has won, or is winning, the deal although the customer is on hold.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_account_figures(self):
        return super()._compute_account_figures()

    def action_set_won_rainbowman(self):
        """Ask first where the ERP is likely to stop the order."""
        if (
            len(self) == 1
            and not self.credit_hold_accepted
            and not self._is_asked_by_check()
        ):
            figures = self._get_asking_figures()
            if figures:
                return self.env["integration.credit.hold"]._open(self, figures)
        return super().action_set_won_rainbowman()

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        was, now = (
            {lead_id for lead_id, value in status.items() if value["is_won"]}
            for status in (old_status_by_lead, new_status_by_lead)
        )
        # sudo: notes of the suite on leads whoever wins them may write
        self.filtered(lambda lead: lead.id in now - was).sudo()._note_credit_hold()
        reopened = self.filtered(lambda lead: lead.id in was - now)
        reopened.sudo().filtered("credit_hold_accepted").credit_hold_accepted = False
        return result

    def _get_asking_figures(self):
        self.ensure_one()
        # sudo: how the flow is set up is not the salesperson's to read
        return self.sudo().account_figure_ids._filter_asking()

    def _note_credit_hold(self):
        """Won by dragging, by import, or in spite of the question: it is on record."""
        if len(self) == 1:
            self._say_credit_hold()
        for lead in self:
            holding = lead.account_figure_ids.filtered(lambda item: item._is_holding())
            holding = holding.filtered(
                lambda item: (
                    item.connector_id._get_flow(
                        "account_figures_pull"
                    ).credit_hold_policy
                    != "off"
                )
            )
            if holding:
                lead.message_post(
                    body=self.env._(
                        "Won although: %s", "; ".join(holding.mapped("message"))
                    )
                )

    def _say_credit_hold(self):
        """Whoever drags a card to *Won* was not asked, and learns of it at once."""
        if self.credit_hold_accepted or self.env.context.get(
            "integration_won_check_seen"
        ):
            return
        figures = self._get_asking_figures()
        if figures:
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": self.env._("%s is won", self.name),
                    "message": self.env._(
                        "The ERP is likely to stop its order: %s. Settle it with your"
                        " accountants, or reopen the opportunity.",
                        "; ".join(figures.mapped("message")),
                    ),
                },
            )

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import clean_context

from odoo.addons.integration_hub.translation import speak_to

from ..order_findings import BLOCKING, NOTE


class CrmLead(models.Model):
    """Deals whose quotation is confirmed while they are not won: nothing is sent before
    they are, so that is said, and asked for; or they are won by it, where the company wants
    that."""

    _inherit = "crm.lead"

    is_won_awaited = fields.Boolean(
        "Confirmed, Not Won",
        compute="_compute_won_awaited",
        help="A quotation is confirmed, but nothing is sent before the opportunity is won.",
    )
    can_mark_won = fields.Boolean(compute="_compute_won_awaited")
    won_obstacle = fields.Text("Why It Is Not Won", compute="_compute_won_awaited")

    # -- compute ----------------------------------------------------------------------

    @api.depends("won_status", "type", "active", "order_ids.state")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_won_awaited(self):
        # sudo: flows and others' quotations are not the salesperson's to read; that
        # nothing was sent is
        deals = self._origin.sudo()
        standing = deals._filter_won_awaited()._get_won_standing()
        for lead in self:
            deal = lead._origin.sudo()
            lead.is_won_awaited = (
                deal in standing and not deal.erp_order_ids._get_standing_orders()
            )
            lead.can_mark_won, lead.won_obstacle = (
                standing[deal] if lead.is_won_awaited else (False, False)
            )

    def _filter_won_awaited(self):
        """Those with confirmed orders that are sent once they are won; however many there
        are, for the same number of queries."""
        deals = self.filtered(
            lambda lead: (
                lead.type == "opportunity"
                and lead.won_status != "won"
                and lead._get_awaiting_orders()
            )
        )
        by_company = deals.grouped(lambda lead: lead._get_erp_company())
        companies = self.env["res.company"].union(*by_company)
        awaited = self.browse()
        for flow in self.env["integration.flow"]._find_for_push(
            "sale_order_push", companies
        ):
            awaited |= flow._filter_records(by_company[flow.company_id])
        return awaited

    def _get_awaiting_orders(self):
        self.ensure_one()
        company = self._get_erp_company()
        return self._get_late_orders().filtered(
            lambda order: order.company_id == company
        )

    def _get_won_standing(self):
        """What becomes of the button *Mark Won*, and why the deal is still open.

        :return: dict ``{lead: (bool, text or False)}``, of each of these deals
        """
        writable = self.sudo(False)._filtered_access("write")
        wins_by_itself = self.filtered(
            lambda lead: lead._get_erp_company().win_on_confirmation
        )
        questions = wins_by_itself._get_won_questions()
        standing = {}
        for lead in self:
            if not lead.active:
                text = self.env._(
                    "It is marked as lost, or archived: restore it, then mark it won."
                )
                standing[lead] = (False, text)
            elif lead not in writable:
                text = self.env._(
                    "Ask %s to mark it won.",
                    (lead.user_id or lead.team_id.user_id).name
                    or self.env._("your sales manager"),
                )
                standing[lead] = (False, text)
            else:
                standing[lead] = (True, "\n".join(questions.get(lead, ())) or False)
        return standing

    # -- won by confirming --------------------------------------------------------------

    @api.private
    def _get_won_questions(self):
        """What the Won button would ask about these deals. Extend it and call ``super()``;
        an addon that does without this one may contribute as well, see
        ``crm_lead_check.py``.

        :return: dict ``{lead: texts}`` without those that are won unasked
        """
        inherited = getattr(super(), "_get_won_questions", None)
        questions = inherited() if inherited else {}
        for flow, leads in self.env["integration.flow"]._find_for_check(self).items():
            for lead, texts in leads._get_check_questions(flow).items():
                known = questions.setdefault(lead, [])
                known += [text for text in texts if text not in known]
        return questions

    def _get_check_questions(self, flow):
        """The part of the check before Won in :meth:`_get_won_questions`."""
        if flow.won_check_policy == "block":
            asked = self - self._filter_check_passed(flow)
            unchecked = self.env._(
                "Not checked with %s as it is now, or too long ago: press “Check with"
                " ERP”.",
                flow.connector_id.name,
            )
            return {
                lead: lead._get_finding_texts(flow, BLOCKING) or [unchecked]
                for lead in asked
            }
        if flow.won_check_policy == "warn":
            texts = {lead: lead._get_finding_texts(flow) for lead in self}
            return {lead: found for lead, found in texts.items() if found}
        return {}

    def _get_finding_texts(self, flow, severity=None):
        """:param str severity: only these; else all a person has to look at"""
        return [
            finding["text"]
            for finding in self._get_findings_now(flow)
            if severity in (None, finding["severity"]) and finding["severity"] != NOTE
        ]

    @api.private
    def _win_unasked(self):
        """Win those about which there is no question; the others stay open, with a note
        of the reason."""
        # the quotation's form brings defaults for other records along; whoever confirms
        # may be a customer, or work for another of the companies
        companies = self.env.companies.union(
            *(lead._get_erp_company() for lead in self)
        )
        context = clean_context(self.env.context)
        # keys can only be taken away by replacing the context
        leads = self.with_context(  # pylint: disable=context-overridden
            {**context, "allowed_company_ids": companies.ids}
        )
        open_deals = leads.browse()
        for person, deals in leads.grouped(
            lambda lead: lead._get_asked_person()
        ).items():
            deals = deals.with_env(speak_to(leads.env, person))
            for lead, texts in deals._get_won_questions().items():
                lead._message_log(body=lead._make_unwon_note(texts))
                open_deals |= lead
        (leads - open_deals).action_set_won()

    def _make_unwon_note(self, texts):
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._(
                "A quotation was confirmed. That did not win the opportunity, as a person"
                " has to look first:"
            ),
            Markup().join(Markup("<li>%s</li>") % text for text in texts),
        )

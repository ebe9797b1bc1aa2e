from odoo import api, models
from odoo.exceptions import UserError

from ..order_findings import NOTE, sort_findings
from .crm_lead_content import Issue


class CrmLead(models.Model):
    """What would hold up the order of this deal, known before it is won.

    An addon contributes what it knows by extending :meth:`_check_before_won`, and what it
    wants read anew in the ERP for it by ``_prepare_live_readings`` and
    ``_take_live_reading`` (see ``handler_order_check.py``). One that does without this
    addon may contribute too; it is loaded first, so its methods are asked for here.
    """

    _inherit = "crm.lead"

    @api.private
    def _check_before_won(self, flow):
        """What is known here, without asking anybody. Extend it and call ``super()``; what
        keeps an order from getting through belongs to :meth:`_find_blocking`.

        :param flow: ``integration.flow`` of code ``order_check``; the deal is looked at as
            superuser, in the flow's company
        :return: list of findings (see ``order_findings.make_finding``)
        """
        self.ensure_one()
        inherited = getattr(super(), "_check_before_won", None)
        findings = inherited(flow) if inherited else []
        payloads = self._get_check_payloads(flow)
        return [
            *findings,
            *self._find_blocking(flow)[self],
            *self._find_remarks(flow, payloads),
        ]

    @api.private
    def _prepare_live_readings(self, flow):
        """What is to be read anew in the ERP before this deal is looked at.

        :param flow: as in :meth:`_check_before_won`
        :return: list of dicts: ``name`` (for :meth:`_take_live_reading`), ``verb`` of the
            client, ``ids`` (remote ids, the verb's last parameter) and optionally
            ``before`` (lists of remote ids, the parameters before it). Readings of several
            deals are made together.
        """
        inherited = getattr(super(), "_prepare_live_readings", None)
        return inherited(flow) if inherited else []

    @api.private
    def _take_live_reading(self, flow, name, ids, answer):
        """Keep what was read anew, in the copies lines and banners are shown from.

        :param str name: of the reading
        :param list ids: all that was asked for in this call, of other deals too
        :param answer: of the verb
        """
        inherited = getattr(super(), "_take_live_reading", None)
        return inherited(flow, name, ids, answer) if inherited else None

    @api.private
    def _get_check_contents(self, flow):
        """What would be sent if it were won now: list of ``Content``, or an ``Issue``."""
        made = self.erp_order_ids.filtered(
            lambda order: order.connector_id == flow.connector_id
        )
        sending = flow.connector_id._get_flow("sale_order_push")
        no_jobs = self.env["integration.job"]
        return self._choose_content(sending, made, no_jobs, take_open=True)

    @api.private
    def _get_check_payloads(self, flow, contents=None):
        """:param contents: of :meth:`_get_check_contents`, where that is known
        :return: list of snapshots (see ``integration.payload``) of what can be taken"""
        if contents is None:
            contents = self._get_check_contents(flow)
        if isinstance(contents, Issue):
            return []
        return [
            self.env["integration.payload"]._prepare_order(*content)
            for content in contents
            if content.orders or self.partner_id
        ]

    @api.private
    def _get_check_lines(self, flow):
        """:return: the lines that would be sent: ``sale.order.line`` or
        ``crm.lead.line`` records"""
        contents = self._get_check_contents(flow)
        if isinstance(contents, Issue) or not contents:
            return self.env["crm.lead.line"]
        orders = self.env["sale.order"].union(*(item.orders for item in contents))
        return orders.order_line if orders else self.lead_line_ids

    # -- on Won -----------------------------------------------------------------------

    def action_set_won_rainbowman(self):
        """Show first what is in the way, where the flow says so."""
        self.ensure_one()
        if (
            self.won_status != "won"
            and not self.env.context.get("integration_won_check_seen")
            and self.sudo()._find_won_obstacles()
        ):
            return self.env["integration.won.check"]._open(self)
        return super().action_set_won_rainbowman()

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """Dragged, imported or won by a program: a flow that insists on a check does so
        here too."""
        was, now = (
            {lead_id for lead_id, value in status.items() if value["is_won"]}
            for status in (old_status_by_lead, new_status_by_lead)
        )
        won = now - was
        # sudo: whoever wins it, the check is the flow's
        winning = self.filtered(lambda lead: lead.id in won).sudo()
        if winning and not winning.env["integration.flow"]._insists_on_checks():
            winning = winning.browse()
        for lead, flows in winning._find_unchecked().items():
            raise UserError(
                self.env._(
                    "%(deal)s can't be won yet: it was not checked with %(erp)s as it"
                    " is now, or too long ago, or something is to be mended first. Press"
                    " “Check with ERP” on the opportunity.",
                    deal=lead.name,
                    erp=", ".join(flows.connector_id.mapped("name")),
                )
            )
        return super()._handle_won_lost(old_status_by_lead, new_status_by_lead)

    def _find_check_flows(self):
        """:return: ``integration.flow`` of code ``order_check``, as superuser"""
        self.ensure_one()
        flows = self.env["integration.flow"]
        return flows.union(*flows._find_for_check(self))

    def _find_unchecked(self):
        """Deals that can't be won, as a flow insists on a check they have not passed as
        they are now; however many there are, for the same number of queries.

        :return: dict ``{lead: flows}``
        """
        unchecked = {}
        for flow, leads in self.env["integration.flow"]._find_for_check(self).items():
            if flow.won_check_policy == "block":
                for lead in leads - leads._filter_check_passed(flow):
                    unchecked[lead] = unchecked.get(lead, flow.browse()) | flow
        return unchecked

    def _find_won_obstacles(self):
        """Flows whose policy and findings have the Won button ask."""
        self.ensure_one()
        return self._find_check_flows().filtered(
            lambda flow: (
                flow.won_check_policy == "block"
                and not self._is_check_passed(flow)
                or flow.won_check_policy == "warn"
                and any(
                    item["severity"] != NOTE for item in self._get_findings_now(flow)
                )
            )
        )

    def _is_check_passed(self, flow):
        return bool(self._filter_check_passed(flow))

    def _filter_check_passed(self, flow):
        """Those the ERP has nothing against, as they are now, asked no longer ago than the
        flow says; and nothing that is known here has come in the way since."""
        favourable = {
            check.lead_id.id: check
            for check in self._get_checks(flow)
            if check._is_favourable() and not check._is_too_old(flow)
        }
        leads = self.filtered(lambda lead: lead.id in favourable)
        leads = leads.with_company(flow.company_id)
        self.env["integration.payload"]._prefetch(leads, leads.order_ids)
        unchanged = leads.filtered(
            lambda lead: (
                favourable[lead.id].fingerprint
                == favourable[lead.id]._get_fingerprint(lead._get_check_payloads(flow))
            )
        )
        blocking = unchanged._find_blocking(flow)
        return unchanged.filtered(lambda lead: not blocking[lead])

    def _get_checks(self, flow):
        return self.env["integration.order.check"].search(
            [
                ("lead_id", "in", self.ids),
                ("connector_id", "=", flow.connector_id.id),
            ]
        )

    def _get_findings_now(self, flow):
        """What is known here by now, with what the ERP has said of this very deal."""
        lead = self.with_company(flow.company_id)
        check = lead._get_checks(flow)
        findings = lead._check_before_won(flow)
        fingerprint = check._get_fingerprint(lead._get_check_payloads(flow))
        if check.state == "done" and check.fingerprint == fingerprint:
            findings += [item for item in check.findings or [] if item.get("is_remote")]
        return sort_findings(findings)

    @api.private
    def _note_findings(self, flow):
        """Keep what is known here, so that the dialog can show it."""
        lead = self.with_company(flow.company_id)
        check = lead._get_checks(flow)
        if check.state == "waiting":
            return
        fingerprint = check._get_fingerprint(lead._get_check_payloads(flow))
        is_asked = check.state == "done" and check.fingerprint == fingerprint
        check._write_result(
            lead,
            flow.connector_id,
            {
                "state": "done" if is_asked else "local",
                "fingerprint": fingerprint,
                "checked_at": check.checked_at if is_asked else False,
                "findings": lead._get_findings_now(flow),
                "error_message": False,
            },
        )

from typing import NamedTuple

from odoo import api, fields, models

from ..const import ISSUES, PENDING_STATUSES, UNFINISHED_STATES

CHANGED_LEADS = "integration_sale.changed_leads"


class Content(NamedTuple):
    """What one ERP order is to be made of."""

    lead: models.BaseModel
    orders: models.BaseModel  # none: the lines of the opportunity
    key: str


class Issue(NamedTuple):
    """Why nothing can be sent yet; ``code`` is one of ``const.ISSUES``."""

    code: str
    message: str


class CrmLead(models.Model):
    """From *won* to the queue: which connectors, and what is sent."""

    _inherit = "crm.lead"

    integration_issue = fields.Selection(
        ISSUES, "Open Issue", readonly=True, copy=False
    )
    integration_issue_message = fields.Text(readonly=True, copy=False)
    erp_quotation_id = fields.Many2one(
        "sale.order",
        "Quotation for the ERP",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Chosen among several open ones when the opportunity was won.",
    )
    integration_recheck = fields.Boolean(
        readonly=True,
        copy=False,
        help="Changed while its order was on its way: looked at again right after.",
    )
    erp_no_send = fields.Boolean(
        "Not for the ERP",
        readonly=True,
        copy=False,
        help="A person decided that none of the open quotations is sent.",
    )

    # -- events -----------------------------------------------------------------------

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        was, now = (
            {lead_id for lead_id, value in status.items() if value["is_won"]}
            for status in (old_status_by_lead, new_status_by_lead)
        )
        won, no_longer = now - was, was - now
        # sudo: queue, mappings and others' quotations are not the salesperson's to read;
        # who may win an opportunity may have it sent
        now_won = self.filtered(lambda lead: lead.id in won).sudo()
        now_won._take_revenue_of_lines()
        now_won._push_won("won")
        self.filtered(lambda lead: lead.id in no_longer).sudo()._on_no_longer_won()
        return result

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            # sudo: as above; what waits is for the customer that stands here now
            self.sudo()._note_content_change()
        elif "user_id" in vals:
            self.sudo()._note_head_change()
        return result

    def _note_head_change(self):
        """Who sells it, or from where: what waits gets it as it is now. An order that the
        ERP has is not changed for that."""
        waiting = self.filtered(
            lambda lead: lead.integration_status in PENDING_STATUSES
        )
        waiting._note_content_change()

    def _note_content_change(self):
        """Look at the end of the transaction whether what was sent still holds: once,
        however many lines a form has saved."""
        leads = self.filtered(
            lambda lead: lead.integration_status not in ("none", False)
        )
        if not leads:
            return
        changed = self.env.cr.precommit.data.setdefault(CHANGED_LEADS, set())
        if not changed:
            self.env.cr.precommit.add(self.sudo().browse()._check_changed_content)
        changed.update(leads.ids)

    @api.private
    def _check_changed_content(self):
        changed = self.env.cr.precommit.data.pop(CHANGED_LEADS, set())
        leads = (
            (self | self.browse(changed))
            .exists()
            .filtered(lambda lead: lead.won_status == "won")
        )
        leads._push_won("content changed", take_open=False)
        leads._compare_with_sent()

    def _on_no_longer_won(self):
        """What is not sent yet stays here; what is there is pointed out."""
        jobs = self._get_unfinished_jobs()
        # an order that may be there already is looked for, and shown where it is
        (jobs - jobs._filter_undecided())._cancel()
        self.write({"erp_quotation_id": False, "erp_no_send": False})
        self._handle_unwanted_orders()

    # -- what is sent -----------------------------------------------------------------

    @api.private
    def _push_won(self, trigger, take_open=True):
        """Queue what the ERPs are to get of these opportunities, those that are won.

        :param str trigger: what happened, for the queue
        :param bool take_open: open quotations count; False where nobody said that the
            quotation being written is ready
        """
        leads = self.filtered(lambda lead: lead.won_status == "won")
        if not leads:
            return
        by_company = leads.grouped(lambda lead: lead._get_erp_company())
        companies = self.env["res.company"].union(*by_company)
        issues, touched = {}, self.browse()
        for flow in self.env["integration.flow"]._find_for_push(
            "sale_order_push", companies
        ):
            own = flow._filter_records(by_company[flow.company_id])
            issues |= own.with_company(flow.company_id)._push_to(
                flow, trigger, take_open
            )
            touched |= own
        touched._set_issues(issues)
        touched._update_integration_status()

    def _get_erp_company(self):
        self.ensure_one()
        return (
            self.company_id
            or self.order_ids.company_id[:1]
            or self.user_id.company_id
            or self.env.company
        )

    def _push_to(self, flow, trigger, take_open):
        """:return: dict ``{lead: Issue}``"""
        erp_orders = (
            self.env["integration.erp.order"]
            .search(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    ("lead_id", "in", self.ids),
                ]
            )
            .grouped("lead_id")
        )
        jobs = self._get_unfinished_jobs(flow).grouped("res_id")
        contents, issues, outdated = [], {}, self.env["integration.job"]
        for lead in self:
            own_jobs = jobs.get(lead.id, outdated.browse())
            made = erp_orders.get(lead, self.env["integration.erp.order"])
            found = lead._choose_content(flow, made, own_jobs, take_open)
            if isinstance(found, Issue):
                issues[lead] = found
                found = []
            # made ones may still have to be confirmed
            keys = {content.key for content in found} | set(made.mapped("key"))
            if undecided := own_jobs._filter_undecided():
                # its outcome decides; what is left over is looked at right after it
                lead._write_quietly({"integration_recheck": True})
                undecided._arm_stuck()
                continue
            contents += found
            lead._join_late_orders(flow, made)
            if trigger == "won":
                made._confirm_again(flow, own_jobs)
            outdated |= own_jobs.filtered(lambda j, k=keys: j.idempotency_key not in k)
        outdated._cancel()
        issues |= self._ensure_customers(contents)
        self._enqueue_contents(
            flow,
            [content for content in contents if content.lead not in issues],
            trigger,
        )
        return issues

    def _get_unfinished_jobs(self, flow=None):
        """Jobs that make orders of these deals in an ERP, or in that of ``flow``."""
        return self._find_unfinished_jobs("sale_order_push", flow)

    def _find_unfinished_jobs(self, code, flow=None):
        """:param str code: of the flows whose jobs are looked for"""
        domain = [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("state", "in", UNFINISHED_STATES),
            ("flow_id.code", "=", code),
        ]
        if flow:
            domain.append(("flow_id", "=", flow.id))
        if settled := self.env.context.get("integration_settled_job_ids"):
            domain.append(("id", "not in", settled))
        return self.env["integration.job"].search_fetch(
            domain,
            [
                "res_id",
                "state",
                "idempotency_key",
                "error_message",
                "blocked_by_id",
                "unsettled_until",
                "answer",
            ],
        )

    def _choose_content(self, flow, erp_orders, jobs, take_open):
        """Confirmed orders; else the one open quotation; else the opportunity's lines.

        :param erp_orders: what has been made of this opportunity in the flow's ERP
        :param jobs: what is on its way there
        :return: list of :class:`Content`, or :class:`Issue`
        """
        self.ensure_one()
        orders = self.order_ids.filtered(
            lambda order: order.company_id == flow.company_id
        ).sorted("id")
        confirmed = orders.filtered(lambda order: order.state == "sale")
        if erp_orders:
            return self._choose_late_content(flow, erp_orders, confirmed)
        if confirmed:
            return self._get_confirmed_content(flow, confirmed)
        if self.erp_no_send:
            return []
        on_their_way = {job.idempotency_key for job in jobs}
        quotations = orders._filter_to_choose()
        chosen = self.erp_quotation_id & quotations or quotations
        if not take_open:
            sent = quotations.filtered(
                lambda order: self._get_content_key(flow, order) in on_their_way
            )
            if quotations and len(sent) != 1:
                return Issue(
                    self.integration_issue or "choose",
                    self.integration_issue_message
                    or self._get_choose_message(quotations),
                )
            chosen = sent
        if len(chosen) > 1:
            return Issue("choose", self._get_choose_message(chosen))
        if chosen:
            content = self._get_content_of_quotation(flow, chosen)
        else:
            content = self._get_content_of_lines(flow)
        return content or Issue(
            "nothing",
            self.env._(
                "Won, but there is nothing to send: no confirmed order, no open quotation"
                " with products, no products on the opportunity. Add them, then send."
            ),
        )

    def _get_confirmed_content(self, flow, confirmed):
        if flow.order_grouping == "quotation":
            return [
                Content(self, order, self._get_content_key(flow, order))
                for order in confirmed
            ]
        if obstacle := confirmed._get_merge_obstacle():
            return Issue("merge", obstacle)
        return [Content(self, confirmed, self._get_content_key(flow, confirmed))]

    def _get_content_of_quotation(self, flow, quotation):
        return [Content(self, quotation, self._get_content_key(flow, quotation))]

    def _get_content_of_lines(self, flow):
        if not any(line.product_id and line.quantity for line in self.lead_line_ids):
            return []
        none = self.env["sale.order"]
        return [Content(self, none, self._get_content_key(flow, none))]

    def _get_content_key(self, flow, orders):
        """The key the ERP knows the order by; the same content never gets two."""
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        if flow.order_grouping == "quotation" and orders:
            return f"{prefix}SO{orders.id}"
        return f"{prefix}OPP{self.id}"

    def _get_choose_message(self, quotations):
        return self.env._(
            "Won with several open quotations (%(quotations)s). Choose the one the ERP is"
            " to get.",
            quotations=", ".join(quotations.mapped("name")),
        )

    # -- to the queue -----------------------------------------------------------------

    def _ensure_customers(self, contents):
        """An opportunity sent by its lines needs a customer: found by e-mail or made of
        its contact data, as converting a lead does.

        :return: dict ``{lead: Issue}``
        """
        issues = {}
        for content in contents:
            lead = content.lead
            if content.orders or lead.partner_id:
                continue
            partner = lead._find_matching_partner()
            if partner.company_id - lead._get_erp_company().parent_ids:
                # of another company: no customer of this one
                partner = partner.browse()
            if partner:
                lead._handle_partner_assignment(partner.id, create_missing=False)
            elif lead.partner_name or lead.contact_name or lead.email_normalized:
                lead._handle_partner_assignment(create_missing=True)
            else:
                issues[lead] = Issue(
                    "customer",
                    self.env._(
                        "Won, but without a customer. Choose one, or enter a company or"
                        " contact name, then send."
                    ),
                )
        return issues

    def _enqueue_contents(self, flow, contents, trigger):
        payloads = self.env["integration.payload"]
        payloads._prefetch(
            self.browse().union(*(content.lead for content in contents)),
            self.env["sale.order"].union(*(content.orders for content in contents)),
        )
        requests = []
        for content in contents:
            payload = payloads._prepare_order(*content)
            requests.append(
                {
                    "operation": "push",
                    "name": f"{payload['number']} · {payload['party']['name']}",
                    "record": content.lead,
                    "payload": payload,
                    "idempotency_key": content.key,
                    "trigger": trigger,
                }
            )
        self.env["integration.job"]._enqueue(flow, requests)

    # -- afterwards -------------------------------------------------------------------

    def _compare_with_sent(self):
        """Point out where what the ERP has got no longer is what stands here."""
        issues, same = {}, self.browse()
        asked = self.erp_order_ids._take_changes()
        for lead in self:
            messages = [asked[order] for order in lead.erp_order_ids if order in asked]
            if messages:
                issues[lead] = Issue("changed", messages[0])
            elif lead.integration_issue == "changed" and not lead._get_late_orders():
                same |= lead
        changed = self.browse().union(*issues)
        changed._set_issues(issues)
        same._set_issues({}, keep=())
        (changed | same)._update_integration_status()

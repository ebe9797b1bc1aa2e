from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_lead_content import Issue

# deals queued in one transaction
PORTION = 100


class IntegrationConnector(models.Model):
    """Deals won before the connector was started, sent along if somebody says so."""

    _inherit = "integration.connector"

    send_past_deals = fields.Boolean(
        "Send Deals Won Before",
        copy=False,
        help="Also send the deals that were won before the connector was started and are"
        " not in the ERP yet. Otherwise only deals won from then on are sent.",
    )
    # the last one looked at: one that lacks something must not be looked at for ever
    past_deals_cursor = fields.Integer(readonly=True, copy=False)

    def action_start(self):
        result = super().action_start()
        if self.filtered("send_past_deals"):
            # there may be thousands: not while the user waits.
            # sudo: scheduled actions are the administrator's; this one only goes off now
            self.env.ref("integration_sale.ir_cron_past_deals").sudo()._trigger()
        return result

    @api.model
    def _cron_send_past_deals(self):
        """Queue what was won before, a portion at a time, until nothing is left."""
        connectors = self.search(
            [("send_past_deals", "=", True), ("state", "=", "running")]
        )
        for connector in connectors:
            while connector.send_past_deals:
                count = connector._send_past_deals()
                remaining = connector._count_past_deals_left()
                if not self.env["ir.cron"]._commit_progress(count, remaining=remaining):
                    return

    def _send_past_deals(self):
        """:return: int, number of deals looked at in this portion"""
        domain = self._get_past_deals_domain()
        leads = self._get_past_deals_model().search(domain, order="id", limit=PORTION)
        self._push_past_deals(self._filter_past_deals(leads))
        if len(leads) < PORTION:
            self.write({"send_past_deals": False, "past_deals_cursor": 0})
        else:
            self.past_deals_cursor = leads[-1].id
        return len(leads)

    def _push_past_deals(self, leads):
        """One that can't be sent is for a person to look at, and holds up no other."""
        try:
            with self.env.cr.savepoint():
                leads._push_won("sent at the start")
        except UserError as error:
            if len(leads) == 1:
                leads._set_issues({leads: Issue("refused", str(error))})
                leads._update_integration_status()
                return
            for lead in leads:
                self._push_past_deals(lead)

    def _count_past_deals_left(self):
        if not self.send_past_deals:
            return 0
        return self._get_past_deals_model().search_count(self._get_past_deals_domain())

    def _get_past_deals_model(self):
        # what belongs to no company in particular goes to the one that was started
        return self.env["crm.lead"].with_company(self.company_id)

    def _get_past_deals_domain(self):
        return [
            ("won_status", "=", "won"),
            ("company_id", "in", (False, self.company_id.id)),
            ("erp_order_ids", "not any", [("connector_id", "in", self.ids)]),
            ("id", ">", self.past_deals_cursor),
        ]

    def _find_past_deals(self):
        """Won opportunities that are not in this ERP, nor wait for it in the queue; the
        oldest first."""
        self.ensure_one()
        leads = self._get_past_deals_model().search(
            self._get_past_deals_domain(), order="date_closed, id"
        )
        return self._filter_past_deals(leads - self._find_queued_deals())

    def _find_queued_deals(self):
        # sudo: which deals wait, as in _count_unfinished
        jobs = self.env["integration.job"].sudo()
        groups = jobs._read_group(
            [
                *self._get_unfinished_domain(),
                ("flow_id.code", "=", "sale_order_push"),
                ("res_model", "=", "crm.lead"),
            ],
            ["res_id"],
        )
        return self.env["crm.lead"].browse([lead_id for (lead_id,) in groups])

    def _filter_past_deals(self, leads):
        flow = self._get_flow("sale_order_push")
        if not flow:
            return leads.browse()
        return flow._filter_records(
            leads.filtered(lambda lead: lead._get_erp_company() == self.company_id)
        )

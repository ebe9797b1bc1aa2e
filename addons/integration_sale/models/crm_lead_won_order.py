from odoo import api, fields, models


class CrmLead(models.Model):
    """Open deals say beforehand what winning them sets going."""

    _inherit = "crm.lead"

    won_order_text = fields.Char("Once It Is Won", compute="_compute_won_order_text")

    @api.depends("won_status", "type", "active", "company_id", "lead_line_ids")
    @api.depends_context("lang", "company")
    def _compute_won_order_text(self):
        self.won_order_text = False
        # as they are in the database: a flow's filter may ask for anything
        open_deals = self._origin.filtered(
            lambda lead: (
                lead.type == "opportunity"
                and lead.active
                and lead.won_status == "pending"
                and lead.lead_line_ids
            )
        )
        by_company = open_deals.grouped(lambda lead: lead._get_erp_company())
        companies = self.env["res.company"].union(*by_company)
        # sudo: flows are not the salesperson's to read; what winning does is
        flows = (
            self.env["integration.flow"]
            .sudo()
            ._find_for_push("sale_order_push", companies)
        )
        texts = {}
        for flow in flows:
            for lead in flow._filter_records(by_company[flow.company_id].sudo()):
                texts[lead.id] = self.env._(
                    "Once it is won, its order goes to %s by itself.",
                    flow.connector_id.name,
                )
        for lead in self:
            lead.won_order_text = texts.get(lead._origin.id, False)

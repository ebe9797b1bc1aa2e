from odoo import api, fields, models


class CrmLead(models.Model):
    """Open deals say beforehand what winning them sets going."""

    _inherit = "crm.lead"

    won_order_text = fields.Char("Once It Is Won", compute="_compute_won_order_text")

    @api.depends(
        "won_status",
        "type",
        "active",
        "company_id",
        "lead_line_ids.product_id",
        "lead_line_ids.quantity",
        "order_ids.state",
        "erp_order_ids",
        "erp_no_send",
    )
    @api.depends_context("lang", "company")
    def _compute_won_order_text(self):
        # sudo: flows and others' quotations are not the salesperson's to read; what
        # winning does is. As they are in the database: a flow's filter may ask for anything
        deals = self._origin.sudo().filtered(lambda lead: lead._is_sent_once_won())
        by_company = deals.grouped(lambda lead: lead._get_erp_company())
        flows = self.env["integration.flow"].sudo()
        systems = {}
        for flow in flows._find_for_push(
            "sale_order_push", self.env["res.company"].union(*by_company)
        ):
            for lead in flow._filter_records(by_company[flow.company_id]):
                systems.setdefault(lead.id, []).append(flow.connector_id.name)
        for lead in self:
            names = systems.get(lead._origin.id)
            lead.won_order_text = names and self.env._(
                "Once it is won, its order goes to %s by itself.", ", ".join(names)
            )

    def _is_sent_once_won(self):
        """Something to send, and nobody is asked what."""
        self.ensure_one()
        return (
            self.type == "opportunity"
            and self.active
            and self.won_status == "pending"
            and not self.erp_no_send
            # reopened: what becomes of its order is said elsewhere
            and not self.erp_order_ids
            and any(line.product_id and line.quantity for line in self.lead_line_ids)
            and len(self.order_ids._filter_to_choose()) <= 1
        )

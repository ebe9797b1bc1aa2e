from odoo import api, fields, models
from odoo.fields import Command


class CrmLead(models.Model):
    """Products on the opportunity. What becomes of them in the ERP is in
    ``crm_lead_content.py`` (what is sent) and ``crm_lead_status.py`` (what is shown)."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "integration.status.mixin"]

    lead_line_ids = fields.One2many("crm.lead.line", "lead_id", "Products", copy=True)
    erp_order_ids = fields.One2many(
        "integration.erp.order", "lead_id", "ERP Orders", readonly=True
    )
    show_lead_lines = fields.Boolean(compute="_compute_show_lead_lines")
    lines_untaxed = fields.Monetary(
        "Untaxed Amount",
        compute="_compute_lines_amounts",
        store=True,
        currency_field="company_currency",
    )
    lines_tax = fields.Monetary(
        "Taxes",
        compute="_compute_lines_amounts",
        store=True,
        currency_field="company_currency",
    )
    lines_total = fields.Monetary(
        "Total",
        compute="_compute_lines_amounts",
        store=True,
        currency_field="company_currency",
    )

    @api.depends("company_id", "lead_line_ids")
    def _compute_show_lead_lines(self):
        for lead in self:
            company = lead.company_id or self.env.company
            lead.show_lead_lines = company.use_opportunity_lines or bool(
                lead.lead_line_ids
            )

    @api.depends("lead_line_ids.price_subtotal", "lead_line_ids.price_total")
    def _compute_lines_amounts(self):
        """As a quotation adds up its lines, so that both say the same."""
        AccountTax = self.env["account.tax"]
        for lead in self:
            lines = lead.lead_line_ids.filtered(lambda line: not line.display_type)
            if not lines:
                lead.lines_untaxed = lead.lines_tax = lead.lines_total = 0.0
                continue
            company = lead.company_id or self.env.company
            base_lines = [
                line._prepare_base_line_for_taxes_computation() for line in lines
            ]
            AccountTax._add_tax_details_in_base_lines(base_lines, company)
            AccountTax._round_base_lines_tax_details(base_lines, company)
            totals = AccountTax._get_tax_totals_summary(
                base_lines=base_lines, currency=company.currency_id, company=company
            )
            lead.lines_untaxed = totals["base_amount_currency"]
            lead.lines_tax = totals["tax_amount_currency"]
            lead.lines_total = totals["total_amount_currency"]

    @api.onchange("lead_line_ids")
    def _onchange_lead_line_ids(self):
        if self._follows_lines():
            self.expected_revenue = self.lines_untaxed

    def _follows_lines(self):
        self.ensure_one()
        company = self.company_id or self.env.company
        return company.expected_revenue_from_lines and bool(self.lead_line_ids)

    def _on_lines_changed(self):
        """Lines were added, changed or taken away."""
        for lead in self:
            if (
                lead._follows_lines()
                and lead.company_currency.compare_amounts(
                    lead.expected_revenue, lead.lines_untaxed
                )
                != 0
            ):
                lead.expected_revenue = lead.lines_untaxed
        self._note_content_change()

    def _take_revenue_of_lines(self):
        """A deal without expected revenue is worth its lines once it is won, as one with a
        confirmed quotation is worth that (``sale_crm``). Before that a figure that nobody
        entered would stay behind the next line."""
        for lead in self.filtered(
            lambda lead: (
                lead.lead_line_ids
                and not lead.expected_revenue
                and all(order.state == "cancel" for order in lead.order_ids)
            )
        ):
            lead.expected_revenue = lead.lines_untaxed

    def _get_erp_order_field(self):
        return "lead_id"

    # -- to a quotation ---------------------------------------------------------------

    def _prepare_opportunity_quotation_context(self):
        context = super()._prepare_opportunity_quotation_context()
        if not self.lead_line_ids:
            return context
        company = self.company_id or self.env.company
        currency = (
            self.partner_id.with_company(company).property_product_pricelist.currency_id
            or company.currency_id
        )
        return {
            **context,
            "default_order_line": [
                Command.create(line._prepare_order_line_values(currency))
                for line in self.lead_line_ids
            ],
            # a template would put its own lines in their place
            "default_sale_order_template_id": False,
        }

    def action_view_sale_quotation(self):
        """A further quotation opened from the list starts empty, as in Odoo: the lines
        belong to the one made by *New Quotation*."""
        action = super().action_view_sale_quotation()
        for key in ("default_order_line", "default_sale_order_template_id"):
            action["context"].pop(key, None)
        return action

    def _merge_get_fields_specific(self):
        return {
            **super()._merge_get_fields_specific(),
            "lead_line_ids": lambda name, leads: [
                Command.link(line.id) for line in leads.lead_line_ids
            ],
            "erp_order_ids": lambda name, leads: [
                Command.link(order.id) for order in leads.sudo().erp_order_ids
            ],
        }

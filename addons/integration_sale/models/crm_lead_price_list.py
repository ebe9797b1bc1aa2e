from odoo import api, fields, models


class CrmLead(models.Model):
    """Lines are in the company's currency, the customer's price list may be in another."""

    _inherit = "crm.lead"

    price_list_message = fields.Char(
        "About the Price List", compute="_compute_price_list_message"
    )

    @api.depends("partner_id", "company_id", "won_status", "lead_line_ids.product_id")
    def _compute_price_list_message(self):
        for lead in self:
            lead.price_list_message = False
            if lead.won_status in ("won", "lost") or not lead.lead_line_ids.product_id:
                continue
            company = lead.company_id or self.env.company
            price_list = lead.partner_id.with_company(
                company
            ).property_product_pricelist
            if (
                not price_list
                or price_list.currency_id._get_known_rate(
                    company.currency_id, company, fields.Date.context_today(lead)
                )
                is not None
            ):
                continue
            lead.price_list_message = self.env._(
                "The price list %(list)s of this customer is in %(currency)s, which has no"
                " rate here: its prices can't be shown in %(own)s. Give %(currency)s a rate"
                " under Currencies, or enter the prices of the lines yourself.",
                list=price_list.name,
                currency=price_list.currency_id.name,
                own=company.currency_id.name,
            )

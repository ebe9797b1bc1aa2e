from odoo import models

from ..decimals import to_text


class CrmLead(models.Model):
    """Snapshot of an opportunity that is sent by its own lines."""

    _inherit = "crm.lead"

    def _prepare_erp_order_payload(self):
        """Snapshot of this opportunity's lines; see ``integration.payload``."""
        self.ensure_one()
        payload = self.env["integration.payload"]
        partner = self.partner_id
        company = self.env.company
        currency = self.company_id.currency_id or company.currency_id
        addresses = partner.address_get(["invoice", "delivery"])
        in_company = partner.with_company(company)
        return {
            "number": self.name,
            "customer_reference": "",
            **payload._prepare_party(
                partner,
                {
                    "invoice": partner.browse(addresses["invoice"]),
                    "delivery": partner.browse(addresses["delivery"]),
                    "contact": partner,
                },
            ),
            "currency_id": currency.id,
            "currency": currency.name,
            "order_date": payload._prepare_date(self.date_closed, self.user_id),
            # the expected closing date is about the deal, not about the delivery
            "requested_date": "",
            "pricelist_id": False,
            "payment_term_id": in_company.property_payment_term_id.id,
            "salesperson_id": self.user_id.id,
            "warehouse_id": False,
            "carrier_id": False,
            "note": "",
            "lines": payload._prepare_lines(
                self.lead_line_ids.filtered(
                    lambda line: line.display_type or line.quantity
                ).sorted()
            ),
            "total_untaxed": to_text(self.lines_untaxed, currency.decimal_places),
            "total_tax": to_text(self.lines_tax, currency.decimal_places),
            "total": to_text(self.lines_total, currency.decimal_places),
        }

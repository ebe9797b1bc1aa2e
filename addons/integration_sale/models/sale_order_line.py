from odoo import api, models

from ..decimals import to_text


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._note_content_change()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if self._get_sent_fields() & vals.keys():
            self._note_content_change()
        return result

    def unlink(self):
        # sudo: see SaleOrder.write
        leads = self.order_id.opportunity_id.sudo()
        result = super().unlink()
        leads._note_content_change()
        return result

    def _note_content_change(self):
        self.order_id.opportunity_id.sudo()._note_content_change()

    def _get_sent_fields(self):
        return {
            "product_id",
            "name",
            "product_uom_qty",
            "product_uom_id",
            "price_unit",
            "discount",
            "tax_ids",
            "display_type",
            "sequence",
        }

    # -- to the ERP -------------------------------------------------------------------

    def _is_sent_to_erp(self):
        """Whether this line belongs to what the customer ordered. Optional products that
        were not chosen have no quantity, down payments are dealt with by invoices here.
        """
        self.ensure_one()
        return not self.is_downpayment and bool(
            self.display_type or self.product_uom_qty
        )

    def _prepare_erp_line_payload(self):
        """Snapshot of this line; see ``integration.payload``."""
        self.ensure_one()
        payload = self.env["integration.payload"]
        key = f"SO{self.order_id.id}-{self.id}"
        kind = payload._get_kind(self)
        if kind != "product":
            kind = "section" if kind == "subsection" else kind
            return payload._prepare_text_line(key, kind, self.name)
        return {
            "key": key,
            "kind": kind,
            "product_id": self.product_id.id,
            "description": self.name or "",
            "quantity": to_text(self.product_uom_qty),
            "uom_id": self.product_uom_id.id,
            "unit_price": to_text(self.price_unit),
            "discount": to_text(self.discount),
            "tax_ids": self.tax_ids.ids,
            "subtotal": to_text(self.price_subtotal),
        }

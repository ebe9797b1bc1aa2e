from odoo import api, models

ORDER = "integration.erp.order"
INVOICE = "integration.erp.invoice"
SHIPMENT = "integration.erp.shipment"


class IntegrationFieldLabel(models.AbstractModel):
    _inherit = "integration.field.label"

    @api.model
    @api.private
    def _get_fields(self):
        return {
            **super()._get_fields(),
            # of orders, see contract.py
            "currency_id": ("sale.order", "currency_id"),
            "customer_reference": ("sale.order", "client_order_ref"),
            "delivery_address_id": ("sale.order", "partner_shipping_id"),
            "delivery_state": (ORDER, "delivery_state"),
            "discount": ("sale.order.line", "discount"),
            "invoice_address_id": ("sale.order", "partner_invoice_id"),
            "note": ("sale.order", "note"),
            "order.state": (ORDER, "state"),
            "order_date": ("sale.order", "date_order"),
            "party_id": ("sale.order", "partner_id"),
            "payment_term_id": ("sale.order", "payment_term_id"),
            "price_list_id": ("sale.order", "pricelist_id"),
            "requested_date": ("sale.order", "commitment_date"),
            "salesperson_id": ("sale.order", "user_id"),
            "subtotal": ("sale.order.line", "price_subtotal"),
            "tax_ids": ("sale.order.line", "tax_ids"),
            "total": ("sale.order", "amount_total"),
            "total_tax": ("sale.order", "amount_tax"),
            "total_untaxed": ("sale.order", "amount_untaxed"),
            "unit_price": ("sale.order.line", "price_unit"),
            # of what comes back of them
            "due_date": (INVOICE, "due_date"),
            "invoice_date": (INVOICE, "invoice_date"),
            "invoices": (ORDER, "invoice_ids"),
            "invoices.kind": (INVOICE, "kind"),
            "invoices.payment_state": (INVOICE, "payment_state"),
            "invoices.residual": (INVOICE, "amount_residual"),
            "invoices.state": (INVOICE, "state"),
            "is_backorder": (SHIPMENT, "is_backorder"),
            "is_return": (SHIPMENT, "is_return"),
            "scheduled_date": (SHIPMENT, "scheduled_date"),
            "done_date": (SHIPMENT, "done_date"),
            "shipments": (ORDER, "shipment_ids"),
            "shipments.state": (SHIPMENT, "state"),
            "tracking_number": (SHIPMENT, "tracking_number"),
            "tracking_url": (SHIPMENT, "tracking_url"),
        }

    @api.model
    @api.private
    def _get_terms(self):
        return {
            **super()._get_terms(),
            "carrier": self.env._("Carrier"),
            "carrier_id": self.env._("Carrier"),
            "contact_id": self.env._("Contact"),
            "lines": self.env._("Lines"),
            "order": self.env._("Order"),
            "product_code": self.env._("Product code"),
            "warehouse_id": self.env._("Warehouse"),
        }

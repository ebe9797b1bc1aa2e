from odoo import api, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "integration.price.line.mixin"]

    def _get_erp_price_list(self):
        """The quotation's own list, else the customer's: whoever quotes by another list
        departs from the ERP as well."""
        order = self.order_id
        if self.is_downpayment or self.display_type:
            return order.pricelist_id.browse()
        customers = order.partner_id.with_company(
            order.company_id
        ).property_product_pricelist
        return order.pricelist_id.filtered(
            "is_integration_owned"
        ) or customers.filtered("is_integration_owned")

    def _get_erp_price_quantity(self):
        return self.product_uom_qty

    def _get_erp_price_date(self):
        # as Odoo takes the rate of the order itself
        moment = self.order_id.date_order
        return moment.date() if moment else super()._get_erp_price_date()

    @api.model
    def _get_erp_price_dependencies(self):
        return [
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "price_unit",
            "discount",
            "order_id.partner_id",
            "order_id.pricelist_id",
            "order_id.date_order",
        ]

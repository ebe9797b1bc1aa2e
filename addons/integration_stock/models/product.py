from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    erp_stock_available = fields.Float(
        "Available in ERP",
        digits="Product Unit",
        compute="_compute_erp_stock_available",
        # a shop's visitors read products as well
        groups="base.group_user",
    )
    has_erp_stock = fields.Boolean(compute="_compute_erp_stock_available")

    def _compute_erp_stock_available(self):
        levels = self.env["integration.stock.level"]
        products = self.with_context(active_test=False).product_variant_ids
        summaries = levels._get_summaries(products, self.env.company)
        for template in self:
            found = [
                summaries[product.id]
                for product in template.product_variant_ids
                if product.id in summaries
            ]
            template.has_erp_stock = bool(found)
            template.erp_stock_available = sum(item["available"] for item in found)

    def action_view_erp_stock(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stock in the ERP"),
            "res_model": "integration.stock.level",
            "view_mode": "list",
            "domain": [("product_id.product_tmpl_id", "in", self.ids)],
        }


class ProductProduct(models.Model):
    _inherit = "product.product"

    # of the variant itself: its form shows the template's buttons too
    erp_stock_available = fields.Float(
        "Available in ERP",
        digits="Product Unit",
        compute="_compute_erp_stock_available",
        # a shop's visitors read products as well
        groups="base.group_user",
    )
    has_erp_stock = fields.Boolean(compute="_compute_erp_stock_available")

    def _compute_erp_stock_available(self):
        levels = self.env["integration.stock.level"]
        summaries = levels._get_summaries(self, self.env.company)
        for product in self:
            summary = summaries.get(product.id)
            product.has_erp_stock = bool(summary)
            product.erp_stock_available = summary["available"] if summary else 0.0

    def action_view_erp_stock(self):
        return {
            **self.product_tmpl_id.action_view_erp_stock(),
            "domain": [("product_id", "in", self.ids)],
        }

    def action_read_erp_stock(self):
        """Ask the ERP for these products now; a job does it."""
        self.check_access("read")
        self.env["integration.stock.level"]._ask_for(self, self.env.company)
        return True

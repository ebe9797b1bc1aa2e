from odoo import api, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.integration_sale.order_findings import WARNING, make_finding


class CrmLead(models.Model):
    """Whether the ERP has enough, in the check before Won."""

    _inherit = "crm.lead"

    @api.private
    def _check_before_won(self, flow):
        findings = super()._check_before_won(flow)
        seen = set()
        lines = self._get_check_lines(flow)
        # what another ERP has is no help to this one
        for line in lines.with_context(erp_stock_connector_id=flow.connector_id.id):
            if not line.is_erp_stock_short or line.product_id in seen:
                continue
            # lines of one product share what there is
            seen.add(line.product_id)
            findings.append(
                make_finding("stock", WARNING, self._get_shortage_text(line))
            )
        return findings

    def _get_shortage_text(self, line):
        stock = line.erp_stock
        values = {
            "product": line.product_id.display_name,
            "asked": formatLang(self.env, stock["asked"], dp="Product Unit"),
            "available": formatLang(self.env, stock["available"], dp="Product Unit"),
            "unit": stock["unit"],
        }
        if stock["date"]:
            return self.env._(
                "%(product)s: %(asked)s %(unit)s asked for, %(available)s available in the"
                " ERP, enough from %(date)s.",
                date=format_date(self.env, stock["date"]),
                **values,
            )
        if stock["is_undated"]:
            return self.env._(
                "%(product)s: %(asked)s %(unit)s asked for, %(available)s available in the"
                " ERP; enough is on its way, but overdue or without a date.",
                **values,
            )
        return self.env._(
            "%(product)s: %(asked)s %(unit)s asked for, %(available)s available in the ERP,"
            " and not enough on its way.",
            **values,
        )

    @api.private
    def _prepare_live_readings(self, flow):
        readings = super()._prepare_live_readings(flow)
        mappings = self._get_stock_mappings(flow)
        if mappings:
            ids = sorted(set(mappings.mapped("remote_id")))
            readings.append({"name": "stock", "verb": "stock_levels", "ids": ids})
        return readings

    @api.private
    def _take_live_reading(self, flow, name, ids, answer):
        if name != "stock":
            return super()._take_live_reading(flow, name, ids, answer)
        return self.env["integration.handler.stock_pull"]._write_levels(
            flow.connector_id._get_flow("stock_pull"),
            self._get_stock_mappings(flow),
            answer,
        )

    def _get_stock_mappings(self, flow):
        """Of the products on the lines, where stock is read at all."""
        mappings = self.env["integration.product.mapping"]
        if flow.connector_id._get_flow("stock_pull").state != "running":
            return mappings
        found = mappings._get_for(
            flow.connector_id, self._get_check_lines(flow).product_id
        )
        return mappings.union(*found.values())

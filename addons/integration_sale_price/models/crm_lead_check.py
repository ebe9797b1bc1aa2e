from odoo import api, models
from odoo.tools import format_amount
from odoo.tools.misc import formatLang

from odoo.addons.integration_sale.order_findings import WARNING, make_finding

from .integration_price_line_mixin import PRICE_DIGITS


class CrmLead(models.Model):
    """Whether a price departs from the ERP's, in the check before Won."""

    _inherit = "crm.lead"

    @api.private
    def _check_before_won(self, flow):
        findings = super()._check_before_won(flow)
        lines = self._get_check_lines(flow).filtered(
            lambda line: (
                line._get_erp_price_list().integration_connector_id == flow.connector_id
            )
        )
        if problem := lines._get_erp_price_problem():
            findings.append(make_finding("price", WARNING, problem))
        for line in lines.filtered("is_erp_price_different"):
            offered = line.price_unit * (1 - (line.discount or 0.0) / 100)
            ours, theirs = self._format_prices(
                [offered, line.erp_price], line.currency_id
            )
            findings.append(
                make_finding(
                    "price",
                    WARNING,
                    self.env._(
                        "%(product)s: %(ours)s here, %(theirs)s by the ERP's price list"
                        " %(list)s.",
                        product=line.product_id.display_name,
                        ours=ours,
                        theirs=theirs,
                        list=line._get_erp_price_list().name,
                    ),
                    "take_price",
                    line,
                )
            )
        return findings

    def _format_prices(self, prices, currency):
        """With as many decimals as it takes to tell them apart.

        :return: list of str
        """
        digits = max(
            len(f"{price:.{PRICE_DIGITS}f}".rstrip("0").partition(".")[2])
            for price in prices
        )
        if digits <= currency.decimal_places:
            return [format_amount(self.env, price, currency) for price in prices]
        return [
            f"{formatLang(self.env, price, digits=digits)} {currency.name}"
            for price in prices
        ]

    def _get_finding_labels(self):
        return {
            **super()._get_finding_labels(),
            "take_price": self.env._("Take the ERP's Price"),
        }

    def _fix_finding_take_price(self, check, finding):
        lines = self.env[finding["model"]].browse(finding["ids"]).exists()
        lines.check_access("write")
        for line in lines.filtered("has_erp_price"):
            line.write({"price_unit": line.erp_price, "discount": 0.0})
        return True

    @api.private
    def _prepare_live_readings(self, flow):
        readings = super()._prepare_live_readings(flow)
        lists, mappings = self._get_price_sources(flow)
        if lists and mappings:
            readings.append(
                {
                    "name": "price",
                    "verb": "price_list_prices",
                    "before": [sorted(lists.mapped("integration_remote_id"))],
                    "ids": sorted(set(mappings.mapped("remote_id"))),
                }
            )
        return readings

    @api.private
    def _take_live_reading(self, flow, name, ids, answer):
        if name != "price":
            return super()._take_live_reading(flow, name, ids, answer)
        lists, mappings = self._get_price_sources(flow)
        handler = self.env["integration.handler.price_pull"].with_context(
            integration_price=True
        )
        return handler._write_prices(
            {item.integration_remote_id: item.with_env(handler.env) for item in lists},
            mappings,
            answer,
        )

    def _get_price_sources(self, flow):
        """Price lists of this ERP that count for the lines, and mappings of the products;
        empty where prices are not read at all."""
        lists = self.env["product.pricelist"]
        mappings = self.env["integration.product.mapping"]
        if flow.connector_id._get_flow("price_pull").state != "running":
            return lists, mappings
        lines = self._get_check_lines(flow).filtered("product_id")
        lists = lists.union(*(line._get_erp_price_list() for line in lines)).filtered(
            lambda item: item.integration_connector_id == flow.connector_id
        )
        found = mappings._get_for(flow.connector_id, lines.product_id)
        return lists, mappings.union(*found.values())

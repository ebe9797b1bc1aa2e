from decimal import Decimal

from odoo import api, models

from ..decimals import convert_quantity, to_decimal, to_text


class HandlerSaleOrderPush(models.AbstractModel):
    """From the snapshot to the request: our ids give way to theirs."""

    _inherit = "integration.handler.sale_order_push"

    @api.private
    def _prepare_request(self, flow, payload, counterparts):
        """What ``_call`` gets of one order."""
        is_untaxed = flow.tax_policy == "remote"
        return {
            "order": self._prepare_order_request(flow, payload, counterparts),
            "expected": payload["total_untaxed" if is_untaxed else "total"],
            "compared": "total_untaxed" if is_untaxed else "total",
            "currency": payload["currency"],
            "tolerance": to_text(flow.amount_tolerance),
            "confirm_policy": flow.confirm_policy,
            "is_accepted": bool(payload.get("accept_difference")),
        }

    @api.private
    def _prepare_order_request(self, flow, payload, counterparts):
        """:return: ``contract.OrderRequest``"""
        partner_id = payload["partner_id"]

        def get_address(name):
            return counterparts.addresses.get((partner_id, payload[name]), "")

        def get_head(kind, name):
            return counterparts.heads.get(kind, {}).get(payload[name], "")

        return {
            "key": payload["key"],
            "number": payload["number"],
            "customer_reference": payload["customer_reference"],
            "party_id": counterparts.parties[partner_id],
            "invoice_address_id": get_address("invoice_partner_id"),
            "delivery_address_id": get_address("delivery_partner_id"),
            "contact_id": get_address("contact_partner_id"),
            "currency_id": get_head("currency", "currency_id"),
            "order_date": payload["order_date"],
            "requested_date": payload["requested_date"],
            "price_list_id": get_head("price_list", "pricelist_id"),
            "payment_term_id": get_head("payment_term", "payment_term_id"),
            "salesperson_id": get_head("salesperson", "salesperson_id"),
            "warehouse_id": get_head("warehouse", "warehouse_id"),
            "carrier_id": get_head("carrier", "carrier_id"),
            "note": payload["note"],
            "lines": [
                self._prepare_line_request(flow, line, counterparts)
                for line in payload["lines"]
            ],
        }

    @api.private
    def _prepare_line_request(self, flow, line, counterparts):
        """:return: ``contract.OrderLine``"""
        request = {
            "key": line["key"],
            "kind": line["kind"],
            "product_id": "",
            "description": line["description"],
            "quantity": "0",
            "unit_id": "",
            "unit_price": "0",
            "discount": "0",
            "tax_ids": [],
        }
        if line["kind"] != "product":
            return request
        mapping = counterparts.products[line["product_id"]]
        quantity, price, unit_id = self._convert_unit(line, mapping, counterparts)
        taxes = self.env["account.tax"].union(
            *(counterparts.tax_records[tax_id] for tax_id in line["tax_ids"])
        )
        tax_ids = None
        if flow.tax_policy == "map":
            tax_ids = [counterparts.taxes[tax.id] for tax in taxes]
        return {
            **request,
            "product_id": mapping.remote_id,
            "quantity": to_text(quantity),
            "unit_id": unit_id,
            "unit_price": to_text(
                self._convert_price(price, taxes, tax_ids, counterparts)
            ),
            "discount": line["discount"],
            "tax_ids": tax_ids,
        }

    @api.private
    def _convert_unit(self, line, mapping, counterparts):
        """Quantity and price in the ERP's unit of the product.

        A line in another unit than the product's (a dozen of what is counted by the
        piece) goes over in that unit where the ERP has it, which keeps the price as it
        was agreed on; else it is converted.

        :return: tuple (quantity, price, remote unit id; "" is the product's own there)
        """
        quantity, price = to_decimal(line["quantity"]), to_decimal(line["unit_price"])
        unit = self.env["uom.uom"].browse(line["uom_id"])
        own_unit = mapping.local_uom_id
        factor = to_decimal(mapping.factor)
        if unit != own_unit:
            if factor == 1 and unit.id in counterparts.units:
                return quantity, price, counterparts.units[unit.id]
            factor *= to_decimal(unit.factor) / to_decimal(own_unit.factor)
        quantity, price = convert_quantity(quantity, price, factor)
        return quantity, price, mapping.remote_unit_id or ""

    @api.private
    def _convert_price(self, price, taxes, tax_ids, counterparts):
        """A price with taxes in it where the ERP's tax is on top, or the other way round,
        becomes what the ERP takes it for."""
        included = [tax for tax in taxes if tax.price_include]
        if tax_ids is None:
            # the ERP puts its own taxes on top
            return price / self._get_tax_factor(included)
        excluded_there = [
            tax
            for tax in included
            if not counterparts.taxes_include.get(counterparts.taxes[tax.id], True)
        ]
        included_there = [
            tax
            for tax in taxes - taxes.union(*included)
            if counterparts.taxes_include.get(counterparts.taxes[tax.id])
        ]
        return (
            price
            / self._get_tax_factor(excluded_there)
            * self._get_tax_factor(included_there)
        )

    @api.model
    def _get_tax_factor(self, taxes):
        # other kinds than percentages can't be told from the price alone: the comparison
        # of totals shows what they come to
        rates = [tax.amount for tax in taxes if tax.amount_type == "percent"]
        return 1 + sum(map(to_decimal, rates)) / Decimal(100)

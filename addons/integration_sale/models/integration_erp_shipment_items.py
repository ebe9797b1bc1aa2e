from odoo import api, fields, models

from ..decimals import to_decimal, to_text

# of more products than these the first ones are told
MOST_TOLD = 3


class IntegrationErpShipment(models.Model):
    """What is in a shipment."""

    _inherit = "integration.erp.shipment"

    item_data = fields.Json(readonly=True)
    contents = fields.Char(compute="_compute_contents")

    @api.depends("item_data")
    @api.depends_context("lang")
    def _compute_contents(self):
        for shipment in self:
            shipment.contents = shipment._get_contents()

    def _get_contents(self):
        """:return: such as “3 × PUMP-200, 2 × VALVE-DN25”, of all these shipments"""
        quantities = {}
        for shipment in self:
            for item in shipment.item_data or ():
                name = item["product_code"] or item["description"]
                quantities[name] = quantities.get(name, 0) + to_decimal(
                    item["quantity"]
                )
        texts = [
            f"{to_text(quantity)} × {name}"
            for name, quantity in quantities.items()
            if quantity
        ]
        more = len(texts) - MOST_TOLD
        if more > 0:
            texts = [*texts[:MOST_TOLD], self.env._("%s more", more)]
        return ", ".join(texts)

    def _get_quantity(self):
        """:return: Decimal, of all these shipments"""
        return sum(
            (
                to_decimal(item["quantity"])
                for shipment in self
                for item in shipment.item_data or ()
            ),
            to_decimal(0),
        )

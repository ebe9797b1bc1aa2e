from odoo import models

from odoo.addons.integration_hub.models.integration_product_mapping_units import (
    DECISIONS,
)


class IntegrationProductMapping(models.Model):
    """Figures stand for as long as the mapping they were read by: another product there,
    or another factor, and they would say something else."""

    _inherit = "integration.product.mapping"

    def write(self, vals):
        if not {"connector_id", "product_id", *DECISIONS} & vals.keys():
            return super().write(vals)
        # where nothing was mapped, nothing was read
        mapped = self.filtered(lambda line: line.state == "mapped")
        before = {line: line._get_counting() for line in mapped}
        products = {line: (line.connector_id, line.product_id) for line in mapped}
        result = super().write(vals)
        self._drop_stock(
            [
                products[line]
                for line in mapped
                if line.state != "mapped" or line._get_counting() != before[line]
            ]
        )
        return result

    def unlink(self):
        mapped = self.filtered(lambda line: line.state == "mapped")
        products = [(line.connector_id, line.product_id) for line in mapped]
        result = super().unlink()
        self._drop_stock(products)
        return result

    def _get_counting(self):
        """:return: all that the figures of this line depend on"""
        self.ensure_one()
        return (
            self.connector_id,
            self.product_id,
            self.remote_id,
            self.remote_unit_id or "",
            self.factor,
        )

    def _drop_stock(self, products):
        """:param products: list of ``(connector, product)``"""
        by_connector = {}
        for connector, product in products:
            known = by_connector.setdefault(connector, [])
            known.append(product.id)
        # sudo: figures follow mappings, whoever keeps those
        levels = self.env["integration.stock.level"].sudo()
        for connector, product_ids in by_connector.items():
            levels._drop_for(connector, self.env["product.product"].browse(product_ids))

from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from odoo.addons.integration_hub.models.integration_handler_read_load import Standing


class HandlerStockPull(models.AbstractModel):
    """First load of stock: of all mapped products, each warehouse a line. Quantities have
    no money total."""

    _inherit = "integration.handler.stock_pull"

    def _load_get_source(self, flow):
        return "integration.product.mapping", [
            ("connector_id", "=", flow.connector_id.id),
            ("state", "=", "mapped"),
        ]

    def _load_prepare(self, flow, records):
        return self._prepare_request(records)

    @staticmethod
    def _load_call(client, request):
        remote_ids = request["remote_ids"]
        levels = client.stock_levels(remote_ids) if remote_ids else []
        return {**request, "levels": levels}

    def _load_write(self, flow, answer):
        # a mapping may have been changed or deleted meanwhile
        mappings = self._load_find(flow, [("id", "in", answer["mapping_ids"])])
        self._write_levels(flow, mappings, answer["levels"])

    def _load_read(self, flow, answer):
        mappings = self._load_find(flow, [("id", "in", answer["mapping_ids"])])
        by_product = {mapping.product_id: mapping for mapping in mappings}
        Level = self.env["integration.stock.level"]
        labels = Level.fields_get(["available", "expected"], ["string"])
        levels = Level.search(
            [
                ("connector_id", "=", flow.connector_id.id),
                ("product_id", "in", mappings.product_id.ids),
            ]
        )
        return {
            (level.product_id, level.remote_warehouse_id): Standing(
                {
                    "name": f"{level.product_id.display_name} · {level.warehouse_name}",
                    "res_model": "product.product",
                    "res_id": level.product_id.id,
                    "remote_id": by_product[level.product_id].remote_id,
                    "payload": {"id": by_product[level.product_id].id},
                },
                {
                    labels["available"]["string"]: self._say_quantity(
                        level, level.available
                    ),
                    labels["expected"]["string"]: self._say_arrivals(level),
                },
            )
            for level in levels
        }

    def _say_quantity(self, level, quantity):
        text = formatLang(self.env, quantity, dp="Product Unit")
        return f"{text} {level.uom_id.name}"

    def _say_arrivals(self, level):
        return " + ".join(
            f"{self._say_quantity(level, quantity)} ({format_date(self.env, day)})"
            if day
            else self._say_quantity(level, quantity)
            for day, quantity in level.arrivals or ()
        )

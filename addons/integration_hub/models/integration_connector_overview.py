from odoo import api, fields, models


class IntegrationConnector(models.Model):
    """What the connector's form and card show of the rest, and the ways there."""

    _inherit = "integration.connector"

    system_label = fields.Char("System Name", compute="_compute_system_label")
    mapping_to_do_count = fields.Integer(
        "Mappings to Do", compute="_compute_mapping_to_do_count"
    )
    value_to_do_count = fields.Integer(
        "Values to Choose", compute="_compute_mapping_to_do_count"
    )
    product_mapping_count = fields.Integer(compute="_compute_record_counts")
    value_mapping_count = fields.Integer(compute="_compute_record_counts")
    external_id_count = fields.Integer(compute="_compute_record_counts")

    @api.depends("system_type", "remote_version")
    @api.depends_context("lang")
    def _compute_system_label(self):
        labels = dict(self._fields["system_type"]._description_selection(self.env))
        for connector in self:
            label = labels.get(connector.system_type, "")
            connector.system_label = " ".join(
                filter(None, (label, connector.remote_version))
            )

    def _compute_mapping_to_do_count(self):
        products, values = (
            self._count_by_connector(model_name, [("state", "!=", "mapped")])
            for model_name in (
                "integration.product.mapping",
                "integration.value.mapping",
            )
        )
        for connector in self:
            connector.value_to_do_count = values.get(connector, 0)
            connector.mapping_to_do_count = (
                products.get(connector, 0) + connector.value_to_do_count
            )

    def _compute_record_counts(self):
        for field_name, model_name in (
            ("product_mapping_count", "integration.product.mapping"),
            ("value_mapping_count", "integration.value.mapping"),
            ("external_id_count", "integration.external.id"),
        ):
            counts = self._count_by_connector(model_name)
            for connector in self:
                connector[field_name] = counts.get(connector, 0)

    def _count_by_connector(self, model_name, domain=()):
        """:return: dict {connector: number of its records}"""
        return dict(
            self.env[model_name]._read_group(
                [("connector_id", "in", self.ids), *domain],
                ["connector_id"],
                ["__count"],
            )
        )

    # -- actions ----------------------------------------------------------------------

    def action_view_mappings_to_do(self):
        """Products first: values are few and soon done."""
        self.ensure_one()
        products = self.env["integration.product.mapping"].search_count(
            [("connector_id", "=", self.id), ("state", "!=", "mapped")], limit=1
        )
        values = self.env["integration.value.mapping"].search_count(
            [("connector_id", "=", self.id), ("state", "!=", "mapped")], limit=1
        )
        return self._get_related_action(
            "integration.value.mapping"
            if values and not products
            else "integration.product.mapping",
            {"search_default_to_do": 1},
        )

    def action_choose_values(self):
        """The taxes and units of which nobody has said yet what they are there."""
        return self._get_related_action(
            "integration.value.mapping", {"search_default_to_do": 1}
        )

    def action_view_product_mappings(self):
        return self._get_related_action("integration.product.mapping")

    def action_view_value_mappings(self):
        return self._get_related_action("integration.value.mapping")

    def action_view_external_ids(self):
        return self._get_related_action("integration.external.id")

    def action_view_exchanges(self):
        return self._get_related_action("integration.exchange")

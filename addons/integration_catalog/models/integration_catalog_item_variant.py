from odoo import api, fields, models
from odoo.fields import Command


class IntegrationCatalogItem(models.Model):
    """Variants that the ERP keeps under one product stay together here."""

    _inherit = "integration.catalog.item"

    sibling_template_ids = fields.Many2many(
        "product.template",
        string="Products of Its Siblings",
        compute="_compute_sibling_template_ids",
        help="Products here whose variants were taken over from the same ERP product.",
    )

    @api.depends("connector_id", "remote_template_id")
    def _compute_sibling_template_ids(self):
        entries = self.search(
            [
                ("connector_id", "in", self.connector_id.ids),
                (
                    "remote_template_id",
                    "in",
                    [key for key in self.mapped("remote_template_id") if key],
                ),
                ("product_id", "!=", False),
            ]
        )
        families = entries.grouped(lambda e: (e.connector_id, e.remote_template_id))
        for item in self:
            key = (item.connector_id, item.remote_template_id)
            siblings = families.get(key, entries.browse()) - item
            item.sibling_template_ids = siblings.product_id.product_tmpl_id

    def _is_grouped(self, product):
        """Whether ``product`` is a variant here as well as there. The last one that an ERP
        has left of several bears no attributes any more: its siblings here tell."""
        return bool(
            product.product_template_attribute_value_ids
            and (
                self.payload["attributes"]
                or product.product_tmpl_id in self.sibling_template_ids
            )
        )

    def _create_variant(self, batch):
        """Make the variant under the product of its siblings, or under a new one. Where
        that can't be (siblings here bear other attributes), it becomes a product of its
        own, by its full name."""
        template = self._find_template() or self._create_template(batch)
        product = self.env["product.product"]
        if self._fits(template):
            combination = self._get_combination(template)
            product = template._create_product_variant(combination)
        if not product:
            self._create_product(batch)
            return
        values = self._prepare_values(batch)
        product.write(
            {
                name: values[name]
                for name in ("default_code", "barcode", "weight")
                if name in values
            }
        )
        batch.mapping.create([self._prepare_new_mapping(product)])
        self._settle_new(product, batch)

    def _find_template(self):
        """The product here that siblings were taken over into as variants."""
        siblings = self.search(
            [
                ("connector_id", "=", self.connector_id.id),
                ("remote_template_id", "=", self.remote_template_id),
                ("state", "=", "linked"),
                ("id", "!=", self.id),
            ],
            order="id",
        )
        templates = siblings.product_id.product_tmpl_id
        return templates.filtered("attribute_line_ids")[:1]

    def _create_template(self, batch):
        values = self._prepare_new(batch)
        for name in ("default_code", "barcode", "weight"):
            values.pop(name, None)
        return self.env["product.template"].create(
            {
                **values,
                "name": self.payload["name"] or self.name,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": value.attribute_id.id,
                            "value_ids": [Command.set(value.ids)],
                        }
                    )
                    for value in self._get_values()
                ],
            }
        )

    def _fits(self, template):
        return set(template.attribute_line_ids.attribute_id) == set(
            self._get_values().attribute_id
        )

    def _get_values(self):
        """Attribute values of this variant, made where they are missing.

        The attributes are *dynamic*: only the variants there are in the ERP come to be,
        not every combination.
        """
        Attribute = self.env["product.attribute"]
        Value = self.env["product.attribute.value"]
        values = Value
        for pair in self.payload["attributes"]:
            attribute = Attribute.search(
                [
                    ("name", "=", pair["attribute"]),
                    ("create_variant", "=", "dynamic"),
                ],
                limit=1,
            ) or Attribute.create(
                {"name": pair["attribute"], "create_variant": "dynamic"}
            )
            values |= Value.search(
                [
                    ("attribute_id", "=", attribute.id),
                    ("name", "=", pair["value"]),
                ],
                limit=1,
            ) or Value.create({"attribute_id": attribute.id, "name": pair["value"]})
        return values

    def _get_combination(self, template):
        """The template's own values for this variant; new ones are added to it."""
        combination = self.env["product.template.attribute.value"]
        for value in self._get_values():
            line = template.attribute_line_ids.filtered(
                lambda line, v=value: line.attribute_id == v.attribute_id
            )
            if value not in line.value_ids:
                line.write({"value_ids": [Command.link(value.id)]})
            combination |= line.product_template_value_ids.filtered(
                lambda own, v=value: own.product_attribute_value_id == v
            )
        return combination

from odoo import api, fields, models

# fields of a product that the catalogue brings
CATALOG_FIELDS = (
    "name",
    "default_code",
    "barcode",
    "description_sale",
    "weight",
    "taxes_id",
    "list_price",
    "image_1920",
    "sale_ok",
)


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("catalog_pull", "Product catalogue")],
        ondelete={"catalog_pull": "cascade"},
    )
    catalog_kept_field_ids = fields.Many2many(
        "ir.model.fields",
        string="Kept Here",
        domain=lambda self: [
            ("model", "=", "product.product"),
            ("name", "in", CATALOG_FIELDS),
        ],
        help="The ERP owns what it says of a product. Of the fields chosen here it fills in"
        " new products only; after that, what people write here stays.",
    )
    catalog_item_count = fields.Integer(compute="_compute_catalog_counts")
    catalog_question_count = fields.Integer(compute="_compute_catalog_counts")
    catalog_gone_count = fields.Integer(
        "Gone from the ERP",
        readonly=True,
        help="Products on sale here that the ERP named no longer, so many at once that"
        " somebody has to say whether they are discontinued.",
    )
    # how many somebody said are discontinued
    catalog_gone_accepted = fields.Integer(readonly=True)

    def _compute_catalog_counts(self):
        counts = dict.fromkeys(self.connector_id, (0, 0))
        for connector, state, count in self.env["integration.catalog.item"]._read_group(
            [("connector_id", "in", self.connector_id.ids)],
            ["connector_id", "state"],
            ["__count"],
        ):
            total, questions = counts[connector]
            counts[connector] = (
                total + count,
                questions + (count if state == "question" else 0),
            )
        for flow in self:
            flow.catalog_item_count, flow.catalog_question_count = counts[
                flow.connector_id
            ]

    def write(self, vals):
        result = super().write(vals)
        if "catalog_kept_field_ids" in vals:
            # what is the ERP's again is taken from it
            self._look_again()
        return result

    def action_start_over(self):
        """What was read and is unchanged there is looked at again as well."""
        result = super().action_start_over()
        self.filtered(lambda flow: flow.code == "catalog_pull")._look_again()
        return result

    @api.private
    def _look_again(self):
        """Have the next run compare all products with what was read of them."""
        self.env["integration.catalog.item"].search(
            [
                ("connector_id", "in", self.connector_id.ids),
                ("state", "=", "linked"),
            ]
        ).is_pending = True

    def action_accept_gone(self):
        """What the ERP no longer names is discontinued: the next run takes it off sale."""
        self.check_access("write")
        for flow in self:
            flow.catalog_gone_accepted = flow.catalog_gone_count
        return self.action_run_now()

    @api.private
    def _get_catalog_fields(self):
        """:return: set of names of the product's fields that are the ERP's"""
        self.ensure_one()
        return set(CATALOG_FIELDS) - set(self.catalog_kept_field_ids.mapped("name"))

    def action_view_catalog(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Catalogue"),
            "res_model": "integration.catalog.item",
            "view_mode": "list,form",
            "domain": [("connector_id", "=", self.connector_id.id)],
            "context": self.env.context.get("catalog_context", {}),
        }

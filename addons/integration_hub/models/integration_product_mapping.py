from odoo import api, fields, models

# lines written at once: keeps memory flat with a catalogue of any size
BATCH_SIZE = 2000


class IntegrationProductMapping(models.Model):
    """Which product of the other system one of our variants is (ERP-9)."""

    _name = "integration.product.mapping"
    _inherit = ["integration.mapping.mixin"]
    _description = "Product Mapping"
    _order = "state_sequence, connector_id, product_id, id"
    _rec_name = "product_id"

    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="cascade",
        index=True,
        check_company=True,
    )
    default_code = fields.Char(related="product_id.default_code")
    barcode = fields.Char(related="product_id.barcode")
    product_active = fields.Boolean(related="product_id.active")
    local_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    remote_value_id = fields.Many2one(
        string="ERP Product",
        domain="[('connector_id', '=', connector_id), ('kind', '=', 'product')]",
    )
    remote_unit_id = fields.Char(
        "ERP Unit ID", help="Empty: the other system takes the product's own unit."
    )
    remote_unit_name = fields.Char("ERP Unit Name", readonly=True)
    remote_unit_value_id = fields.Many2one(
        "integration.remote.value",
        "ERP Unit",
        compute="_compute_remote_unit_value_id",
        readonly=False,
        domain="[('connector_id', '=', connector_id), ('kind', '=', 'unit')]",
        help="Empty: the other system takes the product's own unit.",
    )
    factor = fields.Float(
        digits=0,
        default=1.0,
        required=True,
        help="How many remote units make one of ours: 12 where we sell by the dozen"
        " and the ERP by the piece.",
    )
    factor_text = fields.Char("In Words", compute="_compute_factor_text")

    _product_uniq = models.Constraint(
        "UNIQUE(connector_id, product_id)",
        "There is a line for this product and connector already.",
    )
    _factor_positive = models.Constraint(
        "CHECK(factor > 0)", "The unit factor must be greater than zero."
    )
    _mapped_has_remote = models.Constraint(
        "CHECK(state = 'unmapped' OR COALESCE(remote_id, '') <> '')",
        "A mapped product needs its product in the ERP: pick one from the list.",
    )
    _remote_idx = models.Index("(connector_id, remote_id) WHERE remote_id IS NOT NULL")

    # -- compute ----------------------------------------------------------------------

    @api.depends("connector_id", "remote_unit_id")
    def _compute_remote_unit_value_id(self):
        self.remote_unit_value_id = False
        for connector, lines in self.grouped("connector_id").items():
            units = self.env["integration.remote.value"]._get_by_remote_id(
                connector, "unit", set(lines.mapped("remote_unit_id")) - {False}
            )
            for line in lines:
                line.remote_unit_value_id = units.get(line.remote_unit_id, False)

    @api.depends("local_uom_id", "remote_unit_name", "factor")
    @api.depends_context("lang")
    def _compute_factor_text(self):
        for line in self:
            line.factor_text = line.local_uom_id and self.env._(
                "1 %(local_unit)s here is %(factor)s %(remote_unit)s in the ERP",
                local_unit=line.local_uom_id.name,
                factor=f"{line.factor:.12g}",
                remote_unit=line.remote_unit_name or self.env._("sales unit"),
            )

    @api.onchange("remote_unit_value_id")
    def _onchange_remote_unit_value_id(self):
        self.remote_unit_id = self.remote_unit_value_id.remote_id
        self.remote_unit_name = self.remote_unit_value_id.name

    # -- CRUD -------------------------------------------------------------------------

    def write(self, vals):
        return super().write(self._complete_own_values(vals))

    @api.model
    def _complete_own_values(self, vals):
        vals = super()._complete_own_values(vals)
        if "remote_unit_value_id" not in vals:
            return vals
        unit = self.env["integration.remote.value"].browse(
            vals.pop("remote_unit_value_id")
        )
        return {
            **vals,
            "remote_unit_id": unit.remote_id,
            "remote_unit_name": unit.name,
        }

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Product Mappings"),
                "template": "/integration_hub/static/xlsx/product_mapping.xlsx",
            }
        ]

    # -- actions ----------------------------------------------------------------------

    def action_add_missing(self):
        """Make a line of each product that is for sale and has none."""
        connectors = self.connector_id or self.env["integration.connector"].search([])
        count = 0
        for connector in connectors:
            known = self.search([("connector_id", "=", connector.id)]).product_id
            products = (
                self.env["product.product"].search(self._get_sale_domain(connector))
                - known
            )
            count += len(products)
            self._ensure_unmapped(connector, products)
        return self._notify(
            self.env._("Products added: %s.", count),
            "success" if count else "warning",
        )

    # -- API of the flows -------------------------------------------------------------

    @api.model
    def _get_for(self, connector, products):
        """:return: dict {product id: line} of those that are mapped"""
        return {
            line.product_id.id: line
            for line in self.search(
                [
                    ("connector_id", "=", connector.id),
                    ("product_id", "in", products.ids),
                    ("state", "=", "mapped"),
                ]
            )
        }

    @api.model
    def _ensure_unmapped(self, connector, products):
        """Give each product a line, so that a person finds it on the screen; what the
        remote list has an equal code for is proposed at once.

        :return: the lines of ``products``
        """
        domain = [
            ("connector_id", "=", connector.id),
            ("product_id", "in", products.ids),
        ]
        missing = products - self.search(domain).product_id
        for start in range(0, len(missing), BATCH_SIZE):
            self.create(
                [
                    {"connector_id": connector.id, "product_id": product.id}
                    for product in missing[start : start + BATCH_SIZE]
                ]
            )
        if missing:
            self._propose(
                connector,
                self.search([*domain, ("product_id", "in", missing.ids)]),
            )
        return self.search(domain)

    @api.model
    def _propose(self, connector, lines=None):
        """See the mixin. An equal internal reference counts before an equal barcode;
        what is not unique, there or here, is left to a person. Without ``lines``,
        products for sale that have no line get one when a match is found."""
        products = lines.product_id if lines else self._get_candidates(connector)
        self._map_known_units(connector, products)
        if not lines:
            self._refresh_proposals(connector)
        there = self.search(
            [
                ("connector_id", "=", connector.id),
                ("product_id", "in", products.ids),
            ]
        )
        known = {line.product_id.id: line for line in there}
        products -= there._filter_decided().product_id
        found = self.browse()
        for start in range(0, len(products), BATCH_SIZE):
            batch = products[start : start + BATCH_SIZE]
            found |= self._write_proposals(
                connector, self._match(connector, batch), known
            )
        return found

    @api.model
    def _get_sale_domain(self, connector):
        return fields.Domain("sale_ok", "=", True) & fields.Domain(
            "company_id", "in", [False, connector.company_id.id]
        )

    @api.model
    def _get_candidates(self, connector):
        """Products to propose for: those with an open line, and those for sale."""
        open_lines = self.search(
            fields.Domain("connector_id", "=", connector.id)
            & ~self._get_decided_domain()
        )
        return open_lines.product_id | self.env["product.product"].search_fetch(
            self._get_sale_domain(connector)
            & (
                fields.Domain("default_code", "!=", False)
                | fields.Domain("barcode", "!=", False)
            ),
            ["default_code", "barcode"],
        )

    @api.model
    def _match(self, connector, products):
        """:return: dict {product: remote value} of what is certain"""
        matches = {}
        for local_field, remote_field in (
            ("default_code", "code"),
            ("barcode", "barcode"),
        ):
            keys = [
                key
                for product in products - self.env["product.product"].concat(*matches)
                if (key := (product[local_field] or "").strip())
            ]
            remote = self.env["integration.remote.value"]._get_unique(
                connector, "product", remote_field, set(keys)
            )
            shared = self._get_shared_keys(local_field, remote)
            for product in products:
                key = (product[local_field] or "").strip()
                if product not in matches and key in remote and key not in shared:
                    matches[product] = remote[key]
        return matches

    @api.model
    def _get_shared_keys(self, field_name, keys):
        """:return: set of keys that more than one of our variants bears"""
        groups = self.env["product.product"]._read_group(
            [(field_name, "in", list(keys))],
            [field_name],
            having=[("__count", ">", 1)],
        )
        return {key for (key,) in groups}

    @api.model
    def _write_proposals(self, connector, matches, known):
        factors = self._prepare_factors(connector, matches)
        found, to_create = self.browse(), []
        for product, remote in matches.items():
            factor = factors[product]
            vals = {
                **self._prepare_from_remote(remote),
                "factor": factor or 1.0,
                "factor_state": "unclear" if factor is None else "known",
                "state": "proposed",
                "is_automatic": True,
            }
            line = known.get(product.id)
            if not line:
                to_create.append(
                    {
                        **vals,
                        "connector_id": connector.id,
                        "product_id": product.id,
                    }
                )
            elif line.remote_id != remote.remote_id:
                line.write(vals)
                found |= line
            elif line.factor_state != "entered" and (
                (line.remote_unit_id or False) != remote.unit_id
            ):
                # its unit is another one by now
                line.write(vals)
        return found | self.create(to_create)

    # -- hooks of the mixin -----------------------------------------------------------

    def _get_remote_kind(self):
        return "product"

    @api.model
    def _get_remote_kind_of_values(self, vals):
        return "product"

    @api.model
    def _get_remote_kind_domain(self, kind):
        return fields.Domain.TRUE if kind == "product" else fields.Domain.FALSE

    @api.model
    def _get_wake_fields(self):
        return {"factor", "remote_unit_id"}

    @api.model
    def _prepare_from_remote(self, remote):
        return {
            **super()._prepare_from_remote(remote),
            "remote_unit_id": remote.unit_id,
            "remote_unit_name": remote.unit_name,
        }

    @api.model
    def _find_existing(self, vals_list):
        default = self._default_connector_id().id
        keys = [
            (vals.get("connector_id", default), vals.get("product_id"))
            for vals in vals_list
        ]
        lines = self.search(
            [
                ("connector_id", "in", [connector for connector, product in keys]),
                ("product_id", "in", [product for connector, product in keys]),
            ]
        )
        known = {(line.connector_id.id, line.product_id.id): line for line in lines}
        return [known.get(key, self.browse()) for key in keys]

    def _wake_jobs(self):
        for connector, lines in self.grouped("connector_id").items():
            self.env["integration.job"].sudo()._wake_for(
                connector, "product.product", lines.product_id.ids
            )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Model behind each kind. A flow that adds a kind by selection_add overrides
# _get_kind_models; kinds whose model is not installed are not offered.
KIND_MODELS = {
    "unit": "uom.uom",
    "tax": "account.tax",
    "currency": "res.currency",
    "payment_term": "account.payment.term",
    "country": "res.country",
    "carrier": "delivery.carrier",
    "salesperson": "res.users",
    "warehouse": "stock.warehouse",
    "price_list": "product.pricelist",
}
# Kinds with codes the whole world shares (ISO 4217, ISO 3166): equal codes need nobody
# to confirm them. Value: our field, the remote one.
AUTOMATIC_KINDS = {"currency": ("name", "code"), "country": ("code", "code")}
# Others are proposed where the pair is equal and unique, first rule first.
PROPOSAL_RULES = {
    # some systems call them “Kilogram” and have “kg” as symbol
    "unit": (("name", "name"), ("name", "code"), ("name", "any_name")),
    # several of one rate: the one with the name most like ours
    "tax": (("name", "name"), ("amount", "rate"), ("name", "alike")),
    "salesperson": (("login", "code"), ("email", "code"), ("name", "name")),
    "warehouse": (("code", "code"), ("name", "name")),
}
DEFAULT_RULES = (("name", "name"),)


class IntegrationValueMapping(models.Model):
    """What stands for one of our units, taxes, countries … in the other system."""

    _name = "integration.value.mapping"
    _inherit = ["integration.mapping.mixin"]
    _description = "Value Mapping"
    _order = "state_sequence, connector_id, kind, res_id, id"
    _rec_name = "local_name"

    kind = fields.Selection(
        [
            ("unit", "Unit of Measure"),
            ("tax", "Tax"),
            ("currency", "Currency"),
            ("payment_term", "Payment Term"),
            ("country", "Country"),
            ("carrier", "Carrier"),
            ("salesperson", "Salesperson"),
            ("warehouse", "Warehouse"),
            ("price_list", "Price List"),
        ],
        required=True,
        index=True,
    )
    res_model = fields.Char(
        "Model", compute="_compute_res_model", store=True, precompute=True, index=True
    )
    res_id = fields.Many2oneReference("Here", model_field="res_model", required=True)
    local_name = fields.Char(
        "Name Here",
        compute="_compute_local_name",
        inverse="_inverse_local_name",
        search="_search_local_name",
    )
    remote_value_id = fields.Many2one(
        domain="[('connector_id', '=', connector_id), ('kind', '=', kind)]",
    )

    _record_uniq = models.Constraint(
        "UNIQUE(connector_id, kind, res_model, res_id)",
        "There is a line for this value and connector already.",
    )
    _mapped_has_remote = models.Constraint(
        "CHECK(state = 'unmapped' OR COALESCE(remote_id, '') <> '')",
        "A mapped value needs its value in the ERP: pick one from the list.",
    )

    @api.model
    def _get_kind_models(self):
        """:return: dict {kind: model name}; extend it for a kind of your own"""
        return dict(KIND_MODELS)

    @api.model
    def _get_installed_kind_models(self):
        return {
            kind: model
            for kind, model in self._get_kind_models().items()
            if model in self.env
        }

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer the kinds whose model is installed, and those that still have lines."""
        result = super().fields_get(allfields, attributes)
        selection = result.get("kind", {}).get("selection")
        offered = self._get_installed_kind_models()
        if selection and any(kind not in offered for kind, label in selection):
            left_over = self.sudo()._read_group(
                [("kind", "not in", [*offered])], ["kind"]
            )
            offered = {*offered, *(kind for (kind,) in left_over)}
            result["kind"]["selection"] = [
                (kind, label) for kind, label in selection if kind in offered
            ]
        return result

    # -- compute ----------------------------------------------------------------------

    @api.depends("kind")
    def _compute_res_model(self):
        kind_models = self._get_kind_models()
        for line in self:
            line.res_model = kind_models.get(line.kind)

    @api.depends("res_model", "res_id")
    def _compute_local_name(self):
        self.local_name = False
        for model, lines in self.grouped("res_model").items():
            if model not in self.env:
                continue
            # sudo: names of values are no secret to those who map them
            records = self.env[model].sudo().browse(lines.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in records}
            for line in lines:
                line.local_name = names.get(line.res_id, False)

    def _inverse_local_name(self):
        for line in self.filtered("local_name"):
            line.res_id = self._find_local(
                line.kind, line.local_name, line.connector_id.company_id
            )

    def _search_local_name(self, operator, value):
        domains = []
        for kind, model in self._get_installed_kind_models().items():
            # sudo: as in _compute_local_name
            records = self.env[model].sudo().with_context(active_test=False)
            query = records._search([("display_name", operator, value)])
            domains.append([("kind", "=", kind), ("res_id", "in", query)])
        return fields.Domain.OR(domains)

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.res_model != self._get_kind_models().get(self.kind):
            self.res_id = False
            self.remote_value_id = False

    # -- CRUD -------------------------------------------------------------------------

    @api.model
    def _complete_own_values(self, vals):
        """A spreadsheet names the local record; a new line needs its ID at once."""
        vals = super()._complete_own_values(vals)
        if vals.get("res_id") or not vals.get("local_name"):
            return vals
        connector = self.env["integration.connector"].browse(
            vals.get("connector_id") or self._default_connector_id().id
        )
        vals["res_id"] = self._find_local(
            vals.get("kind"), vals.pop("local_name"), connector.company_id
        )
        return vals

    @api.model
    def _find_local(self, kind, name, company):
        model = self._get_installed_kind_models().get(kind)
        if not model:
            raise ValidationError(
                self.env._("Choose what kind of value %(name)s is.", name=name)
            )
        records = self.env[model]
        domain = []
        if "company_id" in records._fields:
            domain = [("company_id", "in", [False, company.id])]
        found = records.name_search(name, domain, operator="=", limit=2)
        if len(found) != 1:
            message = (
                self.env._("There is no %(kind)s “%(name)s” here.")
                if not found
                else self.env._("There is more than one %(kind)s “%(name)s” here.")
            )
            labels = dict(self._fields["kind"]._description_selection(self.env))
            raise ValidationError(message % {"kind": labels[kind], "name": name})
        return found[0][0]

    @api.constrains("res_id")
    def _check_res_id(self):
        for line in self:
            if not line.res_id:
                raise ValidationError(self.env._("Choose the value here."))

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Value Mappings"),
                "template": "/integration_hub/static/xlsx/value_mapping.xlsx",
            }
        ]

    # -- actions ----------------------------------------------------------------------

    def action_add_missing(self):
        """Make a line of each value in use that has none: units, taxes … of ours."""
        connectors = self.connector_id or self.env["integration.connector"].search([])
        count = 0
        for connector in connectors:
            for kind, model in self._get_installed_kind_models().items():
                records = self.env[model].search(
                    self._get_local_domain(connector, kind)
                )
                known = self.search(
                    [("connector_id", "=", connector.id), ("kind", "=", kind)]
                ).mapped("res_id")
                missing = records.filtered(lambda record, k=known: record.id not in k)
                count += len(missing)
                self._ensure_unmapped(connector, kind, missing)
        return self._notify(
            self.env._("Values added: %s.", count), "success" if count else "warning"
        )

    @api.model
    def _get_local_domain(self, connector, kind):
        """Values of ours worth a line; the 250 countries come as they are needed."""
        if kind == "country":
            return fields.Domain.FALSE
        records = self.env[self._get_kind_models()[kind]]
        domain = fields.Domain.TRUE
        if "company_id" in records._fields:
            domain &= fields.Domain(
                "company_id", "in", [False, connector.company_id.id]
            )
        if kind == "salesperson":
            domain &= fields.Domain("share", "=", False) & fields.Domain(
                "id", "!=", self.env.ref("base.user_root").id
            )
        if kind == "tax":
            domain &= fields.Domain("type_tax_use", "=", "sale")
        return domain

    # -- API of the flows -------------------------------------------------------------

    @api.model
    def _get_for(self, connector, kind, records):
        """Remote IDs of what is mapped. Currencies and countries whose ISO code is in
        the remote list are mapped on the way.

        :return: dict {record id: remote id}
        """
        mapped = self._get_mapped(connector, kind, records)
        missing = records.filtered(lambda record: record.id not in mapped)
        if missing and kind in AUTOMATIC_KINDS:
            local_field, remote_field = AUTOMATIC_KINDS[kind]
            remote = self.env["integration.remote.value"]._get_unique(
                connector, kind, remote_field, missing.mapped(local_field)
            )
            found = missing.filtered(lambda record: record[local_field] in remote)
            if found:
                self._ensure_unmapped(connector, kind, found)
                mapped = self._get_mapped(connector, kind, records)
        return mapped

    @api.model
    def _get_mapped(self, connector, kind, records):
        return {
            line.res_id: line.remote_id
            for line in self.search(
                [
                    ("connector_id", "=", connector.id),
                    ("kind", "=", kind),
                    ("res_id", "in", records.ids),
                    ("state", "=", "mapped"),
                ]
            )
        }

    @api.model
    def _ensure_unmapped(self, connector, kind, records):
        """Give each record a line; matches are proposed, certain ones taken, at once.

        :return: the lines of ``records``
        """
        domain = [
            ("connector_id", "=", connector.id),
            ("kind", "=", kind),
            ("res_id", "in", records.ids),
        ]
        known = set(self.search(domain).mapped("res_id"))
        self.create(
            [
                {"connector_id": connector.id, "kind": kind, "res_id": record.id}
                for record in records
                if record.id not in known
            ]
        )
        lines = self.search(domain)
        self._propose(connector, lines)
        return lines

    @api.model
    def _propose(self, connector, lines=None):
        """See the mixin."""
        if not lines:
            lines = self.search([("connector_id", "=", connector.id)])
        open_lines = lines.filtered(lambda line: line.state != "mapped")
        found = self.browse()
        for kind, kind_lines in open_lines.grouped("kind").items():
            certain = kind in AUTOMATIC_KINDS
            rules = (
                (AUTOMATIC_KINDS[kind],)
                if certain
                else PROPOSAL_RULES.get(kind, DEFAULT_RULES)
            )
            for local_field, remote_field in rules:
                matches = kind_lines._match(connector, kind, local_field, remote_field)
                for line, remote in matches.items():
                    line.write(
                        {
                            **self._prepare_from_remote(remote),
                            "state": "mapped" if certain else "proposed",
                            "is_automatic": True,
                        }
                    )
                    found |= line
                kind_lines -= self.concat(*matches)
        return found

    def _match(self, connector, kind, local_field, remote_field):
        """:return: dict {line: remote value} where both sides are equal and unique"""
        model = self._get_installed_kind_models().get(kind)
        if not model or local_field not in self.env[model]._fields:
            return {}
        records = self.env[model].sudo().browse(self.mapped("res_id")).exists()
        values = self.env["integration.remote.value"].search(
            [("connector_id", "=", connector.id), ("kind", "=", kind)]
        )
        remote = values.grouped(lambda value: self._get_match_key(value[remote_field]))
        matches = {}
        # as they were named first, whatever the language of whoever looks; then in that
        for named in (records.with_context(lang=None), records):
            for record in named:
                key = self._get_match_key(record[local_field])
                if key and len(remote.get(key, ())) == 1:
                    matches.setdefault(record.id, remote[key])
        return {
            line: found
            for line in self
            if (found := matches.get(line.res_id)) and line.remote_id != found.remote_id
        }

    @api.model
    def _get_match_key(self, value):
        """Case and outer blanks don't count; 21.0 and "21.00" are the same rate."""
        try:
            return f"{float(value):.6g}" if value not in (None, False, "") else ""
        except ValueError:
            return str(value).strip().casefold()

    # -- hooks of the mixin -----------------------------------------------------------

    def _get_remote_kind(self):
        return self.kind

    @api.model
    def _get_remote_kind_of_values(self, vals):
        return vals.get("kind") or self.default_get(["kind"]).get("kind")

    @api.model
    def _get_remote_kind_domain(self, kind):
        return fields.Domain("kind", "=", kind)

    @api.model
    def _get_wake_fields(self):
        return {"res_id"}

    @api.model
    def _find_existing(self, vals_list):
        default = self._default_connector_id().id
        keys = []
        for vals in vals_list:
            vals.update(self._complete_own_values(vals))
            vals.pop("local_name", None)
            keys.append(
                (vals.get("connector_id", default), vals.get("kind"), vals["res_id"])
            )
        lines = self.search(
            [
                ("connector_id", "in", [connector for connector, *_rest in keys]),
                ("res_id", "in", [key[2] for key in keys]),
            ]
        )
        known = {(line.connector_id.id, line.kind, line.res_id): line for line in lines}
        return [known.get(key, self.browse()) for key in keys]

    def _wake_jobs(self):
        groups = self.grouped(lambda line: (line.connector_id, line.res_model))
        for (connector, model), lines in groups.items():
            self.env["integration.job"].sudo()._wake_for(
                connector, model, lines.mapped("res_id")
            )

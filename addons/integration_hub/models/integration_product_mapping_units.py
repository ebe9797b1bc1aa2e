from odoo import api, fields, models

from ..unit_names import get_unit_key

REMOTE_SIDE = {"remote_value_id", "remote_id", "remote_code", "remote_unit_value_id"}
# what may let jobs go on
DECISIONS = REMOTE_SIDE | {"state", "factor", "remote_unit_id"}
# in the context: jobs are woken once it is settled whether the factor is known
UNSETTLED = "integration_factor_unsettled"


class IntegrationProductMapping(models.Model):
    """How many of the other system's units make one of ours: from the mapping of units, by a
    person, or not known. A factor that is a guess would ship the wrong quantity at the same
    total: before it is known a proposal is not confirmed along with others, and what a
    person picks stays a proposal, which nothing is sent by."""

    _inherit = "integration.product.mapping"

    factor_state = fields.Selection(
        [
            ("known", "Follows from the Units"),
            ("entered", "Entered"),
            ("unclear", "Not Known"),
        ],
        "Factor Is",
        required=True,
        readonly=True,
        default="known",
    )
    # until a person says so, whatever the units make of it
    is_unit_changed = fields.Boolean(
        "Unit Has Changed",
        readonly=True,
        help="Our product is counted in another unit since somebody entered the factor:"
        " the new one is to be confirmed.",
    )

    @api.depends("factor_state")
    def _compute_factor_text(self):
        result = super()._compute_factor_text()
        for line in self.filtered(lambda line: line.factor_state == "unclear"):
            line.factor_text = self.env._(
                "How many %(remote_unit)s in the ERP make 1 %(local_unit)s here?",
                remote_unit=line.remote_unit_name or self.env._("sales unit"),
                local_unit=line.local_uom_id.name,
            )
        return result

    @api.onchange("remote_value_id")
    def _onchange_remote_value_id(self):
        result = super()._onchange_remote_value_id()
        self._onchange_unit()
        return result

    @api.onchange("remote_unit_value_id")
    def _onchange_remote_unit_value_id(self):
        result = super()._onchange_remote_unit_value_id()
        self._onchange_unit()
        return result

    def _onchange_unit(self):
        is_free = self.factor_state != "entered"
        if self.connector_id and self.product_id and is_free:
            factor = self._get_factors(self.connector_id).get(self.id)
            self.factor = factor or self.factor
            self.factor_state = "unclear" if factor is None else "known"

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # a form sends the 1 that it shows as well; a spreadsheet means it
        is_meant = bool(self.env.context.get("import_file"))
        entered = [
            not vals.get("is_automatic")
            and "factor" in vals
            and (is_meant or vals["factor"] != 1.0)
            for vals in vals_list
        ]
        unsettled = self.with_context(**{UNSETTLED: True})
        lines = super(IntegrationProductMapping, unsettled).create(
            [
                {**vals, "factor_state": "entered"} if is_entered else vals
                for vals, is_entered in zip(vals_list, entered, strict=True)
            ]
        )
        lines = lines.with_env(self.env)
        # those that were chosen by a person; proposals come with theirs
        lines.filtered(lambda line: not line.is_automatic)._follow_units()
        # a spreadsheet may say the factor alone of a line there is
        lines._take_what_is_known()
        lines.filtered(lambda line: line.state == "mapped")._wake_jobs()
        return lines

    def write(self, vals):
        if {"factor_state", *DECISIONS} & vals.keys():
            vals = {"is_unit_changed": False, **vals}
        is_own = "factor_state" in vals or vals.get("is_automatic")
        if is_own or not DECISIONS & vals.keys():
            return super().write(vals)
        if "factor" in vals:
            vals = {**vals, "factor_state": "entered"}
        unsettled = self.with_context(**{UNSETTLED: True})
        result = super(IntegrationProductMapping, unsettled).write(vals)
        if "factor" in vals:
            self._see_who_says_so()
            self._take_what_is_known()
        else:
            self._follow_units()
        self.filtered(lambda line: line.state == "mapped")._wake_jobs()
        return result

    def _wake_jobs(self):
        if self.env.context.get(UNSETTLED):
            return None
        return super()._wake_jobs()

    def action_confirm_factor(self):
        """A person has looked: the factor is right as it stands."""
        self.filtered(lambda line: line.factor_state == "unclear").write(
            {"factor_state": "entered"}
        )
        return self.action_confirm()

    # -- confirm ----------------------------------------------------------------------

    def _filter_to_confirm(self):
        return (
            super()
            ._filter_to_confirm()
            .filtered(lambda line: line.factor_state != "unclear")
        )

    def _get_left_message(self):
        message = super()._get_left_message()
        unclear = self.filtered(
            lambda line: line.state == "proposed" and line.factor_state == "unclear"
        )
        if not unclear:
            return message
        units = ", ".join(sorted({line.remote_unit_name or "?" for line in unclear}))
        return " ".join(
            filter(
                None,
                (
                    message,
                    self.env._(
                        "Left as they are, as the ERP counts them in units that are not"
                        " known here (%(units)s): %(count)s. Map the units under Values, or"
                        " enter the factor on the lines.",
                        units=units,
                        count=len(unclear),
                    ),
                ),
            )
        )

    # -- factors ----------------------------------------------------------------------

    @api.model
    @api.private
    def _map_known_units(self, connector, products):
        """Units of these products that have the same name over there need nobody: they are
        mapped before products are proposed."""
        values = self.env["integration.value.mapping"]
        if not products or not self.env["integration.remote.value"].search_count(
            [("connector_id", "=", connector.id), ("kind", "=", "unit")], limit=1
        ):
            return
        lines = values._ensure_unmapped(connector, "unit", products.uom_id)
        lines.filtered(lambda line: line.state == "proposed").write({"state": "mapped"})

    @api.model
    @api.private
    def _get_local_units(self, connector):
        """Those that are mapped; and those that have the same name, of whichever product.

        :return: dict ``{remote unit id: uom.uom}``, all of ours that it can be
        """
        units = {}
        for line in self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", "unit"),
                ("state", "=", "mapped"),
            ]
        ):
            known = units.setdefault(line.remote_id, self.env["uom.uom"])
            units[line.remote_id] = known.browse([*known.ids, line.res_id])
        named = None
        for remote in self.env["integration.remote.value"].search(
            [("connector_id", "=", connector.id), ("kind", "=", "unit")]
        ):
            if remote.remote_id in units:
                continue
            named = named or self._get_units_by_name()
            for name in (remote.name, remote.code):
                if name and (found := named.get(get_unit_key(name) or name)):
                    units[remote.remote_id] = found
                    break
        return units

    def _get_units_by_name(self):
        """:return: dict ``{name, or what is equal for all its names: uom.uom}``"""
        named = {}
        # as they were named first, whatever the language of whoever looks
        for unit in self.env["uom.uom"].with_context(lang=None).search([]):
            key = get_unit_key(unit.name) or unit.name
            named[key] = named.get(key, unit.browse()) | unit
        return named

    @api.model
    def _prepare_factors(self, connector, matches):
        """Factors that follow from the mapping of units.

        :param dict matches: ``{product: remote value}``
        :return: dict ``{product: factor}``; None where it is not known
        """
        units = self._get_local_units(connector)
        return {
            product: self._get_factor(product.uom_id, remote.unit_id, units)
            for product, remote in matches.items()
        }

    def _get_factors(self, connector):
        """:return: dict ``{line id: factor, or None}``"""
        units = self._get_local_units(connector)
        return {
            line.id: self._get_factor(line.local_uom_id, line.remote_unit_id, units)
            for line in self
        }

    @api.model
    def _get_factor(self, unit, remote_unit_id, units):
        """
        :param unit: ``uom.uom`` of the product
        :param remote_unit_id: empty where the other system has no units, or takes the
            product's own
        :param dict units: see :meth:`_get_local_units`
        :return: float, None where it is not known
        """
        if not remote_unit_id:
            return 1.0
        for remote_unit in units.get(remote_unit_id, ()):
            if unit._has_common_reference(remote_unit):
                return unit._compute_quantity(1.0, remote_unit, round=False)
        return None

    def _follow_units(self):
        """Where nobody has entered a factor, it follows from the units."""
        to_follow = self.filtered(
            lambda line: (
                line.factor_state != "entered"
                and not line.is_unit_changed
                and line.remote_id
            )
        )
        for connector, lines in to_follow.grouped("connector_id").items():
            factors = lines._get_factors(connector)
            unknown = lines.filtered(lambda line, f=factors: f[line.id] is None)
            if unknown:
                self._map_known_units(connector, unknown.product_id)
                factors |= unknown._get_factors(connector)
            changes = {}
            for line in lines:
                factor = factors[line.id]
                vals = (
                    line._prepare_unclear()
                    if factor is None
                    else {"factor": factor, "factor_state": "known"}
                )
                if any(line[name] != value for name, value in vals.items()):
                    changes.setdefault(tuple(vals.items()), []).append(line.id)
            for vals, ids in changes.items():
                self.browse(ids).write(dict(vals))
            lines._take_what_is_known()

    def _prepare_unclear(self):
        """:return: values of a line whose factor is to be asked of a person. Which product it
        is stays decided, if it is; in one write, so that no job goes on in vain."""
        vals = {"factor_state": "unclear"}
        if self.state == "mapped":
            vals |= {"state": "proposed", "is_automatic": False}
        return vals

    @api.private
    def _follow_product_units(self, former_units):
        """Our products are counted in other units than before.

        A factor that somebody has entered was said of the former unit. It is asked for
        again, with what the units make of it: Odoo itself takes one of the former for one
        of the new in all documents (``product.template._onchange_uom_id`` says so), as
        somebody does who mends a wrong unit, so only a person knows which is meant.

        :param dict former_units: ``{product.template id: uom.uom}``
        """
        entered = self.filtered(
            lambda line: line.factor_state == "entered" and line.remote_id
        )
        for line in entered:
            unit = line.local_uom_id
            former = former_units[line.product_id.product_tmpl_id.id]
            factor = line.factor
            if unit._has_common_reference(former):
                factor *= unit._compute_quantity(1.0, former, round=False)
            line.write(
                {
                    **line._prepare_unclear(),
                    "factor": factor,
                    "is_unit_changed": True,
                }
            )
        (self - entered)._follow_units()

    def _take_what_is_known(self):
        """What a person has picked waited for its factor alone."""
        picked = self.filtered(
            lambda line: (
                line.state == "proposed"
                and not line.is_automatic
                and line.factor_state != "unclear"
            )
        )
        for factor_state, lines in picked.grouped("factor_state").items():
            lines.write({"state": "mapped", "factor_state": factor_state})

    @api.model
    @api.private
    def _get_unit_questions(self, connector, products):
        """What is asked of those a person has picked a product for that is counted in units
        nothing relates to ours.

        :return: dict ``{product id: text}``, such as ``Chair (1 Dozens = ? Stuk)``
        """
        return {
            line.product_id.id: (
                f"{line.product_id.display_name} (1 {line.local_uom_id.name}"
                f" = ? {line.remote_unit_name or ''})"
            )
            for line in self.search(
                [
                    ("connector_id", "=", connector.id),
                    ("product_id", "in", products.ids),
                    ("state", "=", "proposed"),
                    ("factor_state", "=", "unclear"),
                    ("is_automatic", "=", False),
                ]
            )
        }

    def _see_who_says_so(self):
        """A form sends the factor that it has worked out from the units as well."""
        for connector, lines in self.grouped("connector_id").items():
            factors = lines._get_factors(connector)
            lines.filtered(
                lambda line, f=factors: (
                    line.remote_unit_id and f[line.id] == line.factor
                )
            ).write({"factor_state": "known"})

    @api.model
    @api.private
    def _refresh_proposals(self, connector):
        """Units were mapped: what was proposed before follows."""
        lines = self.search(
            [
                ("connector_id", "=", connector.id),
                ("state", "=", "proposed"),
                ("factor_state", "!=", "entered"),
            ]
        )
        lines._follow_units()

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class IntegrationMappingMixin(models.AbstractModel):
    """What product and value mappings share: the remote side of a line.

    A line says what stands for one record of ours in the other system. People pick it
    from the cached remote list or type (or import) its code; what goes over the wire is
    ``remote_id`` alone.
    """

    _name = "integration.mapping.mixin"
    _description = "Mapping to a Remote System"
    _check_company_auto = True

    connector_id = fields.Many2one(
        "integration.connector",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self._default_connector_id(),
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    remote_id = fields.Char(
        "Remote ID",
        help="What the other system calls the record internally. Filled in from the"
        " list of remote values; type it only for what is not in that list.",
    )
    remote_code = fields.Char("ERP Code")
    remote_name = fields.Char("ERP Name", readonly=True)
    remote_value_id = fields.Many2one(
        "integration.remote.value",
        "In ERP",
        compute="_compute_remote_value_id",
        readonly=False,
        search="_search_remote_value_id",
    )
    is_automatic = fields.Boolean(
        "Found Automatically",
        readonly=True,
        help="Nobody chose this line: it follows from equal codes.",
    )
    state = fields.Selection(
        [
            ("unmapped", "To Map"),
            ("proposed", "Proposed"),
            ("mapped", "Mapped"),
        ],
        # the order of the labels is the order of work, and the database sorts by value:
        # see state_sequence
        default="unmapped",
        required=True,
        index=True,
        readonly=True,
    )
    state_sequence = fields.Integer(compute="_compute_state_sequence", store=True)

    @api.model
    def _default_connector_id(self):
        """The one connector there is; with several, a person chooses."""
        connectors = self.env["integration.connector"].search([], limit=2)
        return connectors if len(connectors) == 1 else connectors.browse()

    # -- compute ----------------------------------------------------------------------

    @api.depends("state")
    def _compute_state_sequence(self):
        order = {"unmapped": 0, "proposed": 1, "mapped": 2}
        for line in self:
            line.state_sequence = order[line.state or "unmapped"]

    @api.depends("connector_id", "remote_id")
    def _compute_remote_value_id(self):
        self.remote_value_id = False
        for (connector, kind), lines in self.grouped(
            lambda line: (line.connector_id, line._get_remote_kind())
        ).items():
            values = self.env["integration.remote.value"]._get_by_remote_id(
                connector, kind, set(lines.mapped("remote_id")) - {False}
            )
            for line in lines:
                line.remote_value_id = values.get(line.remote_id, False)

    def _search_remote_value_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        values = self.env["integration.remote.value"].browse(
            [item for item in value if item]
        )
        domains = [
            fields.Domain("connector_id", "=", remote.connector_id.id)
            & fields.Domain("remote_id", "=", remote.remote_id)
            & self._get_remote_kind_domain(remote.kind)
            for remote in values.exists()
        ]
        if False in value:
            domains.append(fields.Domain("remote_id", "=", False))
        return fields.Domain.OR(domains)

    @api.onchange("remote_value_id")
    def _onchange_remote_value_id(self):
        self.update(self._prepare_from_remote(self.remote_value_id))

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("import_file"):
            return self._create_or_update(vals_list)
        vals_list = [self._complete_own_values(vals) for vals in vals_list]
        for vals in vals_list:
            connector = self.env["integration.connector"].browse(
                vals.get("connector_id") or self._default_connector_id().id
            )
            self._complete_values(
                vals, connector, self._get_remote_kind_of_values(vals)
            )
        lines = super().create(vals_list)
        lines.filtered(lambda line: line.state == "mapped")._wake_jobs()
        return lines

    @api.model
    def _create_or_update(self, vals_list):
        """A spreadsheet says what shall be, so a row about a record that has a line
        already (the queue makes lines of what it misses) updates that line."""
        known = self._find_existing(vals_list)
        lines = []
        for vals, line in zip(vals_list, known, strict=True):
            if line:
                line.write(vals)
            else:
                line = self.with_context(import_file=False).create([vals])
            lines.append(line.id)
        return self.browse(lines)

    def write(self, vals):
        remote_fields = {"remote_value_id", "remote_id", "remote_code", "state"}
        if not remote_fields & vals.keys():
            result = super().write(vals)
            if self._get_wake_fields() & vals.keys():
                self.filtered(lambda line: line.state == "mapped")._wake_jobs()
            return result
        for (connector, kind), lines in self.grouped(
            lambda line: (line.connector_id, line._get_remote_kind())
        ).items():
            line_vals = dict(vals)
            lines._complete_values(line_vals, connector, kind)
            super(IntegrationMappingMixin, lines).write(line_vals)
        self.filtered(lambda line: line.state == "mapped")._wake_jobs()
        return True

    def _complete_values(self, vals, connector, kind):
        """Make the remote side of ``vals`` whole, in place, from whatever part of it is
        given: a value of the list, an ID, or a code.

        :raise ValidationError: the code is not, or not only once, in the remote list
        """
        RemoteValue = self.env["integration.remote.value"]
        if not {"remote_value_id", "remote_id", "remote_code"} & vals.keys():
            return
        remote = RemoteValue.browse(vals.pop("remote_value_id", False))
        if "remote_name" not in vals and not remote:
            if remote_id := (vals.get("remote_id") or "").strip():
                remote = RemoteValue._get_by_remote_id(
                    connector, kind, [remote_id]
                ).get(remote_id, RemoteValue)
            elif code := (vals.get("remote_code") or "").strip():
                remote = self._find_by_code(connector, kind, code)
        known = {"remote_id", "remote_code", "remote_name"}
        if remote or not vals.get("remote_id"):
            prepared = self._prepare_from_remote(remote)
            # a unit chosen by hand stays
            vals.update(
                (name, value)
                for name, value in prepared.items()
                if name in known or not vals.get(name)
            )
        else:
            # not in the list (yet): what a person typed, and nothing of the old one
            vals.update({name: (vals.get(name) or "").strip() for name in known})
        vals.setdefault("state", "mapped" if vals["remote_id"] else "unmapped")
        vals.setdefault("is_automatic", False)

    @api.model
    def _find_by_code(self, connector, kind, code):
        RemoteValue = self.env["integration.remote.value"]
        for field_name in ("code", "remote_id"):
            remote = RemoteValue.search(
                [
                    ("connector_id", "=", connector.id),
                    ("kind", "=", kind),
                    (field_name, "=", code),
                ],
                limit=2,
            )
            if len(remote) == 1:
                return remote
            if remote:
                raise ValidationError(
                    self.env._(
                        "The code %(code)s is there more than once in %(system)s."
                        " Give the remote ID instead.",
                        code=code,
                        system=connector.display_name,
                    )
                )
        raise ValidationError(
            self.env._(
                "%(system)s has no code %(code)s. Check the code, or load the list of"
                " remote values again (flow “Remote products and values”).",
                code=code,
                system=connector.display_name,
            )
        )

    # -- actions ----------------------------------------------------------------------

    def action_confirm(self):
        """Take the proposals of the chosen lines as they are."""
        lines = self._filter_to_confirm()
        left = (self - lines)._get_left_message()
        lines.write({"state": "mapped"})
        message = self.env._("Confirmed: %s.", len(lines))
        return self._notify(
            " ".join(filter(None, (message, left))), "success" if lines else "warning"
        )

    def _filter_to_confirm(self):
        """Those that can be confirmed along with others, by who has not looked at each."""
        return self.filtered(lambda line: line.state == "proposed")

    def _get_left_message(self):
        """:return: why the others are left, or an empty text"""
        skipped = len(self.filtered(lambda line: line.state == "unmapped"))
        if not skipped:
            return ""
        return self.env._(
            "Left as they are, as nothing is chosen there yet: %s.", skipped
        )

    def action_clear(self):
        """Take the remote side away; jobs about the record wait from now on."""
        self.write({"remote_id": False})

    def action_propose_matches(self):
        """Propose for the chosen lines, or for all connectors when none is chosen."""
        lines = self
        connectors = lines.connector_id or self.env["integration.connector"].search([])
        count = sum(
            len(
                self._propose(
                    connector,
                    lines.filtered(lambda line, c=connector: line.connector_id == c),
                )
            )
            for connector in connectors
        )
        if count:
            message = self.env._("Matches found: %s. Check and confirm them.", count)
        else:
            message = self.env._(
                "No further match was found. Pick the remaining ones by hand, or load"
                " the remote list again if it is old."
            )
        return self._notify(message, "success" if count else "warning")

    def action_open_remote(self):
        self.ensure_one()
        if not self.remote_value_id.url:
            return False
        return {
            "type": "ir.actions.act_url",
            "url": self.remote_value_id.url,
            "target": "new",
        }

    @api.model
    def _notify(self, message, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- what is decided --------------------------------------------------------------

    @api.model
    @api.private
    def _get_decided_domain(self):
        """Lines of which nobody has to be asked any more what they are mapped to: those
        that are in force, and what a person has picked, also while it waits for something
        else before it can be. Nothing but a person changes what they name."""
        return fields.Domain("state", "=", "mapped") | (
            fields.Domain("state", "=", "proposed")
            & fields.Domain("is_automatic", "=", False)
        )

    @api.private
    def _filter_decided(self):
        """:return: those of ``self`` that :meth:`_get_decided_domain` is about"""
        return self.filtered_domain(self._get_decided_domain())

    # -- hooks ------------------------------------------------------------------------

    def _get_remote_kind(self):
        """:return: kind of ``integration.remote.value`` this line is mapped to"""
        raise NotImplementedError

    @api.model
    def _get_remote_kind_of_values(self, vals):
        """As :meth:`_get_remote_kind`, for a line yet to be created."""
        raise NotImplementedError

    @api.model
    def _get_remote_kind_domain(self, kind):
        """:return: domain of the lines mapped to ``kind``"""
        raise NotImplementedError

    @api.model
    def _get_wake_fields(self):
        """:return: set of fields whose change lets waiting jobs go on"""
        return set()

    @api.model
    def _complete_own_values(self, vals):
        """As :meth:`_complete_values`, for what a model has besides, in new lines.

        :return: copy of ``vals``"""
        return dict(vals)

    @api.model
    def _prepare_from_remote(self, remote):
        """:return: values of a line for an ``integration.remote.value``, or for none"""
        return {
            "remote_id": remote.remote_id,
            "remote_code": remote.code,
            "remote_name": remote.name,
        }

    @api.model
    def _find_existing(self, vals_list):
        """:return: list, per values the line there is for the same record, or empty"""
        raise NotImplementedError

    @api.model
    def _propose(self, connector, lines=None):
        """Propose matches in batch.

        :param connector: ``integration.connector`` record
        :param lines: only these, else all that are not decided
        :return: the lines for which a match was found
        """
        raise NotImplementedError

    def _wake_jobs(self):
        """Let the jobs go on that wait for these lines."""
        raise NotImplementedError

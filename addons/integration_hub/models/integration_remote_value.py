import json

from odoo import api, fields, models


class IntegrationRemoteValue(models.Model):
    """What the other system offers to be mapped to: its products, units, taxes …

    A cache: written by the flows that read the other system, never by people. Mapping
    screens pick from it and proposals are made from it, without a remote call.
    """

    _name = "integration.remote.value"
    _description = "Value of a Remote System"
    _order = "connector_id, kind, code, name, id"
    _rec_names_search = ["code", "barcode", "name"]

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(
        related="connector_id.company_id", store=True, index=True
    )
    kind = fields.Selection("_selection_kind", required=True, readonly=True)
    remote_id = fields.Char("Remote ID", required=True, readonly=True)
    code = fields.Char(readonly=True)
    barcode = fields.Char(readonly=True)
    name = fields.Char(required=True, readonly=True, index="trigram")
    rate = fields.Char(
        "Rate (%)", readonly=True, help="Percentage, for taxes, as the system says it."
    )
    price_include = fields.Boolean("Included in Price", readonly=True)
    unit_id = fields.Char("Unit ID", readonly=True, help="For products: sales unit.")
    unit_name = fields.Char("Unit", readonly=True)
    url = fields.Char("Link", readonly=True)
    active = fields.Boolean(
        default=True,
        readonly=True,
        help="No longer set once the other system stops offering the value.",
    )
    seen_at = fields.Datetime("Last Seen", readonly=True)

    _remote_id_uniq = models.UniqueIndex("(connector_id, kind, remote_id)")
    _code_idx = models.Index("(connector_id, kind, code) WHERE code IS NOT NULL")
    _barcode_idx = models.Index(
        "(connector_id, kind, barcode) WHERE barcode IS NOT NULL"
    )

    @api.model
    def _selection_kind(self):
        # extended together with the mapping's kinds, so that a flow adds it once
        kinds = self.env["integration.value.mapping"]._fields["kind"]
        return [
            ("product", self.env._("Product")),
            *kinds._description_selection(self.env),
        ]

    @api.depends("code", "name")
    def _compute_display_name(self):
        for value in self:
            # names often begin with the code, or are the code (currencies)
            shown = value.code and value.code not in (value.name or "")
            value.display_name = f"[{value.code}] {value.name}" if shown else value.name

    @api.model
    def name_search(self, name="", domain=None, operator="ilike", limit=100):
        """An exact code or barcode wins: scanners and pasted codes hit at once."""
        if name and operator == "ilike":
            exact = fields.Domain("code", "=", name) | fields.Domain(
                "barcode", "=", name
            )
            values = self.search_fetch(
                fields.Domain(domain or []) & exact, ["display_name"], limit=limit
            )
            if values:
                return [(value.id, value.display_name) for value in values]
        return super().name_search(name, domain, operator, limit)

    # -- API of the flows -------------------------------------------------------------

    @api.model
    def _replace(self, connector, kind, values, complete=True):
        """Write what the other system offers now, in two statements.

        :param connector: ``integration.connector`` record
        :param str kind: ``product`` or a kind of ``integration.value.mapping``
        :param list values: dicts with ``remote_id`` and ``name``, and where known
            ``code``, ``barcode``, ``rate``, ``price_include``, ``unit_id``,
            ``unit_name``, ``active``, ``url``; a client's ``ProductAnswer`` and
            ``ValueAnswer`` fit as they are
        :param bool complete: ``values`` are all there are: others are archived. Pass
            False for a page, and call :meth:`_archive_unseen` after the last one.
        """
        self.flush_model()
        # one row per remote id: ON CONFLICT can't touch a row twice
        rows = {str(value["remote_id"]): self._prepare_row(value) for value in values}
        if rows:
            self.env.cr.execute(
                """
                INSERT INTO integration_remote_value AS known (
                    connector_id, company_id, kind, remote_id, code, barcode, name,
                    rate, price_include, unit_id, unit_name, url, active, seen_at,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT %(connector)s, %(company)s, %(kind)s, row.remote_id, row.code,
                       row.barcode, row.name, row.rate, row.price_include, row.unit_id,
                       row.unit_name, row.url, row.active, %(now)s, %(user)s, %(now)s,
                       %(user)s, %(now)s
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(
                       remote_id text, code text, barcode text, name text, rate text,
                       price_include boolean, unit_id text, unit_name text, url text,
                       active boolean)
                ON CONFLICT (connector_id, kind, remote_id) DO UPDATE SET
                    code = excluded.code, barcode = excluded.barcode,
                    name = excluded.name, rate = excluded.rate,
                    price_include = excluded.price_include,
                    unit_id = excluded.unit_id, unit_name = excluded.unit_name,
                    url = excluded.url, active = excluded.active,
                    seen_at = excluded.seen_at, write_uid = excluded.write_uid,
                    write_date = excluded.write_date
                """,
                {
                    "connector": connector.id,
                    "company": connector.company_id.id,
                    "kind": kind,
                    "rows": json.dumps(list(rows.values())),
                    "now": fields.Datetime.now(),
                    "user": self.env.uid,
                },
            )
        if complete:
            self.env.cr.execute(
                """
                UPDATE integration_remote_value
                   SET active = false
                 WHERE connector_id = %s AND kind = %s AND active
                   AND NOT (remote_id = ANY(%s))
                """,
                (connector.id, kind, list(rows)),
            )
        self.invalidate_model()

    @api.model
    def _prepare_row(self, value):
        """Column values of one answer; empty text becomes NULL, as the ORM does it."""
        return {
            "remote_id": str(value["remote_id"]),
            "code": (value.get("code") or "").strip() or None,
            "barcode": (value.get("barcode") or "").strip() or None,
            "name": value.get("name") or value.get("code") or str(value["remote_id"]),
            "rate": value.get("rate") or None,
            "price_include": bool(value.get("price_include")),
            "unit_id": str(value.get("unit_id") or "") or None,
            "unit_name": value.get("unit_name") or None,
            "url": value.get("url") or None,
            "active": value.get("active", True),
        }

    @api.model
    def _archive_unseen(self, connector, kind, since):
        """Archive what no page has named since a full read began.

        :param connector: ``integration.connector`` record
        :param str kind: as in :meth:`_replace`
        :param datetime since: when the first page was asked for
        """
        self.search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("seen_at", "<", since),
            ]
        ).write({"active": False})

    @api.model
    def _get_by_remote_id(self, connector, kind, remote_ids):
        """:return: dict {remote id: record}, archived ones too"""
        values = self.with_context(active_test=False).search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("remote_id", "in", list(remote_ids)),
            ]
        )
        return {value.remote_id: value for value in values}

    @api.model
    def _get_unique(self, connector, kind, field_name, keys):
        """Values whose ``field_name`` is one of ``keys``, left out where several share
        it: a proposal must not be a guess.

        :return: dict {key: record}
        """
        found = {}
        for value in self.search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                (field_name, "in", list(keys)),
            ]
        ):
            found.setdefault(value[field_name], self.browse())
            found[value[field_name]] |= value
        return {key: values for key, values in found.items() if len(values) == 1}

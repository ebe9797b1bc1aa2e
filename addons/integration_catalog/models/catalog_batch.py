"""What is needed to take over many catalogue entries, read once for all of them."""

from odoo import fields


class CatalogBatch:
    """:param connector: ``integration.connector`` record
    :param items: ``integration.catalog.item``, those to be taken over
    """

    def __init__(self, connector, items):
        self.env = items.env
        self.connector = connector
        #: what was done with each entry: ``{entry: (outcome, detail)}``; outcomes are those
        #: of ``integration.load.line``
        self.outcomes = {}
        self.company = connector.company_id
        self.owned_fields = connector._get_catalog_fields()
        self.mapping = self.env["integration.product.mapping"]
        # what the ERP's weights are in, and what ours are in
        self.kilogram = self.env.ref("uom.product_uom_kgm")
        self.weight_unit = self.env[
            "product.template"
        ]._get_weight_uom_id_from_ir_config_parameter()
        self.units = self._read_values("unit", "uom.uom")
        self.taxes = {}
        if "account.tax" in self.env:
            self.taxes = self._read_values("tax", "account.tax")
        self.lines = self._read_lines(items)
        self.codes = self._read_candidates("default_code", items.mapped("code"))
        self.barcodes = self._read_candidates("barcode", items.mapped("barcode"))
        self.candidate_lines = self._read_candidate_lines()
        self.twins = self._read_twins(items)
        self.others = self._read_others()
        #: products that entries of this batch were given
        self.taken = set()
        self._rates = {}

    def _read_values(self, kind, model_name):
        """:return: dict ``{remote id: record here}`` of what is mapped"""
        lines = self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", kind),
                ("state", "=", "mapped"),
            ],
            order="id desc",
        )
        records = self.env[model_name].browse(lines.mapped("res_id")).exists()
        if "company_id" in records._fields:
            records = records.filtered(lambda record: record.company_id == self.company)
        by_id = {record.id: record for record in records}
        # several of ours may stand for one of theirs: the first one wins
        return {
            line.remote_id: by_id[line.res_id] for line in lines if line.res_id in by_id
        }

    def _read_lines(self, items):
        lines = self.mapping.search(
            [
                ("connector_id", "=", self.connector.id),
                ("remote_id", "in", items.mapped("remote_id")),
                ("state", "=", "mapped"),
            ]
        )
        return dict(lines.grouped("remote_id"))

    def _read_candidates(self, field_name, keys):
        """:return: dict ``{code: products here that bear it}``, archived ones too"""
        products = (
            self.env["product.product"]
            .with_context(active_test=False)
            .search(
                [
                    (field_name, "in", [key for key in keys if key]),
                    ("type", "!=", "combo"),
                    ("company_id", "in", [False, self.company.id]),
                ]
            )
        )
        return {
            (key or "").strip(): found
            for key, found in products.grouped(field_name).items()
        }

    def _read_candidate_lines(self):
        """:return: dict ``{product: its line}``, whatever its state"""
        products = self.env["product.product"].union(
            *self.codes.values(), *self.barcodes.values()
        )
        lines = self.mapping.search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "in", products.ids),
            ]
        )
        return {line.product_id: line for line in lines}

    def _read_twins(self, items):
        """:return: dict ``{code: entries on sale that share it}`` of those shared"""
        groups = items._read_group(
            [
                ("connector_id", "=", self.connector.id),
                ("is_on_sale", "=", True),
                ("code", "in", [code for code in items.mapped("code") if code]),
            ],
            ["code"],
            ["id:recordset"],
            having=[("__count", ">", 1)],
        )
        return dict(groups)

    def _read_others(self):
        """:return: dict ``{product: entries of other connectors that it follows too}``"""
        products = self.mapping.browse().product_id.union(
            *self.candidate_lines,
            *(lines.product_id for lines in self.lines.values()),
            *self.codes.values(),
            *self.barcodes.values(),
        )
        entries = self.env["integration.catalog.item"].search(
            [
                ("product_id", "in", products.ids),
                ("connector_id", "!=", self.connector.id),
                ("connector_id.active", "=", True),
                ("state", "=", "linked"),
            ],
            order="id",
        )
        return dict(entries.grouped("product_id"))

    def get_rate(self, currency_code):
        """What one of a currency is in the company's, or None where nobody said so: one
        that is not used here may have a rate of long ago, and Odoo takes 1 for none."""
        if currency_code not in self._rates:
            self._rates[currency_code] = self._find_rate(currency_code)
        return self._rates[currency_code]

    def _find_rate(self, currency_code):
        own = self.company.currency_id
        if currency_code == own.name:
            return 1.0
        currency = self.env["res.currency"].search(
            [("name", "=", currency_code), ("active", "=", True)], limit=1
        )
        if not currency:
            return None
        is_known = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (False, self.company.root_id.id)),
            ],
            limit=1,
        )
        if not is_known:
            return None
        today = fields.Date.context_today(self.mapping)
        return currency._get_conversion_rate(currency, own, self.company, today)

    def get_factor(self, product, remote_unit_id):
        """How many remote units one of ours is, or None where that is not known."""
        remote_unit = self.units.get(remote_unit_id)
        if not remote_unit or not product.uom_id._has_common_reference(remote_unit):
            return None
        return product.uom_id._compute_quantity(1.0, remote_unit, round=False)

"""What is needed to take over many catalogue entries, read once for all of them."""

from odoo import fields

SOURCE_LANGUAGE = "en_US"
# of those the catalogue brings
TRANSLATED_FIELDS = ("name", "description_sale")


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
        #: lines by remote id: those in force, and what a person has picked that is not yet
        self.lines, self.waiting_lines = self._read_lines(items)
        self.codes = self._read_candidates("default_code", items.mapped("code"))
        self.barcodes = self._read_candidates("barcode", items.mapped("barcode"))
        self.candidate_lines = self._read_candidate_lines()
        #: products of which it is decided what they are over there
        self.decided = set(
            self.mapping.union(*self.candidate_lines.values())
            ._filter_decided()
            .product_id
        )
        self.twins = self._read_twins(items)
        self.others = self._read_others(self._get_possible_products())
        #: products that entries of this batch were given
        self.taken = set()
        #: entries whose product somebody has changed here
        self.changed_here = set()
        self.texts = {}
        #: those of siblings: ``{(remote id, product id): line}``
        self.sibling_lines = {}
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
        """:return: two dicts ``{remote id: lines}``: those that are mapped, and those that
        wait for their factor alone"""
        lines = self.mapping.search(
            fields.Domain("connector_id", "=", self.connector.id)
            & fields.Domain("remote_id", "in", items.mapped("remote_id"))
            & self.mapping._get_decided_domain()
        )
        mapped = lines.filtered(lambda line: line.state == "mapped")
        return (
            dict(mapped.grouped("remote_id")),
            dict((lines - mapped).grouped("remote_id")),
        )

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

    def _get_possible_products(self):
        return self.mapping.browse().product_id.union(
            *self.candidate_lines,
            *(lines.product_id for lines in self.lines.values()),
            *self.codes.values(),
            *self.barcodes.values(),
        )

    def _read_others(self, products):
        """:return: dict ``{product: entries of other connectors that it follows too}``"""
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

    def get_rate(self, currency_code, to_currency):
        """What one of a currency is in ``to_currency``, or None where nobody said so."""
        key = (currency_code, to_currency)
        if key not in self._rates:
            currency = self.env["res.currency"].search(
                [("name", "=", currency_code), ("active", "=", True)], limit=1
            )
            if currency_code == to_currency.name:
                currency = to_currency
            self._rates[key] = (
                currency._get_known_rate(
                    to_currency, self.company, fields.Date.context_today(self.mapping)
                )
                if currency
                else None
            )
        return self._rates[key]

    def get_factor(self, product, remote_unit_id):
        """How many remote units one of ours is, or None where that is not known."""
        remote_unit = self.units.get(remote_unit_id)
        if not remote_unit or not product.uom_id._has_common_reference(remote_unit):
            return None
        return product.uom_id._compute_quantity(1.0, remote_unit, round=False)

    def read_siblings(self, items):
        """Read what is needed of entries that are not of this batch."""
        self.others = self._read_others(items.product_id) | self.others
        lines = self.mapping.search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "in", items.product_id.ids),
                ("state", "=", "mapped"),
            ]
        )
        self.sibling_lines |= {
            (line.remote_id, line.product_id.id): line for line in lines
        }

    def get_mapped_factor(self, item, product):
        """How many of the unit it is sold in there one of ours is, as somebody mapped it or
        by their units; None where nothing relates that unit to the mapping's."""
        unit_id = item.payload["unit_id"]
        if line := self.get_line(item, product):
            return line._get_factor_in(unit_id, self.units)
        return self.get_factor(product, unit_id) or 1.0

    def get_line(self, item, product):
        """:return: the mapping line that is in force, or an empty one"""
        lines = self.lines.get(item.remote_id, self.mapping).filtered(
            lambda known: known.product_id == product
        )
        return lines or self.sibling_lines.get(
            (item.remote_id, product.id), self.mapping
        )

    # -- languages --------------------------------------------------------------------

    def read_texts(self, products):
        """Read what is stored of the translated fields, in all languages at once: what
        Odoo shows where nothing is stored looks the same."""
        self._languages = [
            code
            for code, _name in self.env["res.lang"].get_installed()
            if code != SOURCE_LANGUAGE
        ]
        templates = products.product_tmpl_id
        if not self._languages or not templates:
            return
        templates.flush_recordset(TRANSLATED_FIELDS)
        self.env.cr.execute(
            "SELECT id, name, description_sale FROM product_template WHERE id IN %s",
            [tuple(templates.ids)],
        )
        self.texts = {
            template_id: dict(zip(TRANSLATED_FIELDS, stored, strict=True))
            for template_id, *stored in self.env.cr.fetchall()
        }

    def get_copies(self, product, values):
        """In which languages the former text stands as it was, having been copied when the
        product was made by somebody who works in that language: no translation.

        :param dict values: about to be written
        :return: dict ``{language code: values}``
        """
        copies = {}
        of_template = self.texts.get(product.product_tmpl_id.id, {})
        for name, stored in of_template.items():
            if not stored or not values.get(name):
                continue
            for code in self._languages:
                if stored.get(code) and stored[code] == stored.get(SOURCE_LANGUAGE):
                    copies.setdefault(code, {})[name] = values[name]
        return copies

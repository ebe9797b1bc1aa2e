from collections import defaultdict

from odoo import api, models

# snapshot field, kind of value mapping, model, whether an order can do without
HEAD_VALUES = (
    ("currency_id", "currency", "res.currency", False),
    ("payment_term_id", "payment_term", "account.payment.term", False),
    ("pricelist_id", "price_list", "product.pricelist", True),
    ("salesperson_id", "salesperson", "res.users", True),
    ("warehouse_id", "warehouse", "stock.warehouse", True),
    ("carrier_id", "carrier", "delivery.carrier", True),
)


class IntegrationValueResolver(models.AbstractModel):
    """What stands for our values in the ERP, for a whole batch of orders at once."""

    _name = "integration.value.resolver"
    _description = "Values of an Order in the ERP"

    @api.model
    @api.private
    def _resolve(self, connector, kind, records):
        """Remote ids of ``records``; what is plainly the same over there is taken.

        :return: dict ``{record id: remote id}``
        """
        if not records:
            return {}
        mapping = self.env["integration.value.mapping"]
        known = mapping._get_for(connector, kind, records)
        missing = records.filtered(lambda record: record.id not in known)
        if not missing:
            return known
        lines = mapping._ensure_unmapped(connector, kind, missing)
        certain = lines.filtered(
            lambda line: line.state == "proposed" and self._is_certain(line)
        )
        certain.write({"state": "mapped"})
        return mapping._get_for(connector, kind, records)

    @api.model
    def _is_certain(self, line):
        """Whether a proposal needs nobody's look. Names that are the same do; a tax has to
        count alike, and be called the same or be the only one there that does."""
        if line.kind != "tax":
            return True
        tax = self.env["account.tax"].browse(line.res_id)
        return line._is_counted_alike(tax, line.remote_value_id) and (
            line._is_called_alike(tax, line.remote_value_id) or not line._has_rival()
        )

    @api.model
    @api.private
    def _resolve_heads(self, connector, payloads):
        """Values of the orders' heads.

        :return: ``(values, missing)``: dict ``{kind: {record id: remote id}}`` and dict
            ``{kind: records}`` of those no order goes without
        """
        values, missing = {}, {}
        for name, kind, model, is_optional in HEAD_VALUES:
            if model not in self.env:
                values[kind] = {}
                continue
            ids = {payload[name] for payload in payloads if payload[name]}
            records = self.env[model].browse(ids).exists()
            values[kind] = self._resolve(connector, kind, records)
            unresolved = records.filtered(lambda r, k=kind: r.id not in values[k])
            if unresolved and not is_optional and self._has_values(connector, kind):
                missing[kind] = unresolved
        return values, missing

    @api.model
    @api.private
    def _get_tax_records(self, payloads):
        """:return: dict ``{tax id: account.tax}``: groups are taken apart, taxes that are
        no longer there are none"""
        ids = {
            tax_id
            for payload in payloads
            for line in payload["lines"]
            for tax_id in line["tax_ids"]
        }
        none = self.env["account.tax"]
        existing = none.browse(ids).exists()
        return dict.fromkeys(ids, none) | {
            tax.id: tax.flatten_taxes_hierarchy() for tax in existing
        }

    @api.model
    @api.private
    def _resolve_taxes(self, connector, tax_records):
        """:param dict tax_records: see :meth:`_get_tax_records`
        :return: ``(values, missing, price_include)``: ``{tax id: remote id}``, records,
            ``{remote id: bool}``
        """
        taxes = self.env["account.tax"].union(*tax_records.values())
        values = self._resolve(connector, "tax", taxes)
        missing = taxes.filtered(lambda tax: tax.id not in values)
        remote = self.env["integration.remote.value"]._get_by_remote_id(
            connector, "tax", set(values.values())
        )
        return (
            values,
            missing,
            {remote_id: value.price_include for remote_id, value in remote.items()},
        )

    @api.model
    @api.private
    def _resolve_units(self, connector, payloads):
        """:return: dict ``{unit id: remote id}``; an order can do without"""
        ids = {line["uom_id"] for payload in payloads for line in payload["lines"]}
        units = self.env["uom.uom"].browse(ids - {False}).exists()
        return self._resolve(connector, "unit", units)

    @api.model
    def _has_values(self, connector, kind):
        """Whether the ERP knows such a thing at all."""
        return bool(
            self.env["integration.remote.value"].search_count(
                [("connector_id", "=", connector.id), ("kind", "=", kind)], limit=1
            )
        )

    @api.model
    @api.private
    def _is_loaded(self, connector):
        """Whether the lists of the ERP have been read at least once."""
        return bool(
            self.env["integration.remote.value"].search_count(
                [("connector_id", "=", connector.id)], limit=1
            )
        )

    @api.model
    @api.private
    def _get_missing_by_payload(
        self, payloads, missing_heads, missing_taxes, tax_records
    ):
        """:return: per payload its missing values, a dict ``{kind: records}``"""
        names = {kind: name for name, kind, _model, _optional in HEAD_VALUES}
        by_payload = []
        for payload in payloads:
            own = defaultdict(lambda: None)
            for kind, records in missing_heads.items():
                if payload[names[kind]] in records.ids:
                    own[kind] = records.browse(payload[names[kind]])
            if missing_taxes:
                ids = {
                    tax_id for line in payload["lines"] for tax_id in line["tax_ids"]
                }
                taxes = missing_taxes & missing_taxes.union(
                    *(tax_records[tax_id] for tax_id in ids)
                )
                if taxes:
                    own["tax"] = taxes
            by_payload.append(dict(own))
        return by_payload

from odoo import models

from .integration_connector_preview import _shorten


class IntegrationConnector(models.Model):
    """Of what would happen: the taxes and units the first deals are going to need. Which is
    which is seen, and said, before anything waits for it."""

    _inherit = "integration.connector"

    def _get_value_rows(self, payloads):
        """Give the taxes and units in use a line each, as the first deal would, and tell what
        became of them.

        :param list payloads: snapshots of deals that may be sent
        :return: as ``_preview``
        """
        for kind, what, records in (
            ("tax", self.env._("Taxes in use"), self._get_taxes_in_use(payloads)),
            ("unit", self.env._("Units in use"), self._get_units_in_use(payloads)),
        ):
            resolver = self.env["integration.value.resolver"]
            if not records or not resolver._has_values(self, kind):
                continue
            found = resolver._resolve(self, kind, records)
            lines = self.env["integration.value.mapping"].search(
                [
                    ("connector_id", "=", self.id),
                    ("kind", "=", kind),
                    ("res_id", "in", (records - records.browse(found)).ids),
                ]
            )
            proposed = lines.filtered(lambda line: line.state == "proposed")
            for count, outcome, level in (
                (
                    len(found),
                    self.env._("mapped to what is the same there"),
                    "success",
                ),
                (
                    len(proposed),
                    self.env._(
                        "could be several there: choose (%s)",
                        _shorten(proposed.mapped("local_name")),
                    ),
                    "warning",
                ),
                (
                    len(lines - proposed),
                    self._get_missing_value_text(kind, lines - proposed),
                    "warning" if kind == "tax" else "muted",
                ),
            ):
                if count:
                    yield {
                        "what": what,
                        "count": count,
                        "outcome": outcome,
                        "level": level,
                    }

    def _get_missing_value_text(self, kind, lines):
        names = _shorten(lines.mapped("local_name"))
        if kind == "tax":
            return self.env._(
                "no counterpart: choose, or deals with them wait (%s)", names
            )
        return self.env._(
            "no counterpart: counted in the unit of the product there (%s)", names
        )

    def _get_catalogue_domain(self):
        return [
            ("sale_ok", "=", True),
            ("company_id", "in", (False, self.company_id.id)),
        ]

    def _get_taxes_in_use(self, payloads):
        """:return: ``account.tax`` records of products, of the company and of these deals"""
        groups = self.env["product.template"]._read_group(
            self._get_catalogue_domain(), ["taxes_id"]
        )
        taxes = self.env["account.tax"].union(
            self.company_id.account_sale_tax_id, *(tax for (tax,) in groups)
        )
        of_deals = self.env["integration.value.resolver"]._get_tax_records(payloads)
        of_company = taxes.filtered(
            lambda tax: tax.company_id in self.company_id.parent_ids
        )
        return of_company.flatten_taxes_hierarchy().union(*of_deals.values())

    def _get_units_in_use(self, payloads):
        """:return: ``uom.uom`` records of products and of these deals"""
        groups = self.env["product.template"]._read_group(
            self._get_catalogue_domain(), ["uom_id"]
        )
        ids = {line["uom_id"] for payload in payloads for line in payload["lines"]}
        units = self.env["uom.uom"].browse(ids - {False}).exists()
        return units.union(*(unit for (unit,) in groups))

from odoo import api, fields, models

from .integration_flow import CATALOG_FIELDS


class ProductTemplate(models.Model):
    _inherit = "product.template"

    catalog_hint = fields.Char(
        compute="_compute_catalog_hint",
        help="What of this product an ERP owns: changes of it are set back.",
    )

    @api.depends_context("allowed_company_ids", "lang")
    def _compute_catalog_hint(self):
        # sudo: who owns a field is no secret to those who may edit it
        items = (
            self.env["integration.catalog.item"]
            .sudo()
            .search(
                [
                    ("product_id.product_tmpl_id", "in", self.ids),
                    ("state", "=", "linked"),
                ],
                # what several ERPs have follows the one it has followed first
                order="id",
            )
        )
        by_template = items.grouped(lambda item: item.product_id.product_tmpl_id.id)
        for template in self:
            hints, taken = [], set()
            of_template = by_template.get(template.id, items.browse())
            for connector, entries in of_template.grouped("connector_id").items():
                owned = connector._get_catalog_fields() - taken
                # each company has its own taxes
                taken |= owned - {"taxes_id"}
                if connector.company_id not in self.env.companies:
                    # its name is that company's business
                    continue
                labels = [
                    self._fields[name]._description_string(self.env)
                    for name in CATALOG_FIELDS
                    if name in owned and name in self._fields
                ]
                if labels:
                    hints.append(
                        self.env._(
                            "%(erp)s keeps: %(fields)s. What is changed here is set"
                            " back at the next reading.",
                            erp=connector.name,
                            fields=", ".join(labels),
                        )
                    )
                if any(entry.is_changed_here for entry in entries):
                    hints.append(self.env._("It was changed here since the last one."))
                if not any(entry.is_on_sale for entry in entries):
                    hints.append(self.env._("It is no longer on sale there."))
            template.catalog_hint = " ".join(hints) or False

    def write(self, vals):
        result = super().write(vals)
        self.env["product.product"]._note_catalog_change(
            vals, [("product_id.product_tmpl_id", "in", self.ids)]
        )
        return result


class ProductProduct(models.Model):
    _inherit = "product.product"

    def write(self, vals):
        result = super().write(vals)
        self._note_catalog_change(vals, [("product_id", "in", self.ids)])
        return result

    @api.model
    def _note_catalog_change(self, vals, domain):
        """Somebody changes what the ERP owns: the next reading sets it back."""
        changed = set(CATALOG_FIELDS) & vals.keys()
        if not changed or self.env.context.get("integration_catalog"):
            return
        # sudo: a mark for the flow, not the user's business
        items = (
            self.env["integration.catalog.item"]
            .sudo()
            .search([*domain, ("state", "=", "linked")])
        )
        for connector, entries in items.grouped("connector_id").items():
            owned = connector._get_catalog_fields()
            if changed & owned:
                entries.write({"is_changed_here": True, "is_pending": True})
            if "image_1920" in changed & owned:
                # the picture is fetched again
                entries.image_fingerprint = False

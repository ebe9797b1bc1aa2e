from markupsafe import Markup

from odoo import models
from odoo.fields import Command
from odoo.tools import float_compare

from odoo.addons.integration_hub.client import TextMaker

from .integration_catalog_item_price import PRICE_DIGITS

_lt = TextMaker(__name__)

# What tells a box of twelve from a piece of it.
PACK_FIELDS = {
    "name",
    "default_code",
    "barcode",
    "description_sale",
    "weight",
    "image_1920",
}


class IntegrationCatalogItem(models.Model):
    """From what the ERP says to the fields of a product here."""

    _inherit = "integration.catalog.item"

    # -- a product that is there ------------------------------------------------------

    def _link(self, product, batch):
        """Map the entry to ``product`` and write what the ERP owns and says otherwise."""
        was_linked = self.state == "linked" or self.remote_id in batch.lines
        self._update_mapping(product, batch)
        values = self._prepare_changes(product, batch)
        if self.is_changed_here:
            batch.changed_here.add(self)
            if values:
                self._note_set_back(product, values)
        if values:
            product.write(values)
            for lang, copied in batch.get_copies(product, values).items():
                product.with_context(lang=lang).write(copied)
        is_switched = self._set_on_sale(product, batch)
        labels = [self._get_label(product, name) for name in values]
        if is_switched:
            labels.append(self._get_label(product, "sale_ok"))
        outcome = "link" if not was_linked else "change" if labels else "same"
        batch.outcomes[self] = (outcome, ", ".join(labels))
        self.write(
            {
                "state": "linked",
                "product_id": product.id,
                # carried out, or overtaken by a mapping
                "decision": False,
                "message": self._get_message(product, batch),
                "is_missing_value": bool(self._get_missing_tax_ids(batch)),
                "is_price_missing": self._is_price_missing(product, batch),
                "is_pending": False,
                "is_changed_here": False,
            }
        )

    def _get_label(self, record, name):
        lang = self.env.context.get("integration_lang")
        env = self.with_context(lang=lang).env
        return record._fields[name]._description_string(env)

    def _update_mapping(self, product, batch):
        """What a person mapped stays as mapped; the rest follows the ERP's unit."""
        lines = batch.lines.get(self.remote_id, batch.mapping)
        line = lines.filtered(lambda known: known.product_id == product)
        unit_id = self.payload["unit_id"]
        if not line:
            self._map_to(
                product,
                {
                    "factor": batch.get_factor(product, unit_id) or 1.0,
                    "is_automatic": True,
                },
                batch.candidate_lines.get(product),
            )
            return
        values = {"remote_code": self.code or False, "remote_name": self.name}
        is_ours = line.is_automatic and line.factor_state != "entered"
        if is_ours and (line.remote_unit_id or "") != unit_id:
            factor = batch.get_factor(product, unit_id)
            if factor is not None:
                values |= {
                    "remote_unit_id": unit_id,
                    "remote_unit_name": self.unit_name,
                    "factor": factor,
                }
        changed = {name: value for name, value in values.items() if line[name] != value}
        line = line.with_context(integration_catalog=True)
        if changed.keys() == {"remote_name"}:
            # nothing waits for a name
            line.write(changed)
        elif changed:
            # the whole remote side at once, or the mapping would look it up by its code
            values |= {
                "remote_id": self.remote_id,
                "state": line.state,
                "is_automatic": line.is_automatic,
            }
            line.write(values)

    def _prepare_changes(self, product, batch):
        """:return: dict of the owned fields in which ``product`` differs"""
        wanted = self._prepare_values(batch)
        if self._is_grouped(product):
            # its siblings share the name; the attributes tell it apart
            wanted["name"] = self.payload["name"] or self.name
        price = self._get_price_of(product, batch)
        # variants are priced together
        if price is not None and not product.product_template_attribute_value_ids:
            wanted["list_price"] = price
        changes = {}
        kept = self._get_fields_of_others(product, batch)
        for name, value in wanted.items():
            if name not in batch.owned_fields or name in kept:
                continue
            if name == "taxes_id":
                own = product.taxes_id.filtered(
                    lambda tax: tax.company_id == batch.company
                )
                if value != own:
                    # those of other companies are none of this ERP's business
                    changes[name] = [
                        *(Command.unlink(tax.id) for tax in own - value),
                        *(Command.link(tax.id) for tax in value - own),
                    ]
            elif name == "weight":
                digits = self.env["decimal.precision"].precision_get("Stock Weight")
                if float_compare(product.weight, value, precision_digits=digits):
                    changes[name] = value
            elif name == "list_price":
                if float_compare(
                    product.list_price, value, precision_digits=PRICE_DIGITS
                ):
                    changes[name] = value
            elif (product[name] or "") != (value or ""):
                changes[name] = value
        return changes

    def _get_fields_of_others(self, product, batch):
        """:return: set of names of the product's fields that are not this entry's to
        write"""
        names = set()
        if (
            len(product.product_tmpl_id.product_variant_ids) > 1
            and product.product_template_attribute_value_ids
            and not self._is_grouped(product)
        ):
            # products of their own over there, variants of one here
            names |= {"name", "description_sale", "taxes_id"}
        if self._is_pack(product, batch):
            names |= PACK_FIELDS
        for entry in batch.others.get(product, []):
            if entry.id > self.id:
                continue
            # a product shared by several ERPs follows the one it has followed first
            shared = entry.connector_id._get_catalog_fields()
            if entry.company_id != self.company_id:
                # each company has its own taxes
                shared.discard("taxes_id")
            names |= shared
        return names

    def _is_pack(self, product, batch):
        """Whether somebody has mapped our product as so many of theirs (a box of twelve):
        it is another article than theirs, whatever the units say."""
        lines = batch.lines.get(self.remote_id, batch.mapping)
        line = lines.filtered(lambda known: known.product_id == product)[:1]
        if not line or line.is_automatic:
            return False
        expected = batch.get_factor(product, self.payload["unit_id"]) or 1.0
        return bool(float_compare(line.factor, expected, precision_digits=6))

    def _is_mapped_as_pack(self):
        """The same without a batch, for its picture: theirs shows the piece."""
        line = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector_id.id),
                ("product_id", "=", self.product_id.id),
                ("is_automatic", "=", False),
            ],
            limit=1,
        )
        return bool(line and float_compare(line.factor, 1.0, precision_digits=6))

    def _prepare_values(self, batch):
        """Values of the owned fields as the ERP has them. What it never said, or what has no
        counterpart here, is left out: ours stays."""
        payload = self.payload
        values = {"name": self.name}
        for name, source in (
            ("default_code", "code"),
            ("barcode", "barcode"),
            ("description_sale", "description"),
        ):
            if payload[source].strip() or source in payload["cleared"]:
                values[name] = payload[source].strip() or False
        # there is nothing without weight: 0 is where nobody has entered one
        if float(payload["weight"] or 0):
            values["weight"] = batch.kilogram._compute_quantity(
                float(payload["weight"]), batch.weight_unit, round=False
            )
        if self._has_said_taxes() and not self._get_missing_tax_ids(batch):
            values["taxes_id"] = self.env["account.tax"].union(
                *(batch.taxes[tax_id] for tax_id in payload["tax_ids"])
            )
        return values

    def _has_said_taxes(self):
        """Whether the ERP has ever named taxes of it; then their absence is its word, too."""
        return "account.tax" in self.env and bool(
            self.payload["tax_ids"] or "tax_ids" in self.payload["cleared"]
        )

    def _get_missing_tax_ids(self, batch):
        if "account.tax" not in self.env:
            return []
        return [
            tax_id for tax_id in self.payload["tax_ids"] if tax_id not in batch.taxes
        ]

    def _get_missing_taxes_message(self, batch):
        missing = self._get_missing_tax_ids(batch)
        if not missing:
            return False
        names = self.env["integration.remote.value"]._get_by_remote_id(
            batch.connector, "tax", missing
        )
        return _lt(
            "Its taxes stay as they are here: %(taxes)s has no counterpart yet. Map it"
            " under Mappings › Values.",
            taxes=", ".join(
                f"“{names[tax_id].name if tax_id in names else tax_id}”"
                for tax_id in missing
            ),
        )

    def _set_on_sale(self, product, batch):
        """What is discontinued can no longer be quoted. It is not archived: quotations of
        the past go on showing it. Only a variant among siblings has no such switch of its
        own. What another ERP still sells stays on sale.

        :return: whether that changed anything
        """
        if "sale_ok" not in batch.owned_fields:
            return False
        before = product.active, product.sale_ok
        is_sold = self.is_on_sale or any(
            entry.is_on_sale for entry in batch.others.get(product, [])
        )
        template = product.product_tmpl_id
        # archived ones as well, as in all of this environment
        variants = template.product_variant_ids
        if len(variants) > 1:
            if product.active != is_sold:
                product.active = is_sold
            is_on_sale = any(variants.mapped("active"))
        else:
            is_on_sale = is_sold
        if template.sale_ok != is_on_sale:
            template.sale_ok = is_on_sale
        return before != (product.active, product.sale_ok)

    def _note_set_back(self, product, changes):
        """Say on the product what somebody had written, and that the ERP's is back."""
        lines = Markup()
        for name in changes:
            if name == "taxes_id":
                before = ", ".join(product.taxes_id.mapped("name"))
            else:
                before = product[name] or ""
            label = self._get_label(product, name)
            lines += Markup("<li>%s: %s</li>") % (label, before)
        product.product_tmpl_id._message_log(
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                self._say(
                    _lt(
                        "%(erp)s owns these fields and has set them back. What was"
                        " written here:",
                        erp=self.connector_id.name,
                    )
                ),
                lines,
            )
        )

    # -- a new product ----------------------------------------------------------------

    def _create_products(self, batch):
        """Make the products of entries that have none, as many at once as get through."""
        simple = self.filtered(lambda item: not item.payload["attributes"])

        def create_all():
            products = self.env["product.product"].create(
                [item._prepare_new(batch) for item in simple]
            )
            batch.mapping.create(
                [
                    item._prepare_new_mapping(product)
                    for item, product in zip(simple, products, strict=True)
                ]
            )
            for item, product in zip(simple, products, strict=True):
                item._settle_new(product, batch)

        # one that is refused has the others tried one by one
        if len(simple) > 1 and not simple._attempt(create_all):
            simple = self.browse()
        for item in simple:
            item._try(lambda item=item: item._create_product(batch))
        for item in self.filtered(lambda item: item.payload["attributes"]):
            item._try(lambda item=item: item._create_variant(batch))

    def _create_product(self, batch):
        product = self.env["product.product"].create([self._prepare_new(batch)])
        batch.mapping.create([self._prepare_new_mapping(product)])
        self._settle_new(product, batch)

    def _prepare_new(self, batch):
        """Values of a new product; price lists come with another flow."""
        unit = batch.units[self.payload["unit_id"]]
        values = self._prepare_values(batch)
        if "taxes_id" in values:
            values["taxes_id"] = [Command.set(values["taxes_id"].ids)]
        elif "account.tax" in self.env and not self.payload["tax_ids"]:
            # it is sold without there; left out, Odoo would give it the company's own
            values["taxes_id"] = [Command.clear()]
        return {
            **values,
            "uom_id": unit.id,
            "type": "service" if self.payload["kind"] == "service" else "consu",
            # none at all rather than a wrong one; left out, Odoo would make it 1
            "list_price": self._get_local_price(batch, batch.company.currency_id)
            or 0.0,
            "company_id": batch.company.id,
            "sale_ok": self.is_on_sale,
        }

    def _get_message(self, product, batch):
        """:return: what a person should know about ``product``, or False"""
        messages = []
        if not product.active and self.is_on_sale:
            messages.append(_lt("The product is archived here; it stays so."))
        elif message := self._get_missing_taxes_message(batch):
            messages.append(message)
        if message := self._get_price_message(product, batch):
            messages.append(message)
        return "\n".join(map(self._say, messages)) or False

    def _prepare_new_mapping(self, product):
        return {
            "connector_id": self.connector_id.id,
            "product_id": product.id,
            "remote_id": self.remote_id,
            "remote_code": self.code,
            "remote_name": self.name,
            "remote_unit_id": self.payload["unit_id"],
            "remote_unit_name": self.unit_name,
            "factor": 1.0,
            "state": "mapped",
            "is_automatic": True,
        }

    def _settle_new(self, product, batch):
        batch.outcomes[self] = ("create", "")
        self.write(
            {
                "state": "linked",
                "product_id": product.id,
                "decision": False,
                "message": self._get_message(product, batch),
                "is_missing_value": bool(self._get_missing_tax_ids(batch)),
                "is_price_missing": self._is_price_missing(product, batch),
                "is_pending": False,
                "is_changed_here": False,
            }
        )

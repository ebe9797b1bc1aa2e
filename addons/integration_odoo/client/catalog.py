"""The product catalogue of another Odoo (``integration_catalog/contract.py``)."""

import json
from decimal import Decimal

from odoo.addons.integration_hub.client import in_chunks

from .convert import read_id, read_name, read_text, to_decimal_text

CATALOG_FIELDS = (
    "default_code",
    "barcode",
    "name",
    "display_name",
    "product_tmpl_id",
    "description_sale",
    "type",
    "detailed_type",
    "uom_id",
    "taxes_id",
    "weight",
    "weight_uom_name",
    "lst_price",
    "active",
    "sale_ok",
)
# everything, archived ones too; the code stands by itself, not in front of the name
ALL_CONTEXT = {"active_test": False, "display_default_code": False}
KILOGRAMS = {"kg": Decimal(1), "lb": Decimal("0.45359237")}
# by everybody who may read the product; seen in 14 and 19
PICTURES_READABLE_SINCE = 19
# ids looked up or pictures fetched in one call
ID_CHUNK = 5000
IMAGE_CHUNK = 20


class CatalogVerbs:
    """``catalog_changes``, ``catalog_read``, ``catalog_ids``, ``catalog_images``.

    A template's change counts for its variants, which bear a moment of their own, and so
    does that of their attribute values.
    """

    def catalog_changes(self, cursor, limit):
        position = json.loads(cursor) if cursor else {}
        since, after = position.get("since"), position.get("after", 0)
        rows = self._read_catalog(
            [
                *(_changed_since(since) if since else [("sale_ok", "=", True)]),
                ("id", ">", after),
            ],
            # at first what is on sale; later also what no longer is
            {**ALL_CONTEXT, "active_test": not since},
            limit=limit,
        )
        following, more = self._get_next_position(position, rows, limit)
        return {
            "products": self._get_catalog_products(rows),
            "cursor": json.dumps(following),
            "more": more,
        }

    def catalog_read(self, remote_ids):
        ids = [int(remote_id) for remote_id in remote_ids]
        rows = self._read_catalog([("id", "in", ids)], ALL_CONTEXT)
        return self._get_catalog_products(rows)

    def catalog_ids(self):
        ids, after = [], 0
        while True:
            rows = self.search_read(
                "product.product",
                [
                    ("sale_ok", "=", True),
                    ("id", ">", after),
                    *self._get_company_domain("product.product"),
                ],
                ["id"],
                limit=ID_CHUNK,
            )
            ids += [str(row["id"]) for row in rows]
            if len(rows) < ID_CHUNK:
                return ids
            after = rows[-1]["id"]

    def catalog_images(self, remote_ids):
        found = {}
        for chunk in in_chunks([int(item) for item in remote_ids], IMAGE_CHUNK):
            rows = self.search_read(
                "product.product",
                [("id", "in", chunk)],
                # the originals can be of any size; this is what forms show
                ["image_512"],
                context={"active_test": False},
            )
            found.update({str(row["id"]): row["image_512"] or "" for row in rows})
        return found

    # -- reading ----------------------------------------------------------------------

    def _read_catalog(self, domain, context, **arguments):
        return self.search_read(
            "product.product",
            [
                *domain,
                ("type", "!=", "combo"),
                *self._get_company_domain("product.product"),
            ],
            [*CATALOG_FIELDS, self.get_name("product.product", "values")],
            context=context,
            **arguments,
        )

    def _get_catalog_products(self, rows):
        values = self.get_name("product.product", "values")
        attributes = self._get_attributes(rows, values)
        own_taxes = self._get_own_taxes(rows)
        images = self._get_image_checksums(rows)
        currency = self._get_company_currency() if rows else ""
        products = []
        for row in rows:
            unit_id, unit_name = row.get("uom_id") or ("", "")
            factor = KILOGRAMS.get(row.get("weight_uom_name") or "kg", Decimal(1))
            weight = Decimal(to_decimal_text(row.get("weight"))) * factor
            kind = row.get("detailed_type") or row["type"]
            products.append(
                {
                    "remote_id": str(row["id"]),
                    "code": read_text(row, "default_code"),
                    "barcode": read_text(row, "barcode"),
                    "name": read_text(row, "name"),
                    "full_name": read_text(row, "display_name"),
                    "template_id": str(read_id(row, "product_tmpl_id")),
                    "attributes": [
                        attributes[value_id]
                        for value_id in row.get(values) or []
                        if value_id in attributes
                    ],
                    "description": read_text(row, "description_sale"),
                    "kind": "service" if kind == "service" else "goods",
                    "unit_id": str(unit_id),
                    "unit_name": unit_name,
                    "tax_ids": [
                        str(tax_id)
                        for tax_id in row.get("taxes_id") or []
                        if tax_id in own_taxes
                    ],
                    # 0 is where nobody has entered one
                    "weight": f"{weight.normalize():f}" if weight else "",
                    "price": to_decimal_text(row.get("lst_price")),
                    "currency": currency,
                    "active": bool(row["active"] and row["sale_ok"]),
                    "image": images.get(row["id"], ""),
                    "url": self.get_url("product.product", row["id"]),
                }
            )
        return products

    def _get_attributes(self, rows, values):
        """:return: dict ``{value id: {"attribute", "value"}}`` of what tells variants apart"""
        ids = {value_id for row in rows for value_id in row.get(values) or []}
        if not ids:
            return {}
        values = self.search_read(
            "product.template.attribute.value",
            [("id", "in", sorted(ids))],
            ["attribute_id", "name"],
            context={"active_test": False},
        )
        return {
            value["id"]: {
                "attribute": read_name(value, "attribute_id"),
                "value": read_text(value, "name"),
            }
            for value in values
        }

    def _get_own_taxes(self, rows):
        """Taxes of our company among those of the products, which bear every company's."""
        ids = {tax_id for row in rows for tax_id in row.get("taxes_id") or []}
        if not ids:
            return set()
        taxes = self.search_read(
            "account.tax",
            [("id", "in", sorted(ids)), *self._get_company_domain("account.tax")],
            ["id"],
        )
        return {tax["id"] for tax in taxes}

    def _get_image_checksums(self, rows):
        """Fingerprints of the pictures, so that only new ones are fetched. A variant
        without a picture of its own shows its template's."""
        if not rows:
            return {}
        checksums = {}
        templates = {row["id"]: read_id(row, "product_tmpl_id") for row in rows}
        for model, field, ids in (
            ("product.product", "image_variant_1920", templates.keys()),
            ("product.template", "image_1920", templates.values()),
        ):
            attachments = self.search_read(
                "ir.attachment",
                [
                    ("res_model", "=", model),
                    ("res_field", "=", field),
                    ("res_id", "in", sorted(set(ids))),
                ],
                ["res_id", "checksum"],
            )
            checksums[model] = {
                attachment["res_id"]: attachment["checksum"]
                for attachment in attachments
            }
        is_old = self.major_version < PICTURES_READABLE_SINCE
        if is_old and not any(checksums.values()):
            return self._get_image_moments(rows)
        return {
            product_id: checksums["product.product"].get(product_id)
            or checksums["product.template"].get(template_id, "")
            for product_id, template_id in templates.items()
        }

    def _get_image_moments(self, rows):
        """Older ones show the attachments of pictures to administrators alone: then size
        and moment of the last change stand for the picture."""
        found = self.search_read(
            "product.product",
            [("id", "in", [row["id"] for row in rows])],
            ["image_1920", "write_date"],
            # the size in place of the picture
            context={"active_test": False, "bin_size": True},
        )
        return {
            row["id"]: f"{row['image_1920']} {row['write_date']}"
            for row in found
            if row["image_1920"]
        }


def _changed_since(moment):
    return [
        "|",
        "|",
        ("write_date", ">=", moment),
        ("product_tmpl_id.write_date", ">=", moment),
        # what an attribute adds to the price
        ("product_template_attribute_value_ids.write_date", ">=", moment),
    ]

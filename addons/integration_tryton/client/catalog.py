"""The product catalogue of Tryton (``integration_catalog/contract.py``)."""

from decimal import Decimal

from odoo.addons.integration_hub.client import TextMaker

from .encoding import amount_text, number_text
from .pictures import MODULE as PICTURES
from .pictures import PicturesMixin
from .values import PRODUCT_FIELDS

CATALOG_FIELDS = (
    *PRODUCT_FIELDS,
    "rec_name",
    "type",
    "description",
    "suffix_code",
    "template",
    "template.products",
)
MEASURES = "product_measurements"
TAXES = "account_product"
MEASURE_FIELDS = ("weight", "weight_uom.factor")
ID_CHUNK = 5000

_lt = TextMaker(__name__)


class CatalogMixin(PicturesMixin):
    """``catalog_changes``, ``catalog_read``, ``catalog_ids``, ``catalog_check``."""

    def catalog_check(self):
        lacking = {
            PICTURES: _lt(
                "Pictures of products: activate the module %(module)s in Tryton.",
                module=PICTURES,
            ),
            MEASURES: _lt(
                "Weights of products: activate the module %(module)s in Tryton.",
                module=MEASURES,
            ),
            TAXES: _lt(
                "Taxes of products: activate the module %(module)s in Tryton.",
                module=TAXES,
            ),
        }
        return [text for module, text in lacking.items() if module not in self.modules]

    def catalog_changes(self, cursor, limit):
        prefixes = ["", "template.", "identifiers."]
        if PICTURES in self.modules:
            prefixes += ["images.", "template.images."]
        ids, page = self.search_product_changes(cursor, limit, *prefixes)
        return {"products": self._read_catalog(ids), **page}

    def catalog_read(self, remote_ids):
        return self._read_catalog([int(item) for item in remote_ids])

    def catalog_ids(self):
        ids, after = [], 0
        while True:
            found = self.rpc(
                "product.product",
                "search",
                [["salable", "=", True], ["id", ">", after]],
                0,
                ID_CHUNK,
                [["id", "ASC"]],
            )
            ids += [str(product_id) for product_id in found]
            if len(found) < ID_CHUNK:
                return ids
            after = found[-1]

    # -- reading ----------------------------------------------------------------------

    def _read_catalog(self, ids):
        """:rtype: list[CatalogProduct]"""
        fields = list(CATALOG_FIELDS)
        if MEASURES in self.modules:
            fields += MEASURE_FIELDS
        if TAXES in self.modules:
            fields.append("account_category.customer_taxes_used")
        rows = self.read_products(ids, fields)
        pictures = self.get_picture_fingerprints(
            {row["id"]: row["template"] for row in rows}
        )
        return [
            self._get_catalog_product(row, pictures.get(row["id"], "")) for row in rows
        ]

    def _get_catalog_product(self, row, picture):
        """:rtype: CatalogProduct"""
        product = self._get_product(row)
        name = product["name"]
        attributes = []
        if len(row["template."]["products"]) > 1:
            # variants bear no attributes here; their codes tell them apart
            value = row["suffix_code"] or product["code"] or product["remote_id"]
            attributes = [{"attribute": "Variant", "value": value}]
        del product["unit_id"], product["unit_name"]
        unit = row["sale_uom."]
        category = row.get("account_category.") or {}
        return {
            **product,
            "full_name": f"{name} ({attributes[0]['value']})" if attributes else name,
            "template_id": str(row["template"]),
            "attributes": attributes,
            "description": row["description"] or "",
            "kind": "service" if row["type"] == "service" else "goods",
            "unit_id": str(row["sale_uom"]) if unit else "",
            "unit_name": unit["name"] if unit else "",
            "tax_ids": [
                str(tax_id) for tax_id in category.get("customer_taxes_used") or []
            ],
            "weight": _get_kilograms(row),
            "price": amount_text(row["sale_price_uom"]),
            "currency": self._get_company_currency(),
            "image": picture,
        }


def _get_kilograms(row):
    """Weight of one unit, empty where none is given; the factor of a unit of weight is
    what it has of kilograms (trytond/modules/product/uom.xml)."""
    unit = row.get("weight_uom.")
    if not unit or not row.get("weight"):
        return ""
    weight = Decimal(str(row["weight"])) * Decimal(str(unit["factor"]))
    return number_text(weight.normalize())

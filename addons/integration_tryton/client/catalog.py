"""The product catalogue of Tryton (``integration_catalog/contract.py``)."""

from decimal import Decimal

from .encoding import amount_text, number_text
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
MEASURE_FIELDS = ("weight", "weight_uom.factor")
ID_CHUNK = 5000


class CatalogMixin:
    """``catalog_changes``, ``catalog_read``, ``catalog_ids``, ``catalog_images``."""

    def catalog_changes(self, cursor, limit):
        ids, page = self.search_product_changes(
            cursor, limit, "", "template.", "identifiers."
        )
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

    def catalog_images(self, remote_ids):
        # Tryton's own modules keep no pictures of products
        return dict.fromkeys(remote_ids, "")

    # -- reading ----------------------------------------------------------------------

    def _read_catalog(self, ids):
        """:rtype: list[CatalogProduct]"""
        fields = list(CATALOG_FIELDS)
        if "product_measurements" in self.modules:
            fields += MEASURE_FIELDS
        if "account_product" in self.modules:
            fields.append("account_category.customer_taxes_used")
        rows = self.read_products(ids, fields)
        return [self._get_catalog_product(row) for row in rows]

    def _get_catalog_product(self, row):
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
            "image": "",
        }


def _get_kilograms(row):
    """Weight of one unit, empty where none is given; the factor of a unit of weight is
    what it has of kilograms (trytond/modules/product/uom.xml)."""
    unit = row.get("weight_uom.")
    if not unit or not row.get("weight"):
        return ""
    weight = Decimal(str(row["weight"])) * Decimal(str(unit["factor"]))
    return number_text(weight.normalize())

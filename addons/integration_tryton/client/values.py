"""What Tryton calls its products, units, taxes and the like (contract: values)."""

import json

from odoo.addons.integration_hub.client import in_chunks

from .encoding import amount_text
from .protocol import ANY_ACTIVE, READ_SIZE
from .windows import Window, get_newest_stamp

# codes looked up in one search: SQLite's parser allows no endless "or"
SEARCH_SIZE = 200
PRODUCT_FIELDS = (
    "code",
    "name",
    "active",
    # a variant's own says nothing of its template's
    "template.active",
    "salable",
    "sale_uom",
    "sale_uom.name",
    "sale_price_uom",
    "identifiers.code",
    "identifiers.type",
)
# kind: (module that brings it, model, domain, field of the code, field of the name)
VALUE_SOURCES = {
    "unit": ("product", "product.uom", [], "symbol", "name"),
    "currency": ("currency", "currency.currency", [], "code", "name"),
    "payment_term": (
        "account_invoice",
        "account.invoice.payment_term",
        [],
        None,
        "name",
    ),
    "country": ("country", "country.country", [], "code", "name"),
    "carrier": ("carrier", "carrier", [], None, "rec_name"),
    "warehouse": (
        "stock",
        "stock.location",
        [["type", "=", "warehouse"]],
        "code",
        "name",
    ),
    # a sale has a price list with this module only
    "price_list": ("sale_price_list", "product.price_list", [], None, "name"),
}


class ValuesMixin:
    """Verbs of the contract about products and values."""

    def product_search(self, codes, barcodes):
        found = {}
        for name, values in (("code", codes), ("identifiers.code", barcodes)):
            for chunk in in_chunks(
                sorted({value for value in values if value}), SEARCH_SIZE
            ):
                rows = self.search_read(
                    "product.product",
                    [[name, "in", chunk], ["salable", "=", True]],
                    PRODUCT_FIELDS,
                )
                found.update({row["id"]: row for row in rows})
        return [self._get_product(row) for row in found.values()]

    def product_list(self, cursor, limit):
        ids, page = self.search_product_changes(cursor, limit, "", "template.")
        rows = self.read_products(ids, PRODUCT_FIELDS)
        return {"products": [self._get_product(row) for row in rows], **page}

    def search_product_changes(self, cursor, limit, *prefixes):
        """At first what can be sold; later all that changed, also what no longer can or was
        archived, itself or with its template.

        A clause about ``active`` holds for its own level of the domain alone: within what is
        nested, such as the window's, Tryton goes on looking among the active ones
        (``_search_domain_active``, trytond/model/modelstorage.py). The context says it for
        the whole search; not for the reading, where the variants of a template are counted.

        :param prefixes: see :meth:`Window.get_domain`
        :return: ``(ids, {cursor, more})``
        """
        window = Window.from_cursor(cursor)
        if window.is_new:
            stamps = [
                get_newest_stamp(self, model, [ANY_ACTIVE])
                for model in ("product.product", "product.template")
            ]
            window.until = max(filter(None, stamps), default=None)
        domain = [["id", ">", window.after], window.get_domain(*prefixes)]
        context = {"active_test": False}
        if not window.since:
            domain.append(["salable", "=", True])
            context = None
        rows = self.search_read(
            "product.product",
            domain,
            ["id"],
            order=[["id", "ASC"]],
            limit=limit,
            context=context,
        )
        return [row["id"] for row in rows], window.to_page(rows, limit)

    def read_products(self, ids, fields):
        """:return: list of rows, of archived ones too, by their ids; without those that were
        deleted meanwhile"""
        rows = []
        for chunk in in_chunks(ids, READ_SIZE):
            rows += self.search_read(
                "product.product",
                [["id", "in", chunk], ANY_ACTIVE],
                fields,
                order=[["id", "ASC"]],
            )
        return rows

    def _get_product(self, row):
        """:rtype: ProductAnswer"""
        identifiers = row["identifiers."]
        barcodes = [item["code"] for item in identifiers if item["type"] == "ean"]
        unit = row["sale_uom."]
        return {
            "remote_id": str(row["id"]),
            "code": row["code"] or "",
            "barcode": (barcodes or [item["code"] for item in identifiers] or [""])[0],
            "name": row["name"] or "",
            "unit_id": str(row["sale_uom"]) if unit else "",
            "unit_name": unit["name"] if unit else "",
            "price": amount_text(row["sale_price_uom"]),
            "active": bool(
                row["active"] and row["template."]["active"] and row["salable"]
            ),
            "url": self.record_url("product.product", row["id"]),
        }

    def value_list(self, kind):
        if kind == "tax":
            return self._list_taxes()
        if kind == "salesperson":
            return self._list_employees()
        if kind not in VALUE_SOURCES:
            return []
        module, model, domain, code_field, name_field = VALUE_SOURCES[kind]
        if module not in self.modules:
            return []
        fields = [name_field, *([code_field] if code_field else [])]
        rows = self.search_read(model, domain, fields)
        return [
            _get_value(
                row["id"], row[code_field] if code_field else "", row[name_field]
            )
            for row in rows
        ]

    def _list_taxes(self):
        """Taxes a sale line takes: those of our company with no parent (a tax made of
        several counts as one) that are for sales."""
        rows = self.search_read(
            "account.tax",
            [
                ["company", "=", self.company_id],
                ["parent", "=", None],
                [
                    "OR",
                    ["group", "=", None],
                    ["group.kind", "in", ["sale", "both"]],
                ],
            ],
            ["name", "type", "rate", "childs.rate", "childs.type"],
        )
        return [_get_value(row["id"], "", row["name"], _get_rate(row)) for row in rows]

    def _list_employees(self):
        """Whom an order's "quoted by" can name."""
        rows = self.search_read(
            "company.employee",
            [["company", "=", self.company_id]],
            ["rec_name", "party.code"],
        )
        return [
            _get_value(row["id"], (row["party."] or {}).get("code"), row["rec_name"])
            for row in rows
        ]

    def get_ids_by_code(self, model, codes, domain=(), of_batch=False):
        """
        :param bool of_batch: these are all codes of a batch: those that were not there when
            the last one was sent may be by now. Asked one by one, they are not looked up
            again.
        :return: dict ``{code: id}`` of those that exist
        """
        known = self.facts.setdefault(f"codes of {model}", {})
        missing = sorted(
            {
                code
                for code in codes
                if code and (code not in known or of_batch and not known[code])
            }
        )
        if missing:
            rows = self.search_read(model, [["code", "in", missing], *domain], ["code"])
            known.update(dict.fromkeys(missing))
            known.update({row["code"]: row["id"] for row in rows})
        return {code: known[code] for code in codes if known.get(code)}

    def _get_company_currency(self):
        """ISO code of the currency of its books, which prices of products are in too."""
        if "company_currency" not in self.facts:
            rows = self.read_records(
                "company.company", [self.company_id], ["currency.code"]
            )
            self.facts["company_currency"] = rows[self.company_id]["currency."]["code"]
        return self.facts["company_currency"]

    def get_price_digits(self):
        """Decimals of a unit price (server setting ``[product] price_decimal``)."""
        if "price_digits" not in self.facts:
            fields = self.rpc("sale.line", "fields_get", ["unit_price"])
            # [digits before the point, digits after it], as a text of JSON
            _whole, decimals = json.loads(fields["unit_price"]["digits"])
            self.facts["price_digits"] = int(decimals)
        return self.facts["price_digits"]


def _get_value(record_id, code, name, rate=""):
    """:rtype: ValueAnswer"""
    return {
        "remote_id": str(record_id),
        "code": code or "",
        "name": name or "",
        "rate": rate,
        # Tryton's unit prices never include taxes
        "price_include": False,
    }


def _get_rate(row):
    """Percentage of a tax, with that of its parts; empty for an amount per piece."""
    parts = [row] if row["type"] != "none" else row["childs."]
    if not parts or any(part["type"] != "percentage" for part in parts):
        return ""
    rate = sum(part["rate"] or 0 for part in parts) * 100
    return format(rate.normalize(), "f") if rate else "0"

"""Products and values people map: units, taxes, currencies, countries and so on."""

from .convert import read_text, to_decimal_text

# kind -> model, domain, field of the code, field of the name
KINDS = {
    "unit": ("uom.uom", [], None, "name"),
    "tax": ("account.tax", [("type_tax_use", "=", "sale")], None, "name"),
    "currency": ("res.currency", [("active", "=", True)], "name", None),
    "payment_term": ("account.payment.term", [], None, "name"),
    "country": ("res.country", [], "code", "name"),
    "carrier": ("delivery.carrier", [], None, "name"),
    "salesperson": ("res.users", [("share", "=", False)], "login", "name"),
    "warehouse": ("stock.warehouse", [], "code", "name"),
    "price_list": ("product.pricelist", [], None, "display_name"),
}
# of these a company has its own; records without a company are everybody's
PER_COMPANY = ("tax", "payment_term", "carrier", "warehouse", "price_list")
PRODUCT_FIELDS = (
    "default_code",
    "barcode",
    "display_name",
    "uom_id",
    "lst_price",
    "active",
)


class ValueVerbs:
    """``product_search``, ``product_list``, ``value_list``."""

    def product_search(self, codes, barcodes):
        domain = [
            "|",
            ("default_code", "in", [code for code in codes if code]),
            ("barcode", "in", [barcode for barcode in barcodes if barcode]),
        ]
        return self._read_products(domain)

    def product_list(self, cursor, limit):
        domain = [("sale_ok", "=", True), ("id", ">", int(cursor or 0))]
        products = self._read_products(domain, limit=limit)
        return {
            "products": products,
            "cursor": products[-1]["remote_id"] if products else cursor or "0",
            "more": len(products) == limit,
        }

    def _read_products(self, domain, **arguments):
        rows = self.search_read(
            "product.product",
            [*domain, *self._get_company_domain("product.product")],
            PRODUCT_FIELDS,
            # the code stands by itself: not in front of the name as well
            context={"display_default_code": False},
            **arguments,
        )
        return [self._product_answer(row) for row in rows]

    def _product_answer(self, row):
        unit_id, unit_name = row.get("uom_id") or ("", "")
        return {
            "remote_id": str(row["id"]),
            "code": read_text(row, "default_code"),
            "barcode": read_text(row, "barcode"),
            "name": read_text(row, "display_name"),
            "unit_id": str(unit_id),
            "unit_name": unit_name,
            "price": to_decimal_text(row.get("lst_price")),
            "active": row["active"],
            "url": self.get_url("product.product", row["id"]),
        }

    def value_list(self, kind):
        if kind not in KINDS:
            return []
        model, domain, code_field, name_field = KINDS[kind]
        if not self.has_model(model):
            return []
        name_field = name_field or self.get_name(model, "name")
        names = {name_field, code_field, "amount", "amount_type", "price_include"}
        if kind != "tax":
            names = {name_field, code_field}
        if kind in PER_COMPANY:
            domain = [*domain, *self._get_company_domain(model)]
        if kind == "unit":
            rows = self._read_units(name_field)
        else:
            rows = self.search_read(model, domain, sorted(filter(None, names)))
        return [
            {
                "remote_id": str(row["id"]),
                "code": read_text(row, code_field) if code_field else "",
                "name": read_text(row, name_field),
                # a group of taxes or a fixed amount has no percentage
                "rate": to_decimal_text(row["amount"])
                if row.get("amount_type") == "percent"
                else "",
                "price_include": bool(row.get("price_include")),
            }
            for row in rows
        ]

    def _read_units(self, name_field):
        """Archived ones as well: products go on being sold in them. Of two that are called
        alike, the one in use."""
        rows = self.search_read(
            "uom.uom", [], [name_field, "active"], context={"active_test": False}
        )
        in_use = {row[name_field] for row in rows if row["active"]}
        return [row for row in rows if row["active"] or row[name_field] not in in_use]

    # -- facts for other verbs --------------------------------------------------------

    def get_company(self):
        """Company we work for over there: ``{"id", "name", "currency_id", "partner_id"}``."""
        return self.get_fact("company", self._fetch_company)

    def _fetch_company(self):
        company_id = self.settings.options.get("company_id")
        if not company_id:
            company_id = self._read_own_user()["company_id"][0]
        row = self.search_read(
            "res.company",
            [("id", "=", int(company_id))],
            ["name", "currency_id", "partner_id"],
        )[0]
        return {
            "id": row["id"],
            "name": row["name"],
            "currency_id": row["currency_id"][0],
            "partner_id": row["partner_id"][0],
        }

    def _get_company_domain(self, model):
        if "company_id" not in self.get_fields(model):
            return []
        return [("company_id", "in", [False, self.get_company()["id"]])]

    def _get_company_currency(self):
        """ISO code of the currency of its books, which prices of products are in too."""
        return self.get_fact("company_currency", self._fetch_company_currency)

    def _fetch_company_currency(self):
        currency_id = self.get_company()["currency_id"]
        (row,) = self.search_read(
            "res.currency",
            [("id", "=", currency_id)],
            ["name"],
            context={"active_test": False},
        )
        return row["name"]

    def get_currency_digits(self):
        """``{currency id: decimal places}`` of the active currencies."""
        return self.get_fact("currency_digits", self._fetch_currency_digits)

    def _fetch_currency_digits(self):
        rows = self.search_read("res.currency", [], ["decimal_places"])
        return {row["id"]: row["decimal_places"] for row in rows}

"""Price lists of another Odoo (``integration_price/contract.py``)."""

from datetime import UTC, datetime

from odoo.addons.integration_hub.client import in_chunks

from .changes import MOMENT
from .convert import pick_ids, read_id, to_decimal_text
from .price_rules import PriceRules

RULE_FIELDS = (
    "pricelist_id",
    "applied_on",
    "min_quantity",
    "categ_id",
    "product_tmpl_id",
    "product_id",
    "date_start",
    "date_end",
    "base",
    "base_pricelist_id",
    "compute_price",
    "fixed_price",
    "percent_price",
    "price_discount",
    "price_markup",
    "price_round",
    "price_surcharge",
    "price_min_margin",
    "price_max_margin",
)
PRODUCT_FIELDS = (
    "product_tmpl_id",
    "categ_id",
    "uom_id",
    "lst_price",
    "standard_price",
    "cost_currency_id",
    "currency_id",
)
PARTY_CHUNK = 500
CHOSEN_LIST = "specific_property_product_pricelist"
# until then a rule was followed in the currency of the product, and its result converted;
# no field tells
IN_LIST_CURRENCY_SINCE = 16


class PriceVerbs:
    """``price_lists``, ``price_list_prices``, ``party_price_lists``.

    Odoo has no public method that computes a price, so its rules are read, and followed as
    product/models/product_pricelist_item.py does.
    """

    def price_lists(self):
        rows = self.search_read(
            "product.pricelist",
            self._get_company_domain("product.pricelist"),
            ["name", "currency_id"],
        )
        return [
            {
                "remote_id": str(row["id"]),
                "name": row["name"],
                "currency": self._get_currencies()[read_id(row, "currency_id")]["name"],
            }
            for row in rows
        ]

    def price_list_prices(self, list_ids, product_ids):
        products = self.search_read(
            "product.product",
            [("id", "in", pick_ids(product_ids))],
            PRODUCT_FIELDS,
            context={"active_test": False},
        )
        rules = PriceRules(
            self._read_rules(products),
            self._read_list_currencies(),
            self._get_currencies(),
            self._get_category_parents(),
            in_list_currency=self.major_version >= IN_LIST_CURRENCY_SINCE,
        )
        return [
            {
                "price_list_id": str(list_id),
                "product_id": str(product["id"]),
                "unit_id": str(read_id(product, "uom_id") or ""),
                "min_quantity": to_decimal_text(quantity),
                # what floats add to percentages
                "price": to_decimal_text(round(price, 6)),
            }
            for list_id in list_ids
            for product in products
            for quantity, price in rules.get_prices(int(list_id), product)
        ]

    def party_price_lists(self, party_ids):
        # 18 has a field of its own for what was chosen for somebody
        name = self.get_field("res.partner", CHOSEN_LIST)
        if not name:
            return self._find_chosen_lists(party_ids)
        found = {}
        for chunk in in_chunks([int(item) for item in party_ids], PARTY_CHUNK):
            rows = self.search_read(
                "res.partner",
                [("id", "in", chunk)],
                [name],
                context={"active_test": False},
            )
            found.update(
                {str(row["id"]): str(read_id(row, name) or "") for row in rows}
            )
        return found

    def _find_chosen_lists(self, party_ids):
        """Until 17 a customer tells which list applies: one that applies to everybody of
        the country, or to everybody, was not chosen for that customer.

        :return: dict ``{party id: price list id or ""}``
        """
        standard = self._read_standard_lists()
        found = {}
        for chunk in in_chunks([int(item) for item in party_ids], PARTY_CHUNK):
            rows = self.search_read(
                "res.partner",
                [("id", "in", chunk)],
                ["property_product_pricelist", "country_id"],
                context={"active_test": False},
            )
            for row in rows:
                list_id = read_id(row, "property_product_pricelist")
                usual = standard.get(read_id(row, "country_id"), standard.get(None))
                found[str(row["id"])] = str(list_id or "") if list_id != usual else ""
        return found

    def _read_standard_lists(self):
        """:return: dict ``{country id: price list id}``, under None that of the others"""
        rows = self.search_read(
            "product.pricelist",
            self._get_company_domain("product.pricelist"),
            ["country_group_ids"],
            order="sequence, id desc",
        )
        groups = {
            row["id"]: row["country_ids"]
            for row in self.search_read(
                "res.country.group",
                [
                    (
                        "id",
                        "in",
                        [item for row in rows for item in row["country_group_ids"]],
                    )
                ],
                ["country_ids"],
            )
        }
        standard = {}
        for row in rows:
            countries = [
                country
                for group in row["country_group_ids"]
                for country in groups.get(group, ())
            ]
            for country_id in countries or [None]:
                standard.setdefault(country_id, row["id"])
        return standard

    # -- what the rules need ----------------------------------------------------------

    def _read_rules(self, products):
        """Those valid now that may be about ``products``, in the order in which they are
        tried. A list may have a rule for each of its products: only these are read."""
        now = datetime.now(UTC).strftime(MOMENT)
        return self.search_read(
            "product.pricelist.item",
            [
                "|",
                ("date_start", "=", False),
                ("date_start", "<=", now),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", now),
                "|",
                ("applied_on", "in", ["3_global", "2_product_category"]),
                "|",
                ("product_id", "in", [product["id"] for product in products]),
                "&",
                ("applied_on", "=", "1_product"),
                (
                    "product_tmpl_id",
                    "in",
                    [read_id(product, "product_tmpl_id") for product in products],
                ),
            ],
            RULE_FIELDS,
            order="applied_on, min_quantity desc, categ_id desc, id desc",
        )

    def _read_list_currencies(self):
        """Of archived lists as well: others may be based on them."""
        rows = self.search_read(
            "product.pricelist", [], ["currency_id"], context={"active_test": False}
        )
        return {row["id"]: read_id(row, "currency_id") for row in rows}

    def _get_currencies(self):
        """:return: dict ``{id: {"name", "rate"}}``, rates of today to one base"""
        return self.get_fact("currency_rates", self._fetch_currencies)

    def _fetch_currencies(self):
        rows = self.search_read(
            "res.currency", [], ["name", "rate"], context={"active_test": False}
        )
        return {row["id"]: row for row in rows}

    def _get_category_parents(self):
        """:return: dict ``{category id: ids of itself and those above}``"""
        rows = self.search_read("product.category", [], ["parent_path"])
        return {
            row["id"]: {int(item) for item in row["parent_path"].split("/") if item}
            for row in rows
        }

"""What a price list of Odoo says, computed as Odoo does it (product_pricelist_item.py):
the first rule that applies, by the order of the model, decides."""

from collections import defaultdict

from odoo.tools import float_round

from .convert import read_id

# lists may be based on lists; Odoo refuses circles, older versions not all of them
MAX_DEPTH = 10


class PriceRules:
    """:param list rules: rows of ``product.pricelist.item``, in their order
    :param dict list_currencies: ``{price list id: currency id}``
    :param dict currencies: ``{currency id: {"rate"}}``
    :param dict parents: ``{category id: ids of itself and those above}``
    :param bool in_list_currency: roundings, surcharges and margins of a formula are in the
        currency of the list; until 15 in that of the product, unless based on a list
    """

    def __init__(
        self, rules, list_currencies, currencies, parents, in_list_currency=True
    ):
        # by what they are about: a list may have a rule for each of its products
        self.by_list = defaultdict(lambda: defaultdict(list))
        for place, rule in enumerate(rules):
            about = _get_about(rule)
            self.by_list[read_id(rule, "pricelist_id")][about].append((place, rule))
        self.list_currencies = list_currencies
        self.currencies = currencies
        self.parents = parents
        self.in_list_currency = in_list_currency

    def get_prices(self, list_id, product):
        """:return: list of ``(minimum quantity, price)`` of a product row, in its unit and
        the list's currency, by quantity; none where no rule of the list is about it"""
        if not self._get_rules(list_id, product):
            return []
        breaks = self._get_breaks(list_id, product)
        prices = []
        for quantity in sorted({0.0, *breaks}):
            price = self.compute(list_id, product, quantity)
            if not prices or prices[-1][1] != price:
                prices.append((quantity, price))
        return prices

    def _get_breaks(self, list_id, product, depth=0):
        """Quantities at which the price may change, those of lists below included."""
        breaks = set()
        for rule in self._get_rules(list_id, product):
            breaks.add(rule["min_quantity"])
            base_id = read_id(rule, "base_pricelist_id")
            if rule["base"] == "pricelist" and base_id and depth < MAX_DEPTH:
                breaks |= self._get_breaks(base_id, product, depth + 1)
        return breaks

    def _get_rules(self, list_id, product):
        """Rules of the list that are about the product, in their order."""
        if list_id not in self.by_list:
            return []
        categories = self.parents.get(read_id(product, "categ_id"), ())
        abouts = [
            ("0_product_variant", product["id"]),
            ("1_product", read_id(product, "product_tmpl_id")),
            *(("2_product_category", category) for category in categories),
            ("3_global", None),
        ]
        found = [
            item for about in abouts for item in self.by_list[list_id].get(about, ())
        ]
        return [rule for _place, rule in sorted(found, key=lambda item: item[0])]

    def compute(self, list_id, product, quantity, depth=0):
        """Unit price of so many, in the list's currency."""
        rule = next(
            (
                rule
                for rule in self._get_rules(list_id, product)
                if not rule["min_quantity"] or quantity >= rule["min_quantity"]
            ),
            None,
        )
        currency_id = self.list_currencies[list_id]
        if rule and rule["compute_price"] == "fixed":
            return rule["fixed_price"]
        base, from_id = self._get_base(rule, product, quantity, depth)
        if not rule:
            return self._convert(base, from_id, currency_id)
        if self.in_list_currency or rule["base"] == "pricelist":
            base, from_id = self._convert(base, from_id, currency_id), currency_id
        return self._convert(_follow(rule, base), from_id, currency_id)

    def _get_base(self, rule, product, quantity, depth):
        """:return: price a rule starts from, id of its currency"""
        source = rule["base"] if rule else "list_price"
        base_id = read_id(rule, "base_pricelist_id") if rule else None
        if source == "pricelist" and base_id and depth < MAX_DEPTH:
            price = self.compute(base_id, product, quantity, depth + 1)
            from_id = self.list_currencies[base_id]
        elif source == "standard_price":
            price = product["standard_price"]
            from_id = read_id(product, "cost_currency_id")
        else:
            price = product["lst_price"]
            from_id = read_id(product, "currency_id")
        return price, from_id

    def _convert(self, price, from_id, currency_id):
        if not from_id or from_id == currency_id:
            return price
        rates = self.currencies
        return price * rates[currency_id]["rate"] / rates[from_id]["rate"]


def _follow(rule, base):
    """:return: price by the rule, in the currency of ``base``"""
    if rule["compute_price"] == "percentage":
        return base - base * (rule["percent_price"] / 100) or 0.0
    discount = rule["price_discount"]
    if rule["base"] == "standard_price" and "price_markup" in rule:
        discount = -rule["price_markup"]
    price = base - base * (discount / 100)
    if rule["price_round"]:
        price = float_round(price, precision_rounding=rule["price_round"])
    price += rule["price_surcharge"] or 0.0
    if rule["price_min_margin"]:
        price = max(price, base + rule["price_min_margin"])
    if rule["price_max_margin"]:
        price = min(price, base + rule["price_max_margin"])
    return price


def _get_about(rule):
    """:return: ``(applied_on, id)`` of what a rule is about"""
    field = {
        "0_product_variant": "product_id",
        "1_product": "product_tmpl_id",
        "2_product_category": "categ_id",
    }.get(rule["applied_on"])
    return (rule["applied_on"], read_id(rule, field)) if field else ("3_global", None)

from odoo import fields, models
from odoo.tools import float_compare

from odoo.addons.integration_hub.client import TextMaker

_lt = TextMaker(__name__)

# prices are compared, and kept, to so many decimals
PRICE_DIGITS = 6


class IntegrationCatalogItem(models.Model):
    """What a product costs there without any price list (ERP-7)."""

    _inherit = "integration.catalog.item"

    is_price_missing = fields.Boolean(
        "Price without a Rate",
        readonly=True,
        help="The ERP's price is in a currency that has no rate here, or per a unit that"
        " nothing relates to the one its mapping names.",
    )

    def _get_local_price(self, batch, currency, factor=1.0):
        """
        :param currency: ``res.currency``, of the price
        :param float factor: so many of theirs are one of ours
        :return: price of one of ours; None where the ERP's currency has no rate here
        """
        price = float(self.payload["price"] or 0)
        if not price:
            return 0.0
        rate = batch.get_rate(self.payload["currency"], currency)
        return None if rate is None else round(price * rate * factor, PRICE_DIGITS)

    def _says_price(self):
        """Products that are sold by price lists alone have none, or 0: that is nobody's
        word, unless the ERP has said another one before."""
        payload = self.payload
        return bool(float(payload["price"] or 0)) or "price" in payload["cleared"]

    def _get_price_of(self, product, batch):
        """:return: what ``product`` costs by the ERP, in its currency and unit; None where
        the ERP says nothing, its currency has no rate here, or nothing relates its unit to
        ours"""
        factor = batch.get_mapped_factor(self, product)
        if factor is None or not self._says_price():
            return None
        return self._get_local_price(batch, product.currency_id, factor)

    def _is_price_missing(self, product, batch):
        """Whether it is the currency or the unit alone that keeps the price from coming."""
        return (
            "list_price" in batch.owned_fields
            and self._says_price()
            and self._get_price_of(product, batch) is None
        )

    def _get_price_message(self, product, batch):
        """:return: text, or False"""
        price, currency = self.payload["price"], self.payload["currency"]
        if self._is_price_missing(product, batch):
            if batch.get_mapped_factor(self, product) is None:
                return self._get_unit_message(batch.get_line(self, product))
            return _lt(
                "The ERP's sales price is %(price)s %(currency)s, a currency that is not"
                " active or has no rate here: the price of the product stays as it is."
                " Give that currency a rate under Currencies; the next run brings the"
                " price.",
                price=price,
                currency=currency,
            )
        if product.list_price or self._get_local_price(batch, product.currency_id):
            return False
        return (
            _lt(
                "It has no sales price yet: the ERP's is %(price)s %(currency)s, a"
                " currency that is not active or has no rate here. Set the price on"
                " the product; with that currency and its rate under Currencies, the"
                " next ones come with theirs.",
                price=price,
                currency=currency,
            )
            if self._says_price()
            else False
        )

    def _get_unit_message(self, line):
        """:param line: its mapping, which names another unit than it is sold in"""
        return _lt(
            "The ERP's sales price is per “%(unit)s”, its mapping names “%(mapped)s”, and"
            " nothing says how many of one make the other: the price of the product stays"
            " as it is. Map both units under Mappings › Values, or pick “%(unit)s” on the"
            " product's line under Mappings › Products and enter how many of it make one"
            " of ours; the next run brings the price.",
            unit=self.unit_name or self.payload["unit_id"],
            mapped=line.remote_unit_name or line.remote_unit_id,
        )

    # -- variants ---------------------------------------------------------------------

    def _price_variants(self, batch):
        """Variants share one sales price here; what sets one apart is added by the value of
        an attribute. So they are priced together, once all of them are in their place."""
        if "list_price" not in batch.owned_fields:
            return
        linked = self.filtered(
            lambda item: (
                item.state == "linked"
                and item.product_id.product_template_attribute_value_ids
            )
        )
        if not linked:
            return
        entries = self.search(
            [
                ("connector_id", "=", batch.connector.id),
                ("state", "=", "linked"),
                (
                    "product_id.product_tmpl_id",
                    "in",
                    linked.product_id.product_tmpl_id.ids,
                ),
            ],
            order="id",
        )
        batch.read_siblings(entries)
        for siblings in entries.grouped(
            lambda e: e.product_id.product_tmpl_id
        ).values():
            siblings._price_template(batch, self & siblings)

    def _price_template(self, batch, looked_at):
        """
        :param looked_at: those of ``self`` that are taken over now
        """
        template = self.product_id.product_tmpl_id
        prices = {}
        for entry in self.filtered("is_on_sale") or self:
            if "list_price" in entry._get_fields_of_others(entry.product_id, batch):
                continue
            price = entry._get_price_of(entry.product_id, batch)
            if price is not None:
                prices[entry.product_id] = price
        if not any(
            _differs(product.lst_price, price) for product, price in prices.items()
        ):
            (self - looked_at)._renew_messages(batch)
            return
        extras = _split_prices(prices)
        if extras is None:
            looked_at._add_message(
                _lt(
                    "The ERP has a price for each variant that is no sum of what its"
                    " attributes add: the sales price here stays as it is. A price list can"
                    " say it."
                )
            )
            return
        (self - looked_at)._renew_messages(batch)
        changed_here = looked_at.filtered(lambda entry: entry in batch.changed_here)
        if changed_here:
            changed_here[0]._note_set_back(changed_here[0].product_id, ["list_price"])
        template.list_price = min(prices.values())
        for value, extra in extras.items():
            if _differs(value.price_extra, extra):
                value.price_extra = extra
        label = self[:1]._get_label(template, "list_price")
        for entry in looked_at:
            outcome, detail = batch.outcomes.get(entry, ("same", ""))
            if outcome != "create":
                batch.outcomes[entry] = (
                    "change" if outcome == "same" else outcome,
                    ", ".join(filter(None, [detail, label])),
                )

    def _renew_messages(self, batch):
        """What was said of the prices of siblings may no longer hold."""
        for item in self.filtered("message"):
            item.message = item._get_message(item.product_id, batch)

    def _add_message(self, text):
        for item in self:
            item.message = "\n".join(filter(None, [item.message, item._say(text)]))


def _differs(price, other):
    return bool(float_compare(price, other, precision_digits=PRICE_DIGITS))


def _split_prices(prices):
    """Prices of variants as the lowest one and what values of attributes add to it.

    :param dict prices: ``{product: price}``
    :return: dict ``{product.template.attribute.value: extra price}`` of all their values,
        None where they are no such sums
    """
    cheapest = min(prices, key=prices.get)
    of_product = {
        product: product.product_template_attribute_value_ids for product in prices
    }
    values = of_product[cheapest].union(*of_product.values())
    more = {
        product: round(price - prices[cheapest], PRICE_DIGITS)
        for product, price in prices.items()
    }
    nothing = dict.fromkeys(values, 0.0)
    if not any(more.values()):
        return nothing
    # one attribute alone, such as the size, makes the difference as a rule
    for of_attribute in values.grouped("attribute_line_id").values():
        found = {}
        for product, extra in more.items():
            found.setdefault(of_product[product] & of_attribute, set()).add(extra)
        if all(value and len(added) == 1 for value, added in found.items()):
            return nothing | {value: added.pop() for value, added in found.items()}
    # several do: what each value adds is seen where it is all that tells two variants apart
    extras = nothing | {
        of_product[product] - of_product[cheapest]: extra
        for product, extra in more.items()
        if len(of_product[product] - of_product[cheapest]) == 1
    }
    is_sum = all(
        not _differs(sum(extras[value] for value in of_product[product]), extra)
        for product, extra in more.items()
    )
    return extras if is_sum else None

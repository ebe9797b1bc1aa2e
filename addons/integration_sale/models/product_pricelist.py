from odoo import api, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    @api.private
    def _get_price_in(self, product, quantity, uom, currency, company, date):
        """What this list says, in whatever currency.

        Odoo takes a fixed price and the amounts of a formula as they stand, whatever
        currency it is asked for (``_compute_price`` of ``product.pricelist.item``): it is
        asked for the list's own here, and its answer converted.

        :param product: ``product.product``
        :param float quantity: in ``uom``
        :param currency: ``res.currency``, of the price
        :param company: ``res.company``, whose rates count
        :param date: of the rate
        :return: ``(price, rule)``: price of one ``uom``, None where its currency has no
            rate here; rule an empty record where the list says nothing of the product
        """
        asked = self.currency_id or currency
        price, rule_id = self._get_product_price_rule(
            product, quantity=quantity, uom=uom, currency=asked
        )
        rule = self.env["product.pricelist.item"].browse(rule_id or [])
        if asked == currency:
            return price, rule
        if not rule or rule.compute_price == "percentage":
            # nothing in it is of the list's currency
            price = self._get_product_price(
                product, quantity=quantity, uom=uom, currency=currency
            )
            return price, rule
        rate = asked._get_known_rate(currency, company, date)
        return None if rate is None else price * rate, rule

"""What an order is in Tryton's values.

Tryton's ``create`` runs no on-change (trytond/modules/sale/sale.py), so what a clerk's
screen fills in by choosing the customer is filled in here: addresses, payment term,
currency, methods of invoicing and shipping as set for the customer; what is not set there
is left to Tryton's own defaults.

Decisions:

- A discount: the base module ``sale`` has none, so the price sent is the net one, rounded
  to the decimals Tryton gives prices (4 unless ``[product] price_decimal`` says more); the
  line's internal note keeps price and discount. Only large quantities at odd discounts
  can differ by cents: more decimals over there help.
- Taxes ``None``: Tryton's own, see :mod:`.taxes`; a list: exactly those.
- The requested date is the order's shipping date, never before the order date, which
  Tryton refuses.
- The salesperson is the employee "quoted by", which Tryton else fills at the quotation.
- Carrier and price list go along where the modules that bring these fields are active.
"""

from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
)

from .encoding import as_date, as_decimal, as_id, number_text
from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

LINE_TYPES = {"product": "line", "section": "title", "note": "comment"}
PARTY_FIELDS = (
    "customer_payment_term",
    "customer_currency",
    "customer_tax_rule",
    "sale_invoice_method",
    "sale_shipment_method",
)


class OrderValuesMixin:
    def prepare_orders(self, orders):
        """Everything the orders of a batch need is read at once, then they are written up
        one by one.

        :return: per order the values for ``sale.sale.create``, or an IntegrationError
        """
        prepared = []
        facts = self._read_order_facts(orders)
        for order in orders:
            try:
                prepared.append(self._prepare_order(order, facts))
            except ValueError as error:
                prepared.append(
                    ValidationError(
                        _lt(
                            "The order holds a bad value: %(reason)s.",
                            reason=str(error),
                        )
                    )
                )
            except IntegrationError as error:
                if not isinstance(error, ValidationError):
                    raise
                prepared.append(error)
        return prepared

    def _read_order_facts(self, orders):
        """:return: dict of what Tryton knows about the batch: ``parties``, ``addresses``
        (by party), ``contacts`` (mechanism id by address id), ``units`` (by product)"""
        party_ids = {_get_id(order["party_id"]) for order in orders} - {None}
        parties = self.search_read(
            "party.party",
            [["id", "in", sorted(party_ids)], ANY_ACTIVE],
            PARTY_FIELDS,
        )
        addresses = self.search_read(
            "party.address",
            [["party", "in", sorted(party_ids)]],
            ["party", "invoice", "delivery"],
            order=[["party", "ASC"], ["sequence", "ASC NULLS FIRST"], ["id", "ASC"]],
        )
        by_party = {}
        for address in addresses:
            by_party.setdefault(address["party"], []).append(address)
        return {
            "parties": {party["id"]: party for party in parties},
            "addresses": by_party,
            "contacts": self._read_contacts(orders),
            "units": self._read_sale_units(orders),
            "unit_categories": self._read_unit_categories(),
        }

    def _read_sale_units(self, orders):
        """:return: dict ``{product id: unit it is sold in}`` of the products there are"""
        known = self.facts.setdefault("sale_units", {})
        missing = {
            _get_id(line["product_id"]) for order in orders for line in order["lines"]
        } - {None, *known}
        if missing:
            rows = self.search_read(
                "product.product", [["id", "in", sorted(missing)]], ["sale_uom"]
            )
            known.update({row["id"]: row["sale_uom"] for row in rows})
        return known

    def _read_unit_categories(self):
        """:return: dict ``{unit id: category id}``"""
        if "unit_categories" not in self.facts:
            rows = self.search_read("product.uom", [ANY_ACTIVE], ["category"])
            self.facts["unit_categories"] = {row["id"]: row["category"] for row in rows}
        return self.facts["unit_categories"]

    def _read_contacts(self, orders):
        """A sale's contact is a way to reach a person, ours is the address that names the
        person: take the person's first."""
        address_ids = sorted(
            {_get_id(order["contact_id"]) for order in orders} - {None}
        )
        if not address_ids:
            return {}
        addresses = self.search_read(
            "party.address",
            [["id", "in", address_ids]],
            ["party", "attn", "party_name"],
        )
        mechanisms = self.search_read(
            "party.contact_mechanism",
            [["party", "in", sorted({address["party"] for address in addresses})]],
            ["party", "address", "name"],
        )
        contacts = {}
        for address in addresses:
            name = address["attn"] or address["party_name"]
            for mechanism in mechanisms:
                if mechanism["address"] == address["id"] or (
                    name
                    and mechanism["name"] == name
                    and mechanism["party"] == address["party"]
                ):
                    contacts.setdefault(address["id"], mechanism["id"])
        return contacts

    def _prepare_order(self, order, facts):
        party_id = as_id(order["party_id"])
        party = facts["parties"].get(party_id)
        if not party:
            raise ValidationError(
                _lt(
                    "Customer %(customer)s is no longer in Tryton. Match the"
                    " customer again.",
                    customer=order["party_id"] or _lt("(none)"),
                )
            )
        addresses = facts["addresses"].get(party_id, [])
        order_date = as_date(order["order_date"])
        requested_date = as_date(order["requested_date"])
        values = {
            "company": self.company_id,
            "party": party_id,
            "invoice_address": as_id(order["invoice_address_id"])
            or _get_default_address(addresses, "invoice"),
            "shipment_address": as_id(order["delivery_address_id"])
            or _get_default_address(addresses, "delivery"),
            "contact": facts["contacts"].get(as_id(order["contact_id"])),
            "currency": as_id(order["currency_id"]) or party["customer_currency"],
            "payment_term": as_id(order["payment_term_id"])
            or party["customer_payment_term"],
            "sale_date": order_date,
            "shipping_date": max(
                filter(None, (requested_date, order_date)), default=None
            )
            if requested_date
            else None,
            "quoted_by": as_id(order["salesperson_id"]),
            "warehouse": as_id(order["warehouse_id"]),
            "invoice_method": party["sale_invoice_method"],
            "shipment_method": party["sale_shipment_method"],
            "comment": order["note"] or None,
            **self._prepare_key(order),
            **self._prepare_optional(order),
        }
        # what is not known is left to Tryton's defaults
        values = {name: value for name, value in values.items() if value is not None}
        rule_id = party["customer_tax_rule"]
        lines = [
            {
                "sequence": sequence,
                **self._prepare_line(line, values, rule_id, facts),
            }
            for sequence, line in enumerate(order["lines"], start=1)
        ]
        return {**values, "lines": [["create", lines]]}

    def _prepare_key(self, order):
        """Our key, number and the customer's reference in the fields there are."""
        if self.key_is_unique:
            return {
                "web_shop": self.web_shop_id,
                "web_id": order["key"],
                "reference": order["customer_reference"] or order["number"],
                "description": order["number"],
            }
        texts = (order["number"], order["customer_reference"])
        return {
            "reference": order["key"],
            "description": " / ".join(filter(None, texts)) or None,
        }

    def _prepare_optional(self, order):
        values = {}
        # module sale_price_list; sale_shipment_cost brings the carrier
        for name, field, module in (
            ("price_list_id", "price_list", "sale_price_list"),
            ("carrier_id", "carrier", "sale_shipment_cost"),
        ):
            if order[name] and module in self.modules:
                values[field] = as_id(order[name])
        return values

    def _prepare_line(self, line, sale_values, rule_id, facts):
        kind = LINE_TYPES[line["kind"]]
        values = {"type": kind, "description": line["description"] or None}
        if kind != "line":
            return values
        product_id = as_id(line["product_id"])
        unit_id = self._get_unit_id(line, product_id, facts)
        price = as_decimal(line["unit_price"])
        discount = as_decimal(line["discount"] or "0")
        if line["tax_ids"] is None:
            tax_ids = self.get_tax_ids(product_id, sale_values, rule_id)
        else:
            tax_ids = [int(tax_id) for tax_id in line["tax_ids"]]
        values.update(
            product=product_id,
            unit=unit_id,
            quantity=float(as_decimal(line["quantity"])),
            unit_price=self._get_net_price(price, discount),
        )
        if tax_ids:
            values["taxes"] = [["add", tax_ids]]
        if discount:
            values["note"] = f"{number_text(price)} - {number_text(discount)} %"
        return values

    def _get_unit_id(self, line, product_id, facts):
        """The unit of a line, checked: beside a line that may have this unit, Tryton lets
        one of another kind pass (``validate_domain`` in trytond/model/modelstorage.py),
        and then can't invoice the order."""
        if product_id not in facts["units"]:
            raise ValidationError(
                _lt(
                    "Product %(product)s is no longer in Tryton. Map the product"
                    " again.",
                    product=line["product_id"] or _lt("(none)"),
                )
            )
        own_unit_id = facts["units"][product_id]
        unit_id = as_id(line["unit_id"]) or own_unit_id
        categories = facts["unit_categories"]
        if categories.get(unit_id) != categories.get(own_unit_id):
            raise ValidationError(
                _lt(
                    "Product %(product)s can't be sold in the unit %(unit_id)s of"
                    " Tryton: it is of another kind. Correct the mapping of the"
                    " product or the unit.",
                    # as the quotation calls it: nobody knows it by its number there
                    product=(line.get("description") or "").split("\n", 1)[0]
                    or line["product_id"],
                    unit_id=unit_id,
                )
            )
        return unit_id

    def _get_net_price(self, price, discount):
        net = price * (100 - discount) / 100
        step = Decimal(1).scaleb(-self.get_price_digits())
        return net.quantize(step, rounding=ROUND_HALF_UP)


def _get_id(text):
    """Like :func:`as_id`; what is no id is dealt with order by order."""
    try:
        return as_id(text)
    except ValueError:
        return None


def _get_default_address(addresses, use):
    """The address Tryton would propose (Party.address_get): the first for this use, else
    the first; None where there is none."""
    for address in addresses:
        if address[use]:
            return address["id"]
    return addresses[0]["id"] if addresses else None

"""Whether Tryton would take an order (``integration_sale/contract.py``); reads only."""

from odoo.addons.integration_hub.client import TextMaker
from odoo.addons.integration_hub.client.words import get_noun

from .encoding import number_text, pick_ids
from .protocol import ANY_ACTIVE

_lt = TextMaker(__name__)

PRODUCT_FIELDS = (
    "rec_name",
    "active",
    # a variant's own says nothing of its template's
    "template.active",
    "salable",
    "sale_uom",
    "account_category",
)


class OrderCheckMixin:
    """``order_check``: what can be known of orders before any is made. One call for each
    kind of record, however many orders."""

    def order_check(self, orders):
        lines = [line for order in orders for line in order["lines"]]
        facts = {
            "products": self._read_checked(
                "product.product",
                [line["product_id"] for line in lines],
                PRODUCT_FIELDS,
            ),
            "taxes": self._read_checked(
                "account.tax",
                [tax_id for line in lines for tax_id in line["tax_ids"]],
                ["rec_name", "active", "type", "rate", "end_date"],
            ),
            "parties": self._read_checked(
                "party.party",
                [order["party_id"] for order in orders],
                ["rec_name", "active", "addresses"],
            ),
            "terms": self._read_checked(
                "account.invoice.payment_term",
                [order["payment_term_id"] for order in orders],
                ["rec_name", "active"],
            ),
            "currencies": self._read_checked(
                "currency.currency",
                [order["currency_id"] for order in orders],
                ["rec_name", "active"],
            ),
            "today": self.rpc("ir.date", "today") if orders else None,
        }
        units = {
            str(unit_id): category_id
            for unit_id, category_id in self._read_unit_categories().items()
        }
        return [self._check_order(order, facts, units) for order in orders]

    def _read_checked(self, model, remote_ids, names):
        """:return: dict ``{remote id: row}``, archived ones too"""
        ids = pick_ids(remote_ids)
        if not ids:
            return {}
        rows = self.search_read(model, [["id", "in", ids], ANY_ACTIVE], names)
        return {str(row["id"]): row for row in rows}

    def _check_order(self, order, facts, units):
        problems = []

        def note(kind, key, text):
            problems.append({"kind": kind, "key": key, "text": text})

        for kind, facts_of, remote_id, what in (
            ("customer", facts["parties"], order["party_id"], "customer"),
            ("value", facts["terms"], order["payment_term_id"], "payment term"),
            ("value", facts["currencies"], order["currency_id"], "currency"),
        ):
            if text := _get_gone(facts_of, remote_id, what):
                note(kind, remote_id, text)
        party = facts["parties"].get(order["party_id"])
        if party and not party["addresses"]:
            note(
                "address",
                order["party_id"],
                _lt(
                    "%(customer)s has no address in Tryton, and an order needs one.",
                    customer=party["rec_name"],
                ),
            )
        rates = {}
        for line in order["lines"]:
            product = facts["products"].get(line["product_id"])
            if text := _get_gone(facts["products"], line["product_id"], "product"):
                note("product", line["key"], text)
            elif not product["salable"]:
                note(
                    "product",
                    line["key"],
                    _lt(
                        "%(product)s can't be sold in Tryton: “Salable” is not"
                        " ticked on it there.",
                        product=product["rec_name"],
                    ),
                )
            elif line["unit_id"] and units.get(line["unit_id"]) != units.get(
                str(product["sale_uom"])
            ):
                note(
                    "product",
                    line["key"],
                    _lt(
                        "%(product)s is mapped in a unit that Tryton can't"
                        " convert to the one it sells it by.",
                        product=product["rec_name"],
                    ),
                )
            elif not product["account_category"]:
                note(
                    "product",
                    line["key"],
                    _lt(
                        "%(product)s has no account category in Tryton, so it"
                        " can't be invoiced there.",
                        product=product["rec_name"],
                    ),
                )
            for tax_id in line["tax_ids"]:
                tax = facts["taxes"].get(tax_id)
                if text := _get_gone(facts["taxes"], tax_id, "tax"):
                    note("tax", tax_id, text)
                elif tax["end_date"] and tax["end_date"] < facts["today"]:
                    note(
                        "tax",
                        tax_id,
                        _lt(
                            "The tax %(tax)s has ended in Tryton. Map another one.",
                            tax=tax["rec_name"],
                        ),
                    )
                elif tax["type"] == "percentage":
                    rates[tax_id] = number_text((100 * tax["rate"]).normalize())
        return {"problems": problems, "rates": rates}


def _get_gone(rows, remote_id, what):
    """Why a record can't be used, "" where it can or none was asked for."""
    if not remote_id:
        return ""
    row = rows.get(remote_id)
    if not row:
        return _lt(
            "The %(what)s %(remote_id)s is no longer in Tryton, or our user"
            " can't see it.",
            what=get_noun(what),
            remote_id=remote_id,
        )
    if not (row["active"] and row.get("template.", row)["active"]):
        return _lt(
            "The %(what)s %(name)s is not active in Tryton any more.",
            what=get_noun(what),
            name=row["rec_name"],
        )
    return ""

"""Whether Odoo would take an order (``integration_sale/contract.py``); reads only."""

from odoo.addons.integration_hub.client import TextMaker
from odoo.addons.integration_hub.client.words import get_noun

from .convert import pick_ids, read_id, to_decimal_text

_lt = TextMaker(__name__)


class OrderCheckVerbs:
    """``order_check``: what can be known of orders before any is made. One call for each
    kind of record, however many orders."""

    def order_check(self, orders):
        lines = [line for order in orders for line in order["lines"]]
        facts = {
            "products": self._read_checked(
                "product.product",
                [line["product_id"] for line in lines],
                ["display_name", "active", "sale_ok", "uom_id"],
            ),
            "units": self._read_checked_units(),
            "taxes": self._read_checked(
                "account.tax",
                [tax_id for line in lines for tax_id in line["tax_ids"]],
                ["display_name", "active", "type_tax_use", "amount", "amount_type"],
            ),
            "parties": self._read_checked(
                "res.partner",
                [order["party_id"] for order in orders],
                ["display_name", "active"],
            ),
            "terms": self._read_checked(
                "account.payment.term",
                [order["payment_term_id"] for order in orders],
                ["display_name", "active"],
            ),
            "currencies": self._read_checked(
                "res.currency",
                [order["currency_id"] for order in orders],
                ["display_name", "active"],
            ),
        }
        return [self._check_order(order, facts) for order in orders]

    def _read_checked(self, model, remote_ids, names):
        """:return: dict ``{remote id: row}``, archived ones too"""
        ids = pick_ids(remote_ids)
        if not ids:
            return {}
        rows = self.search_read(
            model, [("id", "in", ids)], names, context={"active_test": False}
        )
        return {str(row["id"]): row for row in rows}

    def _read_checked_units(self):
        """:return: dict ``{unit id: (name, what it can be converted within)}``"""
        rows = self.get_fact("checked_units", self._fetch_checked_units)
        by_id = {row["id"]: row for row in rows}
        units = {}
        for row in rows:
            if "category_id" in row:
                # until 18
                category_id = read_id(row, "category_id")
                units[str(row["id"])] = row["display_name"], category_id
                continue
            root = row
            while read_id(root, "relative_uom_id") in by_id:
                root = by_id[read_id(root, "relative_uom_id")]
            units[str(row["id"])] = row["display_name"], root["id"]
        return units

    def _fetch_checked_units(self):
        return self.search_read(
            "uom.uom",
            [],
            ["display_name", "category_id", "relative_uom_id"],
            context={"active_test": False},
        )

    def _check_order(self, order, facts):
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
        rates = {}
        for line in order["lines"]:
            product = facts["products"].get(line["product_id"])
            if text := _get_gone(facts["products"], line["product_id"], "product"):
                note("product", line["key"], text)
            elif not product["sale_ok"]:
                note(
                    "product",
                    line["key"],
                    _lt(
                        "%(product)s can't be sold in Odoo: “Sales” is not ticked"
                        " on it there.",
                        product=product["display_name"],
                    ),
                )
            elif text := _get_unit_problem(product, line["unit_id"], facts["units"]):
                note("product", line["key"], text)
            for tax_id in line["tax_ids"]:
                tax = facts["taxes"].get(tax_id)
                if text := _get_gone(facts["taxes"], tax_id, "tax"):
                    note("tax", tax_id, text)
                elif tax["type_tax_use"] != "sale":
                    note(
                        "tax",
                        tax_id,
                        _lt(
                            "The tax %(tax)s is not one of sales in Odoo. Map"
                            " another one.",
                            tax=tax["display_name"],
                        ),
                    )
                elif tax["amount_type"] == "percent":
                    rates[tax_id] = to_decimal_text(tax["amount"])
        return {"problems": problems, "rates": rates}


def _get_gone(rows, remote_id, what):
    """Why a record can't be used, "" where it can or none was asked for."""
    if not remote_id:
        return ""
    row = rows.get(remote_id)
    if not row:
        return _lt(
            "The %(what)s %(remote_id)s is no longer in Odoo, or our user can't"
            " see it.",
            what=get_noun(what),
            remote_id=remote_id,
        )
    if not row.get("active", True):
        return _lt(
            "The %(what)s %(name)s is archived in Odoo.",
            what=get_noun(what),
            name=row["display_name"],
        )
    return ""


def _get_unit_problem(product, unit_id, units):
    if not unit_id:
        return ""
    unit, own = units.get(unit_id), units.get(str(read_id(product, "uom_id")))
    if not unit:
        return _lt(
            "The unit %(unit_id)s of %(product)s is not in Odoo.",
            unit_id=unit_id,
            product=product["display_name"],
        )
    if own and unit[1] != own[1]:
        return _lt(
            "%(product)s is counted in %(own_unit)s in Odoo, which is nothing"
            " %(unit)s can be converted to.",
            product=product["display_name"],
            own_unit=own[0],
            unit=unit[0],
        )
    return ""

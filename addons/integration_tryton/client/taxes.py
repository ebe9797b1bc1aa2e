"""Taxes of a sale line where we leave them to Tryton.

Tryton's create runs no on-change: what a clerk's screen would have filled in is asked for
with the very call the screen makes (``model.sale.line.on_change``, SaleLine.compute_taxes
in trytond/modules/sale/sale.py). So all of its rules count: category, revenue account,
tax rule of the customer, and what other modules add. One call a product and rule; the
answer holds for a while.
"""

import time

# seconds for which Tryton's answer is taken for granted
TAX_LIFETIME = 600.0


class TaxesMixin:
    def get_tax_ids(self, product_id, sale_values, rule_id):
        """:param dict sale_values: values of the order, as sent to create
        :param rule_id: tax rule of the party to be invoiced, or None
        :return: list of tax ids
        """
        key = [product_id]
        if rule_id:
            # rules may look at where it goes to and comes from
            names = ("shipment_address", "warehouse", "invoice_address")
            key += [rule_id, *(sale_values.get(name) for name in names)]
        known = self.facts.setdefault("taxes", {})
        expires, tax_ids = known.get(tuple(key), (0.0, []))
        if expires < time.monotonic():
            tax_ids = self._ask_tax_ids(product_id, sale_values)
            known[tuple(key)] = (time.monotonic() + TAX_LIFETIME, tax_ids)
        return tax_ids

    def _ask_tax_ids(self, product_id, sale_values):
        parents = {
            f"_parent_sale.{name}": sale_values[name]
            for name in (
                "party",
                "currency",
                "shipment_address",
                "invoice_address",
                "warehouse",
                "sale_date",
            )
            if sale_values.get(name)
        }
        changes = self.rpc(
            "sale.line",
            "on_change",
            {
                "type": "line",
                "product": product_id,
                "quantity": 1,
                "sale": -1,
                "company": self.company_id,
                "_parent_sale.company": self.company_id,
                **parents,
            },
            ["product"],
        )
        return [values["id"] for _index, values in changes["taxes"].get("add", [])]

from odoo import models
from odoo.tools import float_round
from odoo.tools.misc import formatLang

from .handler_price_pull import PRICE_DIGITS


class HandlerPricePull(models.AbstractModel):
    """What the dry run of price lists says: each kind of record as it is before and after
    what the load would do, which the caller takes back."""

    _inherit = "integration.handler.price_pull"

    def _compare_list(self, flow, answer):
        connector = flow.connector_id
        before = self._read_lists(connector)
        lists = self._write_lists(connector, answer["lists"])
        after = self._read_lists(connector)
        currencies = self._find_currencies(answer["lists"])
        rows = []
        for item in answer["lists"]:
            remote_id = item["remote_id"]
            row = {"name": item["name"] or remote_id, "remote_id": remote_id}
            if remote_id not in lists:
                row |= {
                    "outcome": "attention",
                    "detail": self._get_obstacle(item, currencies),
                }
            elif remote_id not in before:
                row |= {"outcome": "create", "detail": item["currency"]}
            elif before[remote_id] == after[remote_id]:
                row["outcome"] = "same"
            else:
                row |= {
                    "outcome": "change",
                    "detail": self._say_changes(before[remote_id], after[remote_id]),
                }
            rows.append(row)
        there = {item["remote_id"] for item in answer["lists"]}
        rows += [
            {
                "name": state["name"],
                "remote_id": remote_id,
                "outcome": "change",
                "detail": self.env._("No longer in the ERP: archived here."),
            }
            for remote_id, state in before.items()
            if remote_id not in there and state != after[remote_id]
        ]
        return [{**row, "payload": {"kind": "list"}} for row in rows]

    def _find_lists(self, connector):
        """:return: dict ``{remote id: price list here}``, archived ones as well"""
        return {
            pricelist.integration_remote_id: pricelist
            for pricelist in self.env["product.pricelist"]
            # named as over there, whatever the language of whoever is in charge
            .with_context(active_test=False, lang=None)
            .search([("integration_connector_id", "=", connector.id)])
        }

    def _read_lists(self, connector):
        return {
            remote_id: {
                "name": pricelist.name,
                "currency": pricelist.currency_id.name,
                "active": pricelist.active,
            }
            for remote_id, pricelist in self._find_lists(connector).items()
        }

    def _say_changes(self, before, after):
        changes = [
            f"{before[name]} → {after[name]}"
            for name in ("name", "currency")
            if before[name] != after[name]
        ]
        if after["active"] and not before["active"]:
            changes.append(self.env._("In the ERP again: taken out of the archive."))
        return ", ".join(changes)

    def _compare_price(self, flow, answer):
        lists = self._write_lists(flow.connector_id, answer["lists"])
        mappings = self._find_mapped(answer["mapping_ids"])
        before = self._read_rules(lists, mappings)
        self._write_prices(lists, mappings, answer["prices"])
        after = self._read_rules(lists, mappings)
        rows = []
        for mapping in mappings:
            for pricelist in lists.values():
                key = (pricelist.id, mapping.product_id.id)
                rules = (before.get(key), after.get(key))
                if any(rules):
                    rows.append(
                        {
                            "name": f"{mapping.product_id.display_name} · {pricelist.name}",
                            "res_model": "product.product",
                            "res_id": mapping.product_id.id,
                            "remote_id": mapping.remote_id,
                            "payload": {"kind": "price", "id": mapping.id},
                            **self._get_price_outcome(pricelist.currency_id, *rules),
                        }
                    )
        return rows + [
            {
                "name": mapping.product_id.display_name,
                "res_model": "product.product",
                "res_id": mapping.product_id.id,
                "remote_id": mapping.remote_id,
                "payload": {"kind": "price", "id": mapping.id},
                "outcome": "attention",
                "detail": mapping._say_uncounted(),
            }
            for mapping in self._find_uncounted(mappings, answer["prices"])
        ]

    def _find_mapped(self, mapping_ids):
        """A mapping may have been changed or deleted meanwhile."""
        mappings = self.env["integration.product.mapping"].browse(mapping_ids)
        return mappings.exists().filtered(lambda line: line.state == "mapped")

    def _read_rules(self, lists, mappings):
        """:return: dict ``{(price list id, product id): [(quantity, price)]}``"""
        rules = {}
        for item in self.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "in", [item.id for item in lists.values()]),
                ("product_id", "in", mappings.product_id.ids),
            ]
        ):
            rules.setdefault((item.pricelist_id.id, item.product_id.id), []).append(
                (item.min_quantity, float_round(item.fixed_price, PRICE_DIGITS))
            )
        return {key: sorted(values) for key, values in rules.items()}

    def _get_price_outcome(self, currency, before, after):
        if not before:
            return {"outcome": "create", "detail": self._say_rules(currency, after)}
        if not after:
            return {
                "outcome": "change",
                "detail": self.env._(
                    "%s: no longer on the list", self._say_rules(currency, before)
                ),
            }
        detail = self._say_rules(currency, after)
        if before == after:
            return {"outcome": "same", "detail": detail}
        return {
            "outcome": "change",
            "detail": f"{self._say_rules(currency, before)} → {detail}",
        }

    def _say_rules(self, currency, rules):
        texts = []
        for quantity, price in rules:
            # all decimals that count, at least those of the currency
            digits = currency.decimal_places
            while digits < PRICE_DIGITS and float_round(price, digits) != price:
                digits += 1
            text = f"{formatLang(self.env, price, digits=digits)} {currency.name}"
            if quantity > 1:
                text = self.env._(
                    "%(price)s from %(quantity)s",
                    price=text,
                    quantity=f"{quantity:g}",
                )
            texts.append(text)
        return ", ".join(texts)

    def _compare_party(self, flow, answer):
        self._write_lists(flow.connector_id, answer["lists"])
        partners = (
            self.env["res.partner"]
            .with_company(flow.company_id)
            .browse(answer["partner_ids"])
            .exists()
        )
        before = self._read_given(partners)
        self._take_parties(
            flow,
            {
                "party_ids": answer["party_ids"],
                "partner_ids": answer["partner_ids"],
                "lists": answer.get("given", {}),
                "next": 0,
            },
        )
        after = self._read_given(partners)
        names = {partner.id: partner.display_name for partner in partners}
        return [
            {
                "name": names[partner_id],
                "res_model": "res.partner",
                "res_id": partner_id,
                "remote_id": party_id,
                "payload": {"kind": "party", "id": link_id},
                **(
                    {"outcome": "same", "detail": after[partner_id].name}
                    if before[partner_id] == after[partner_id]
                    else {
                        "outcome": "change",
                        "detail": " → ".join(
                            given[partner_id].name or self.env._("no list")
                            for given in (before, after)
                        ),
                    }
                ),
            }
            for link_id, party_id, partner_id in zip(
                answer["link_ids"],
                answer["party_ids"],
                answer["partner_ids"],
                strict=True,
            )
            if partner_id in names
        ]

    def _read_given(self, partners):
        """The list each has been given by itself: not that of its country."""
        return {
            partner.id: partner.specific_property_product_pricelist
            for partner in partners
        }

from collections import Counter

from odoo import models
from odoo.tools import format_amount

from odoo.addons.integration_customer.find_or_create import UNSURE_RULES
from odoo.addons.integration_hub.client import IntegrationError

from .crm_lead_content import Issue

PAGE_SIZE = 1000
# enough to see what is coming; the flows themselves read everything
MOST_PAGES = 5
MOST_DEALS = 500


class IntegrationConnector(models.Model):
    """What would happen to won deals, their customers and products, seen beforehand."""

    _inherit = "integration.connector"

    def _preview(self, client):
        flow = self._get_flow("sale_order_push")
        if not flow:
            return super()._preview(client)
        self._preview_reference(client)
        leads = self._find_past_deals()
        contents, issues = self._preview_deals(flow, leads[:MOST_DEALS])
        payloads = [
            self.env["integration.payload"]._prepare_order(*content)
            for content in contents
            if content.orders or content.lead.partner_id
        ]
        return [
            *super()._preview(client),
            *self._get_deal_rows(payloads, issues, len(leads)),
            *self._get_customer_rows(client, payloads),
            *self._get_product_rows(payloads),
            *self._get_value_rows(payloads),
        ]

    def _preview_reference(self, client):
        """Read what the ERP has to offer, as the flow does, so that matches are found."""
        flow = self._get_flow("reference_pull")
        if not flow:
            return
        handler = flow._get_handler()
        job = self.env["integration.job"]
        for _page in range(MOST_PAGES):
            requests = [{"cursor": flow.cursor or None, "limit": PAGE_SIZE}]
            [answer] = type(handler)._call(client, requests)
            handler._apply(flow, [(job, answer)])
            # no row stays locked while the next page is read
            self.env["integration.lane"]._commit()
            if not flow.cursor:
                break

    def _preview_deals(self, flow, leads):
        """:return: tuple (list of ``Content``, dict ``{lead: Issue}``)"""
        contents, issues = [], {}
        none = self.env["integration.erp.order"]
        for lead in leads:
            found = lead._choose_content(flow, none, self.env["integration.job"], True)
            if isinstance(found, Issue):
                issues[lead] = found
            else:
                contents += found
        return contents, issues

    # -- rows -------------------------------------------------------------------------

    def _get_deal_rows(self, payloads, issues, total):
        """:param int total: number of deals, of which the first were looked at"""
        what = self.env._("Deals won before, not in the ERP yet")
        if total > MOST_DEALS:
            yield {
                "what": what,
                "count": total,
                "outcome": self.env._(
                    "the first %s of them are looked at below; if you have them sent"
                    " along, all of them are",
                    MOST_DEALS,
                ),
                "level": "info",
            }
            what = self.env._("Of the first ones, ready to be sent")
        totals = Counter()
        for payload in payloads:
            totals[payload["currency"]] += float(payload["total"])
        currencies = self.env["integration.erp.order"]._get_currencies(totals)
        amounts = ", ".join(
            format_amount(self.env, amount, currencies[code])
            for code, amount in totals.items()
            if code in currencies
        )
        yield {
            "what": what,
            "count": len(payloads),
            "amount": amounts,
            "outcome": self.env._(
                "stay as they are, unless you have them sent along (below); deals won from"
                " now on are sent"
            ),
            "level": "info",
        }
        if issues:
            yield {
                "what": self.env._("Deals won before that lack something"),
                "count": len(issues),
                "outcome": self.env._("left alone: %s", _shorten(issues)),
                "level": "muted",
            }

    def _get_customer_rows(self, client, payloads):
        partners = self.env["res.partner"].browse(
            {payload["partner_id"] for payload in payloads}
        )
        linked = self.env["integration.external.id"]._get_remote_ids(
            self, "party", partners
        )
        parties = {
            payload["partner_id"]: payload["party"]
            for payload in payloads
            if payload["partner_id"] not in linked
        }
        found = Counter()
        unclear = []
        answers = client.party_match(list(parties.values())) if parties else []
        for party, matches in zip(parties.values(), answers, strict=True):
            if (
                isinstance(matches, IntegrationError)
                or len(matches) > 1
                or (matches and matches[0]["rule"] in UNSURE_RULES)
            ):
                unclear.append(party["name"])
            else:
                found["found" if matches else "new"] += 1
        for count, outcome, level in (
            (len(linked), self.env._("linked already"), "success"),
            (
                found["found"],
                self.env._("found in the ERP, would be linked"),
                "success",
            ),
            (found["new"], self.env._("not found, would be created there"), "info"),
            (
                len(unclear),
                self.env._(
                    "could be several: a person chooses (%s)", _shorten(unclear)
                ),
                "warning",
            ),
        ):
            if count:
                yield {
                    "what": self.env._("Customers of these deals"),
                    "count": count,
                    "outcome": outcome,
                    "level": level,
                }

    def _get_product_rows(self, payloads):
        wanted = {
            line["product_id"]
            for payload in payloads
            for line in payload["lines"]
            if line["kind"] == "product"
        }
        mapping = self.env["integration.product.mapping"]
        products = self.env["product.product"].browse(wanted).exists()
        lines = mapping.search(
            [("connector_id", "=", self.id), ("product_id", "in", products.ids)]
        ).grouped("state")
        none = mapping.browse()
        mapped = lines.get("mapped", none).product_id
        proposed = lines.get("proposed", none).product_id
        missing = products - mapped - proposed
        for what, group, outcome, level in (
            (
                self.env._("Products of these deals"),
                mapped,
                self.env._("mapped"),
                "success",
            ),
            (
                self.env._("Products of these deals"),
                proposed,
                self.env._("found by their code: confirm them under Mappings"),
                "info",
            ),
            (
                self.env._("Products of these deals"),
                missing,
                self.env._(
                    "no counterpart: map them, or deals with them wait (%s)",
                    _shorten(missing.mapped("display_name")),
                ),
                "warning",
            ),
        ):
            if group:
                yield {
                    "what": what,
                    "count": len(group),
                    "outcome": outcome,
                    "level": level,
                }
        all_proposed = mapping.search_count(
            [("connector_id", "=", self.id), ("state", "=", "proposed")]
        )
        yield {
            "what": self.env._("Products of the whole catalogue"),
            "count": all_proposed,
            "outcome": self.env._(
                "found in the ERP by code or barcode: confirm them under Mappings once it"
                " is started"
            ),
            "level": "info",
        }


def _shorten(items, most=3):
    """:return: the names of the first few"""
    names = [
        item if isinstance(item, str) else item.display_name for item in list(items)
    ]
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")

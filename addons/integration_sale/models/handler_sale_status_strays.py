import re

from markupsafe import Markup

from odoo import models
from odoo.tools import format_amount

from ..const import UNFINISHED_STATES
from .handler_sale_status_news import NEWS_TYPE
from .integration_erp_order import GONE_STATES

# what a key says its order was made of; see ``crm.lead._get_content_key``
SUBJECT = re.compile(r"(OPP|SO)(\d+)")
MODELS = {"OPP": "crm.lead", "SO": "sale.order"}


class HandlerSaleStatusPull(models.AbstractModel):
    """Orders over there that bear the key of a deal of ours, though nobody here knows of
    them: their job was given up, or lost with a backup. Where a job tells that the order is
    ours, it is looked up and linked; else a person is asked, as keys of a copy of this
    database look the same."""

    _inherit = "integration.handler.sale_status_pull"

    def _write_statuses(self, flow, statuses, read_at=None):
        result = super()._write_statuses(flow, statuses, read_at)
        strays = self._find_strays(flow, statuses)
        if strays:
            deals = self._find_deals(flow, strays)
            self._see_to_strays(flow, {key: strays[key] for key in deals}, deals)
        return result

    def _find_strays(self, flow, statuses):
        """:return: dict ``{key: status}`` of orders that stand there and are unknown here"""
        prefix = flow.connector_id._get_remote_key_prefix()
        ours = {
            status["key"]: status
            for status in statuses
            # a system that keeps no key has none
            if (status.get("key") or "").startswith(prefix)
            and status["state"] not in GONE_STATES
        }
        if not ours:
            return {}
        known = self.env["integration.erp.order"].search_fetch(
            [
                ("connector_id", "=", flow.connector_id.id),
                "|",
                ("key", "in", list(ours)),
                ("remote_id", "in", [item["remote_id"] for item in ours.values()]),
            ],
            ["key", "remote_id"],
        )
        keys, remote_ids = set(known.mapped("key")), set(known.mapped("remote_id"))
        return {
            key: status
            for key, status in ours.items()
            if key not in keys and status["remote_id"] not in remote_ids
        }

    def _find_deals(self, flow, keys):
        """:return: dict ``{key: crm.lead}`` of those whose deal is here"""
        prefix = flow.connector_id._get_remote_key_prefix()
        subjects, ids = {}, {}
        for key in keys:
            if found := SUBJECT.fullmatch(key.removeprefix(prefix)):
                subjects[key] = MODELS[found[1]], int(found[2])
                ids.setdefault(MODELS[found[1]], set()).add(int(found[2]))
        there = {
            (name, record.id): record
            for name, own in ids.items()
            for record in self.env[name].browse(own).exists()
        }
        deals = {}
        for key, subject in subjects.items():
            record = there.get(subject)
            lead = record and (
                record if record._name == "crm.lead" else record.opportunity_id
            )
            if lead and lead._get_erp_company() == flow.company_id:
                deals[key] = lead
        return deals

    def _see_to_strays(self, flow, strays, deals):
        """:param dict strays: ``{key: status}``
        :param dict deals: ``{key: crm.lead}``"""
        push_flow = flow.connector_id._get_flow("sale_order_push")
        jobs = self.env["integration.job"].search(
            [
                ("flow_id", "=", push_flow.id),
                ("idempotency_key", "in", list(strays)),
            ],
            order="id",
        )
        last = {job.idempotency_key: job for job in jobs}
        under_way = {
            job.idempotency_key for job in jobs if job.state in UNFINISHED_STATES
        }
        for key, status in strays.items():
            if key in under_way:
                # finds it by itself
                continue
            if key in last:
                last[key]._queue_again({}, trigger="found there")._call_off()
            else:
                self._ask_about_stray(flow, deals[key], status)

    def _ask_about_stray(self, flow, lead, status):
        activity_type = self.env.ref(NEWS_TYPE)
        number = Markup("<b>%s</b>") % status["number"]
        if any(
            number in (activity.note or "")
            for activity in lead.activity_ids
            if activity.activity_type_id == activity_type
        ):
            # asked already
            return
        currencies = self.env["integration.erp.order"]._get_currencies(
            {status["currency"]}
        )
        currency = currencies.get(status["currency"])
        if status["url"]:
            number = Markup('<a href="%s" target="_blank">%s</a>') % (
                status["url"],
                number,
            )
        note = Markup(
            self.env._(
                "%(order)s over %(amount)s in %(system)s bears the key of this deal, but is"
                " not known here. If it is the order of this deal, mark the deal won; if it"
                " is won already, reopen it first. The order is then found there and linked,"
                " none is made. If it is not, have it cancelled there."
            )
        ) % {
            "order": number,
            "amount": format_amount(self.env, float(status["total"]), currency)
            if currency
            else f"{status['total']} {status['currency']}",
            "system": flow.connector_id.name,
        }
        person = lead.user_id or flow.connector_id._get_person_in_charge()
        lead.activity_schedule(
            NEWS_TYPE, note=Markup("<p>%s</p>") % note, user_id=person.id
        )

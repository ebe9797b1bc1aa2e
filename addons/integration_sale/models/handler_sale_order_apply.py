from markupsafe import Markup

from odoo import api, models
from odoo.fields import Command

from odoo.addons.integration_hub.client import (
    OutcomeUnknownError,
    TextMaker,
    error_from_dict,
)

from ..payload import get_content_hash
from .crm_lead_content import Issue

_lt = TextMaker(__name__)


class HandlerSaleOrderPush(models.AbstractModel):
    """What came of an order: records, numbers, and people told."""

    _inherit = "integration.handler.sale_order_push"

    def _apply(self, flow, results):
        jobs = self.env["integration.job"].union(*(job for job, _answer in results))
        handler = self.with_context(integration_settled_job_ids=jobs.ids)
        made = [(job, answer) for job, answer in results if answer["order"]]
        problems = handler._apply_answers(flow, made)
        unsent = {
            job: error_from_dict(answer["problem"])
            for job, answer in results
            if answer.get("problem")
        }
        handler._leave_unmade(
            jobs - jobs.browse().union(*unsent, *(job for job, _answer in made))
        )
        # the lost call has ended, and nothing of it is there: no answer is missing any more
        jobs.browse().union(*unsent).write({"answer": False, "unsettled_until": False})
        return problems | unsent

    def _leave_unmade(self, jobs):
        """Not there, and not wanted when it was looked up. May have been won again since."""
        leads = self.env["crm.lead"].browse(set(jobs.mapped("res_id"))).exists()
        leads._write_quietly({"integration_recheck": False})
        leads._update_integration_status()
        leads._push_won("won")

    def _apply_answers(self, flow, results):
        taken = self._find_taken(flow, results)
        results = [item for item in results if item[0] not in taken]
        orders = self._write_erp_orders(flow, results)
        self._bind_orders(flow, orders)
        new = {
            job: order
            for job, (order, is_new, _answer) in orders.items()
            if is_new and order.lead_id
        }
        self._log_new_orders(flow, new.values())
        self._see_to_orphans(
            self.env["integration.erp.order"].union(
                *(
                    order
                    for order, is_new, _answer in orders.values()
                    if is_new and not order.lead_id
                )
            )
        )
        leads = self.env["crm.lead"].union(
            *(order.lead_id for order, _is_new, _answer in orders.values())
        )
        leads._set_issues({})
        self._point_out_lost(leads)
        leads._update_integration_status()
        for order, _is_new, _answer in orders.values():
            if order.difference_state == "open" and order.lead_id:
                order.lead_id._ask(order._get_difference_message())
        if again := leads.filtered("integration_recheck"):
            again._write_quietly({"integration_recheck": False})
            again._check_changed_content()
        return taken | self._get_confirm_problems(orders)

    def _find_taken(self, flow, results):
        """Orders that are another deal's by now. Without a key, two deals that are like
        twins may have found the same one: it is of the first.

        :return: dict ``{job: OutcomeUnknownError}``
        """
        owners = {
            order.remote_id: order.key
            for order in self.env["integration.erp.order"].search_fetch(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    (
                        "remote_id",
                        "in",
                        [item["order"]["remote_id"] for _, item in results],
                    ),
                ],
                ["remote_id", "key"],
            )
        }
        problems = {}
        for job, answer in results:
            order, key = answer["order"], job.idempotency_key
            if owners.setdefault(order["remote_id"], key) != key:
                problems[job] = OutcomeUnknownError(
                    _lt(
                        "%(order)s in the ERP is the order of another deal. This one is"
                        " looked for again.",
                        order=order["number"],
                    )
                )
                # the next try asks again, it does not come back to this answer
                job.answer = False
        return problems

    def _write_erp_orders(self, flow, results):
        """:return: dict ``{job: (integration.erp.order, is it new, answer)}``"""
        ErpOrder = self.env["integration.erp.order"]
        known = {
            order.key: order
            for order in ErpOrder.search(
                [
                    ("connector_id", "=", flow.connector_id.id),
                    ("key", "in", [job.idempotency_key for job, _answer in results]),
                ]
            )
        }
        currencies = ErpOrder._get_currencies(
            {answer["order"]["currency"] for _job, answer in results}
        )
        payloads = {job: job.payload for job, _answer in results}
        existing = self._get_existing(payloads.values())
        to_create = []
        for job, answer in results:
            order = known.get(job.idempotency_key, ErpOrder)
            values = self._prepare_erp_order(
                flow, payloads[job], answer, currencies, existing, order
            )
            if order:
                order.write(values)
            else:
                to_create.append(values)
        created = {order.key: order for order in ErpOrder.create(to_create)}
        return {
            job: (
                (known | created)[job.idempotency_key],
                job.idempotency_key in created,
                answer,
            )
            for job, answer in results
        }

    def _get_existing(self, payloads):
        """Ids of the snapshots' records that have not been deleted since, by model."""
        ids = {"crm.lead": set(), "sale.order": set(), "res.partner": set()}
        for payload in payloads:
            ids["crm.lead"].add(payload["lead_id"])
            ids["sale.order"].update(payload["order_ids"])
            ids["res.partner"].add(payload["partner_id"])
        return {
            name: set(self.env[name].browse(own).exists().ids)
            for name, own in ids.items()
        }

    def _prepare_erp_order(self, flow, payload, answer, currencies, existing, known):
        """Values of the ERP order's record.

        :param dict existing: see ``_get_existing``
        :param known: the record there is already, or an empty one
        """
        order = answer["order"]
        currency = currencies.get(order["currency"])
        sale_order_ids = existing["sale.order"].intersection(payload["order_ids"])
        values = {
            "connector_id": flow.connector_id.id,
            "flow_id": flow.id,
            "key": payload["key"],
            "lead_id": payload["lead_id"] in existing["crm.lead"]
            and payload["lead_id"],
            "sale_order_ids": [Command.set(sorted(sale_order_ids))],
            "partner_id": payload["partner_id"] in existing["res.partner"]
            and payload["partner_id"],
            "sent_hash": get_content_hash(_get_sent(payload)),
            "sent_at": self.env.cr.now(),
            "checked_at": self.env.cr.now(),
            "remote_id": order["remote_id"],
            "remote_number": order["number"],
            "remote_url": order["url"],
            "state": order["state"],
            "currency_id": currency.id if currency else False,
            "amount_untaxed": float(order["total_untaxed"]),
            "amount_tax": float(order["total_tax"]),
            "amount_total": float(order["total"]),
            "expected_currency_id": payload["currency_id"],
            "expected_untaxed": float(payload["total_untaxed"]),
            "expected_total": float(payload["total"]),
        }
        is_accepted = payload.get("accept_difference")
        state = "accepted" if is_accepted else known.difference_state or "none"
        values |= known._prepare_difference(flow, values, state)
        values["difference_html"] = bool(answer.get("lines")) and (
            self._render_difference(payload, answer["order"], answer["lines"])
        )
        return values

    def _bind_orders(self, flow, orders):
        """External ids: an order of its own bears one, else the opportunity does."""
        bindings = []
        for job, (order, _is_new, _answer) in orders.items():
            sale_orders = order.sale_order_ids
            is_own = len(sale_orders) == 1 and job.idempotency_key.endswith(
                f"-SO{sale_orders.id}"
            )
            record = sale_orders if is_own else order.lead_id
            if record:
                bindings.append(
                    (
                        record,
                        {
                            "remote_id": order.remote_id,
                            "remote_number": order.remote_number,
                            "remote_url": order.remote_url,
                            "sent_hash": order.sent_hash,
                            "sent_at": order.sent_at,
                        },
                    )
                )
        self.env["integration.external.id"]._bind(flow.connector_id, "order", bindings)

    def _log_new_orders(self, flow, orders):
        """One line on opportunity and quotations."""
        texts = {}
        for order in orders:
            text = Markup(self.env._("Order %(number)s made in %(system)s.")) % {
                "number": order._get_link(),
                "system": flow.connector_id.name,
            }
            for record in (order.lead_id, *order.sale_order_ids):
                known = texts.setdefault(record._name, {})
                known[record.id] = (
                    known.get(record.id, Markup(""))
                    + (Markup("<br/>") if record.id in known else Markup(""))
                    + text
                )
        for model_name, bodies in texts.items():
            self.env[model_name].browse(bodies)._message_log_batch(bodies)

    def _see_to_orphans(self, orders):
        """Hook: their deals were deleted while they were being made."""

    def _point_out_lost(self, leads):
        """Lost or reopened while the order was being made."""
        lost = leads.filtered(lambda lead: lead.won_status != "won")
        lost._set_issues(
            {
                lead: Issue(
                    "reopened",
                    self.env._(
                        "No longer won, but %(orders)s stands in the ERP. Have it"
                        " cancelled there if the deal is off.",
                        orders=lead.erp_order_ids._get_numbers(),
                    ),
                )
                for lead in lost
            }
        )

    def _get_confirm_problems(self, orders):
        """Orders that are there, but that the ERP refuses to confirm."""
        problems = {}
        for job, (order, _is_new, answer) in orders.items():
            if not answer.get("confirm_error"):
                continue
            error = error_from_dict(answer["confirm_error"])
            error.message = _lt(
                "%(order)s is in the ERP, but could not be confirmed there: %(reason)s",
                order=order.display_name,
                reason=error.message,
            )
            problems[job] = error
            # a retry asks the ERP again, instead of coming back to this answer
            job.answer = False
        return problems

    # -- where people look ------------------------------------------------------------

    def _on_problem(self, flow, failures):
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        self._show_problems(flow, jobs)

    @api.private
    def _show_problems(self, flow, jobs):
        """Status and an activity on the deals of ``jobs`` (orders, stuck or waiting for
        something stuck)."""
        leads = (
            self.env["crm.lead"]
            .browse({job.res_id for job in jobs if job.res_model == "crm.lead"})
            .exists()
        )
        leads._update_integration_status()
        groups = {}
        for lead in leads.filtered(lambda lead: lead.integration_status == "attention"):
            fix, _record = lead._find_fix()
            by_salesperson = fix not in ("map", "retry") or any(
                job.error_kind == "validation" for job in lead._get_problem_jobs()
            )
            person = (
                self.env["res.users"]
                if by_salesperson
                else flow.connector_id._get_person_in_charge()
            )
            message = lead._get_problem_message(person or lead._get_asked_person())
            groups.setdefault((message, person), []).append(lead.id)
        for (message, person), lead_ids in groups.items():
            leads.browse(lead_ids)._ask(message, person)

    def _on_waiting(self, flow, jobs):
        leads = self.env["crm.lead"].browse(set(jobs.mapped("res_id")))
        leads.exists()._update_integration_status()

    def _on_cancelled(self, flow, jobs):
        self._on_waiting(flow, jobs)


def _get_sent(payload):
    """The snapshot without what a person has said since about sending it."""
    return {name: payload[name] for name in payload if name != "accept_difference"}

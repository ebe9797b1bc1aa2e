from odoo import models

from odoo.addons.integration_hub.client import TextMaker, error_from_dict

from ..payload import get_content_hash
from .handler_sale_order_apply import _get_sent

_lt = TextMaker(__name__)


class HandlerSaleChangePush(models.AbstractModel):
    """What came of a change: the ERP order's record, people told and asked."""

    _inherit = "integration.handler.sale_change_push"

    def _apply(self, flow, results):
        jobs = self.env["integration.job"].union(*(job for job, _answer in results))
        handler = self.with_context(integration_settled_job_ids=jobs.ids)
        return handler._apply_answers(flow, results)

    def _apply_answers(self, flow, results):
        jobs = self.env["integration.job"].union(*(job for job, _answer in results))
        orders = {order.key: order for order in jobs._get_erp_orders()}
        problems = {}
        settled = self.env["integration.erp.order"].union(*orders.values())
        for job, answer in results:
            order = orders.get(job._get_order_key())
            if order:
                apply = getattr(self, f"_apply_{answer['result']}")
                if error := apply(flow, job, order, answer):
                    problems[job] = error
                if answer["result"] == "refused":
                    # the job tells of it; compared now, it would be sent once more
                    settled -= order
        self._ask_people(settled)
        return problems

    def _apply_unwanted(self, flow, job, order, answer):
        """Won again, or no longer won, before it went; or what a lost call has done."""
        status = answer.get("status")
        if not status:
            return
        values = {}
        if status["state"] != order.state:
            values |= {
                "state": status["state"],
                # nobody else was asked to
                "is_called_off": status["state"] == "cancelled"
                and job.operation == "cancel",
            }
        if status["state"] != "deleted":
            values |= _prepare_amounts(order, status)
        order.write(values)

    def _apply_unsupported(self, flow, job, order, answer):
        """The system's client can't change orders: a person does it there."""
        if job.operation == "cancel":
            message = self.env._(
                "%(order)s can't be cancelled in %(system)s from here. Have it cancelled"
                " there if the deal is off.",
                order=order.display_name,
                system=flow.connector_id.name,
            )
        else:
            message = order._get_deviation()
        order.write(order._prepare_left(job.operation, message))
        if job.operation == "change":
            # asked once: the next change is another one
            order.sent_hash = get_content_hash(_get_sent(job.payload))

    _apply_unknown = _apply_unsupported

    def _apply_clash(self, flow, job, order, answer):
        """Under the id of our order there is one of another deal: nothing was written."""
        texts = self.env["integration.change.text"]
        message = texts._get_clash_message(order, answer["order"]["key"])
        order.write(order._prepare_left("clash", message))
        # asked once, as above
        order.sent_hash = get_content_hash(_get_sent(job.payload))

    # -- cancelled --------------------------------------------------------------------

    def _apply_cancel(self, flow, job, order, answer):
        texts = self.env["integration.change.text"]
        if answer["reason"] and answer["reason"] != "deleted":
            message = texts._get_cancel_message(order, answer)
            order.write(order._prepare_left("cancel", message))
            return
        order.write(
            {
                "state": "cancelled" if answer["order"] else "deleted",
                # what people over there have cancelled is not ours to bring back
                "is_called_off": bool(answer["order"])
                and (answer["is_ours"] or order.is_called_off),
                "checked_at": self.env.cr.now(),
                **order._prepare_left(),
            }
        )
        if answer["is_ours"]:
            self._log(order, texts._get_cancelled_news(order))

    def _apply_closed(self, flow, job, order, answer):
        """Cancelled, and the ERP doesn't bring it back."""
        texts = self.env["integration.change.text"]
        if answer["reason"] == "deleted":
            order.state = "deleted"
        message = texts._get_closed_message(order, answer)
        order.write(
            {
                **order._prepare_left("change", message),
                "is_called_off": False,
            }
        )

    # -- changed ----------------------------------------------------------------------

    def _apply_change(self, flow, job, order, answer):
        texts = self.env["integration.change.text"]
        before = (order.state, order.amount_total, order.currency_id)
        order.write(self._prepare_changed(flow, job, order, answer))
        if answer["left"]:
            message = texts._get_left_message(order, answer)
            order.write(
                order._prepare_left(
                    "change", message, texts._make_left(order, answer["left"])
                )
            )
        if answer["changed"] or before[0] != order.state:
            self._log(order, texts._get_changed_news(order, answer, before))
        self._look_again(order)
        if answer.get("confirm_error"):
            error = error_from_dict(answer["confirm_error"])
            error.message = _lt(
                "%(order)s was changed in the ERP, but could not be confirmed there:"
                " %(reason)s",
                order=order.display_name,
                reason=error.message,
            )
            # a retry asks the ERP again, instead of coming back to this answer
            job.answer = False
            return error
        return None

    def _apply_refused(self, flow, job, order, answer):
        """Perhaps written in part: what is ours over there by now."""
        order.write(
            {"sent_order": answer["sent"], "remote_line_ids": answer["line_ids"]}
        )
        # a retry asks the ERP again, instead of coming back to this answer
        job.answer = False
        return error_from_dict(answer["error"])

    def _prepare_changed(self, flow, job, order, answer):
        payload = {name: job.payload[name] for name in job.payload if name != "reopen"}
        remote = answer["order"]
        push_flow = order.flow_id or flow.connector_id._get_flow("sale_order_push")
        values = {
            "sent_hash": get_content_hash(_get_sent(payload)),
            "sent_at": self.env.cr.now(),
            "sent_payload": _without_party(payload),
            "sent_order": answer["sent"],
            "remote_line_ids": answer["line_ids"],
            "remote_number": remote["number"],
            "remote_url": remote["url"],
            "state": remote["state"],
            "is_called_off": False,
            **_prepare_amounts(order, remote),
            "expected_currency_id": payload["currency_id"],
            "expected_untaxed": float(payload["total_untaxed"]),
            "expected_total": float(payload["total"]),
            **order._prepare_left(),
        }
        state = order.difference_state
        if state == "accepted" and not answer["is_accepted"]:
            # another one
            state = "none"
        values |= order._prepare_difference(push_flow, values, state)
        push = self.env["integration.handler.sale_order_push"]
        values["difference_html"] = bool(answer.get("lines")) and (
            push._render_difference(payload, remote, answer["lines"])
        )
        return values

    def _look_again(self, order):
        """An order the ERP had refused to confirm may be fine now."""
        if order.state == "draft":
            return
        stuck = self.env["integration.job"].search(
            [
                ("flow_id", "=", order.flow_id.id),
                ("idempotency_key", "=", order.key),
                ("state", "in", ("failed", "attention")),
            ]
        )
        stuck._arm()

    # -- people -----------------------------------------------------------------------

    def _log(self, order, body):
        for records in (order.lead_id, order.sale_order_ids):
            if records:
                records._message_log_batch(dict.fromkeys(records.ids, body))

    def _ask_people(self, orders):
        """What is left becomes an activity; what is settled is no issue any more."""
        texts = self.env["integration.change.text"]
        for order in orders.filtered("left_message"):
            if not order.lead_id:
                # nobody's deal any more
                texts._ask_responsible(order)
        leads = orders.lead_id
        won = leads.filtered(lambda lead: lead.won_status == "won")
        # and what was changed once more while this was on its way
        won._compare_with_sent()
        (leads - won)._handle_unwanted_orders()
        for lead in leads - won:
            if not any(order._is_live() for order in lead.erp_order_ids):
                lead._set_issues({}, keep=())
        leads._update_integration_status()
        for lead in leads.filtered(lambda lead: lead.integration_issue):
            if asked := lead.erp_order_ids.filtered("left_message"):
                lead._ask(texts._make_note(asked))

    def _on_problem(self, flow, failures):
        jobs = self.env["integration.job"].union(*(job for job, _error in failures))
        self.env["integration.handler.sale_order_push"]._show_problems(flow, jobs)

    def _on_waiting(self, flow, jobs):
        leads = self.env["crm.lead"].browse(
            {job.res_id for job in jobs if job.res_model == "crm.lead"}
        )
        leads.exists()._update_integration_status()

    def _on_cancelled(self, flow, jobs):
        self._on_waiting(flow, jobs)


def _prepare_amounts(order, remote):
    currency = order._get_currencies({remote["currency"]}).get(remote["currency"])
    return {
        "currency_id": currency.id if currency else False,
        "amount_untaxed": float(remote["total_untaxed"]),
        "amount_tax": float(remote["total_tax"]),
        "amount_total": float(remote["total"]),
    }


def _without_party(payload):
    return {name: payload[name] for name in payload if name != "party"}

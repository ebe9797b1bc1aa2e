from odoo import fields, models

from ..const import PROBLEM_STATES

OPEN_STATES = ("waiting", "retrying", *PROBLEM_STATES)


class IntegrationErpOrder(models.Model):
    """What was sent last, and what is to be done about a deal that is another one since."""

    _inherit = "integration.erp.order"

    # what a change is compared with; the second once a change was made
    sent_payload = fields.Json(readonly=True)
    sent_order = fields.Json(readonly=True)
    remote_line_ids = fields.Json(
        readonly=True, help="Our key of a line, and its id there."
    )
    is_called_off = fields.Boolean(
        "Cancelled From Here",
        readonly=True,
        help="Cancelled because the deal was no longer won: it comes back when the deal is"
        " won again.",
    )
    left_operation = fields.Char(readonly=True, help="cancel, change or clash")
    left_message = fields.Text("Not Changed There", readonly=True)
    left_html = fields.Html("What Was Left", readonly=True)

    # -- events -----------------------------------------------------------------------

    def _take_changes(self):
        """The deals of these orders were changed: have the ERPs told where that is wanted.

        :return: dict ``{order: message}`` of those a person is asked about
        """
        asked, to_cancel, to_change = {}, self.browse(), self.browse()
        settled = self.browse()
        for order in self:
            deviation = order._is_live() and order._get_deviation()
            if not deviation:
                if order._is_live():
                    settled |= order
                if order.left_message:
                    asked[order] = order.left_message
                continue
            policy = order._get_change_policy()
            if policy == "cancel" and order.left_operation == "cancel":
                # asked already, and refused
                asked[order] = order.left_message
            elif policy == "cancel":
                to_cancel |= order
            elif policy == "send":
                to_change |= order
            elif policy == "ask":
                asked[order] = deviation
        # what was changed back before it went; but not what is to bring an order back that
        # a lost call may still cancel
        (settled - settled._get_being_cancelled())._drop_jobs("change")
        to_cancel._call_off("quotation cancelled")
        to_change._send_changes("changed")
        return asked

    def _comes_back(self):
        return bool(
            self.is_called_off
            and self.state == "cancelled"
            and not self._is_off()
            and self._get_change_flow()
        )

    def _find_to_join(self):
        """The one order that quotations confirmed later can become part of; none where
        that is not certain, or where nothing is changed in the ERP."""
        standing = self._get_standing_orders() or self.filtered(
            lambda order: order.is_called_off and order.state == "cancelled"
        )
        if len(standing) != 1 or not standing._get_change_flow():
            return self.browse()
        return standing

    def _is_off(self):
        """Whether the quotations it was made of are all cancelled or deleted."""
        self.ensure_one()
        orders = self.sale_order_ids
        if not orders:
            return (self.sent_payload or {}).get("source") == "orders"
        return all(order.state == "cancel" for order in orders)

    def _get_deviation(self):
        if self.sale_order_ids or not self._is_off():
            return super()._get_deviation()
        return self.env._(
            "The quotation was deleted, but %s still stands in the ERP.",
            self.display_name,
        )

    def _get_change_policy(self):
        """:return: cancel, send, ask or leave"""
        flow = self._get_change_flow()
        if not flow:
            return "ask"
        return flow.lost_policy if self._is_off() else flow.change_policy

    def _get_change_flow(self):
        """The flow that takes changes to the ERP; none where it is switched off or the
        system can't."""
        self.ensure_one()
        # sudo: salespeople read no connectors; that there is such a flow is no secret
        flow = self.connector_id.sudo()._get_flow("sale_change_push")
        is_there = flow.active and flow.connector_id._is_collecting()
        return flow if is_there else flow.browse()

    def _get_accepted(self):
        """:return: list, the totals of both sides a person has said yes to, or None"""
        self.ensure_one()
        if self.difference_state != "accepted":
            return None
        return [self._get_compared(), self._get_expected()]

    # -- to the queue -----------------------------------------------------------------

    def _send_changes(self, trigger, **more):
        """Queue what stands here now.

        :param more: added to the snapshots
        """
        payloads = self.env["integration.payload"]
        settled = self.env.context.get("integration_settled_job_ids") or ()
        jobs = self._get_change_jobs("change")
        # the one that is being settled has its outcome
        undecided = jobs.filtered(lambda job: job.id not in settled)._filter_undecided()
        undecided._arm_stuck()
        # its outcome decides: what is different still is seen right after it
        orders = self - undecided._get_erp_orders()
        self._enqueue_changes(
            "change",
            {
                order: {
                    **payloads._prepare_order(
                        order.lead_id.with_company(order.company_id),
                        order._get_content_orders(),
                        order.key,
                    ),
                    **more,
                }
                for order in orders
            },
            trigger,
        )

    def _call_off(self, trigger):
        """Have those cancelled that stand in the ERP still."""
        self._drop_jobs("change")
        self._enqueue_changes(
            "cancel",
            {
                order: {"key": order.key, "remote_id": order.remote_id}
                for order in self.filtered(lambda order: order._is_live())
            },
            trigger,
        )

    def _see_to_orphans(self):
        """Their deals were deleted: called off, or the connector's responsible is asked."""
        texts = self.env["integration.change.text"]
        policies = {order: order._get_change_flow().lost_policy for order in self}
        to_cancel = self.filtered(lambda order: policies[order] == "cancel")
        to_cancel._call_off("deal deleted")
        for order in (
            self.filtered(lambda order: policies[order] != "leave") - to_cancel
        ):
            message = self.env._(
                "The deal of %s was deleted here, but the order still stands in the ERP."
                " Have it cancelled there if the deal is off.",
                order.display_name,
            )
            order.write(order._prepare_left("cancel", message))
            texts._ask_responsible(order)

    def _get_being_cancelled(self):
        """Those the queue sees to already: its outcome decides."""
        settled = self.env.context.get("integration_settled_job_ids") or ()
        jobs = self._get_change_jobs("cancel").filtered(
            lambda job: (
                job.id not in settled
                and (job.state not in PROBLEM_STATES or job._filter_undecided())
            )
        )
        return jobs._get_erp_orders()

    def _get_being_changed(self):
        """Those a call is under way for, or got lost."""
        jobs = self._get_change_jobs("change") | self._get_change_jobs("cancel")
        queued = jobs.filtered(lambda job: job.state not in PROBLEM_STATES)
        return queued._filter_undecided()._get_erp_orders()

    def _call_back(self, trigger):
        """The deals are won again: what was to be cancelled is not, and what was cancelled
        for that reason alone comes back. Not what is called off with its quotations."""
        wanted = self.filtered(lambda order: not order._is_off())
        wanted._drop_jobs("cancel")
        # refused while it was off: what is asked about now is something else
        refused = wanted.filtered(lambda order: order.left_operation == "cancel")
        refused.write(refused._prepare_left())
        status = self.env["integration.handler.sale_status_pull"]
        for order in wanted.filtered(lambda order: not order._is_live()):
            # not our doing: nothing of it comes back by itself
            status._ask_about_gone(order)
        undecided = wanted._get_change_jobs("cancel")._get_erp_orders()
        wanted.filtered(
            lambda order: (
                order._comes_back() or order in undecided and order._get_change_flow()
            )
        )._send_changes(trigger, reopen=True)

    def _enqueue_changes(self, operation, payloads, trigger):
        """:param dict payloads: ``{order: snapshot}``"""
        Job = self.env["integration.job"]
        by_flow = {}
        for order, payload in payloads.items():
            if flow := order._get_change_flow():
                by_flow.setdefault(flow, []).append(
                    {
                        "operation": operation,
                        "name": f"{order.display_name} · {order.partner_id.name or ''}",
                        "record": order.lead_id or None,
                        "payload": payload,
                        "idempotency_key": f"{order.key}:{operation}",
                        "trigger": trigger,
                    }
                )
        for flow, requests in by_flow.items():
            Job._enqueue(flow, requests)

    def _get_change_jobs(self, operation):
        """Jobs of these orders that stand for something to be done."""
        if not self:
            return self.env["integration.job"]
        return self.env["integration.job"].search(
            [
                ("connector_id", "in", self.connector_id.ids),
                ("flow_id.code", "=", "sale_change_push"),
                (
                    "idempotency_key",
                    "in",
                    [f"{order.key}:{operation}" for order in self],
                ),
                ("state", "in", (*OPEN_STATES, "running")),
            ]
        )

    def _drop_jobs(self, operation):
        """What has not gone out yet is not wanted any more."""
        jobs = self._get_change_jobs(operation)
        (jobs - jobs._filter_undecided())._cancel()

    # -- won again, seen to by people -------------------------------------------------

    def _confirm_again(self, flow, jobs):
        self._call_back("won again")
        return super()._confirm_again(flow, jobs)

    def _accept_content(self):
        result = super()._accept_content()
        self.write(self._prepare_left())
        for order in self:
            if order.lead_id and (order.sale_order_ids or order.lead_id.partner_id):
                # from here on changes are compared with this
                order.write(
                    {"sent_payload": order._take_snapshot(), "sent_order": False}
                )
        return result

    def _take_snapshot(self):
        """:return: dict, what would be sent now, without the customer"""
        self.ensure_one()
        payload = self._take_full_snapshot()
        payload.pop("party", None)
        return payload

    def _prepare_left(self, operation="", message="", html=""):
        """Values on what could not be done there; none where all was.

        :param str operation: cancel, change, or clash for an order of another deal
        """
        return {
            "left_operation": operation or False,
            "left_message": message or False,
            "left_html": html or False,
        }

    def _get_sent_payload(self):
        """:return: dict, the snapshot that was sent last, or None where it is not known"""
        self.ensure_one()
        if self.sent_payload:
            return self.sent_payload
        # made before snapshots were kept: the job has it for as long as it is there
        job = self._find_job()
        return job.payload if job.state == "done" else None

from odoo import models

from odoo.addons.integration_hub.models.integration_handler import Blocked

from ..sending_changes import send_changes


class HandlerSaleChangePush(models.AbstractModel):
    """Orders of won deals that are changed or called off: what the ERP still allows is done
    there. What came of it is in ``handler_sale_change_apply.py``, how it is done once more
    in ``handler_sale_change_replay.py``."""

    _name = "integration.handler.sale_change_push"
    _description = "Changes of Won Deals"
    _inherit = ["integration.handler"]

    _carries_deals = True

    # -- prepare ----------------------------------------------------------------------

    def _prepare(self, flow, jobs):
        orders = {order.key: order for order in jobs._get_erp_orders()}
        by_job = {job: orders.get(job._get_order_key()) for job in jobs}
        calls = jobs.filtered(lambda job: job.operation == "cancel")
        requests = {job: self._prepare_cancel(job, by_job[job]) for job in calls}
        return requests | self._prepare_changes(
            flow, {job: by_job[job] for job in jobs - calls}
        )

    def _prepare_cancel(self, job, order):
        return {
            "operation": "cancel",
            "is_wanted": self._is_wanted(job, order),
            "remote_id": job.payload["remote_id"],
            "key": job.payload["key"],
        }

    def _is_wanted(self, job, order):
        """Whether what was queued is still to be done.

        :param order: ``integration.erp.order``, or None where it is gone
        """
        if not order:
            return False
        is_won = order.lead_id.won_status == "won"
        return not is_won or order._is_off() if job.operation == "cancel" else is_won

    def _prepare_changes(self, flow, orders):
        """:param dict orders: ``{job: integration.erp.order or None}``"""
        requests = {
            job: {
                "operation": "change",
                "is_wanted": False,
                "remote_id": order.remote_id if order else "",
            }
            for job, order in orders.items()
            if not self._is_wanted(job, order)
        }
        wanted = {job: order for job, order in orders.items() if job not in requests}
        if not wanted:
            return requests
        # how orders are made out is kept there, also while new ones are switched off
        connector = flow.connector_id.with_context(active_test=False)
        push_flow = connector._get_flow("sale_order_push").with_env(self.env)
        push = self.env["integration.handler.sale_order_push"].with_company(
            flow.company_id
        )
        after = {job: job.payload for job in wanted}
        before = {
            job: payload
            for job, order in wanted.items()
            if (payload := order._get_sent_payload())
        }
        # both sides by the same mappings: what is mapped to something else since is no
        # change of the deal
        payloads = {("after", job): payload for job, payload in after.items()} | {
            ("before", job): payload for job, payload in before.items()
        }
        counterparts, problems = push._find_counterparts(push_flow, payloads)
        # blockers add to them, and take out what they may solve; ours now come last, and
        # so count where both sides have one
        problems = {
            job: problem
            for side in ("before", "after")
            for job in wanted
            if (problem := problems.get((side, job)))
        }
        blockers = push._find_blockers(push_flow, after, counterparts, problems)
        for job, order in wanted.items():
            if job in blockers:
                requests[job] = Blocked(blockers[job])
            elif job in problems:
                requests[job] = problems[job]
            else:
                requests[job] = {
                    **self._prepare_change(
                        push,
                        push_flow,
                        order,
                        after[job],
                        before.get(job),
                        counterparts,
                    ),
                    "is_reopened": self._is_reopened(job, order),
                }
        return requests

    def _prepare_change(self, push, push_flow, order, after, before, counterparts):
        request = push._prepare_request(push_flow, after, counterparts)
        known = order.sent_order
        if not known and before:
            known = push._prepare_order_request(push_flow, before, counterparts)
        return {
            **request,
            "operation": "change",
            "is_wanted": True,
            "remote_id": order.remote_id,
            "before": known or None,
            "line_ids": order.remote_line_ids or {},
            "accepted": order._get_accepted(),
            "was_confirmed": order.state in ("confirmed", "done"),
        }

    # -- call -------------------------------------------------------------------------

    @staticmethod
    def _call(client, requests):
        return send_changes(client, requests)

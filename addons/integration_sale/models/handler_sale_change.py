from odoo import models

from odoo.addons.integration_hub.client import IntegrationError, get_hold_back
from odoo.addons.integration_hub.models.integration_handler import Blocked

from ..decimals import to_decimal
from ..order_merge import merge, rekey
from .handler_sale_order_push import _confirm, _explain_differences


class HandlerSaleChangePush(models.AbstractModel):
    """Orders of won deals that are changed or called off: what the ERP still allows is done
    there. What came of it is in ``handler_sale_change_apply.py``."""

    _name = "integration.handler.sale_change_push"
    _description = "Changes of Won Deals"
    _inherit = ["integration.handler"]

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
        push_flow = flow.connector_id._get_flow("sale_order_push")
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
                requests[job] = self._prepare_change(
                    push, push_flow, order, after[job], before.get(job), counterparts
                )
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
            "is_reopened": bool(after.get("reopen")),
            "before": known or None,
            "line_ids": order.remote_line_ids or {},
            # the totals of both sides a person has said yes to
            "accepted": [order._get_compared(), order._get_expected()]
            if order.difference_state == "accepted"
            else None,
            "was_confirmed": order.state in ("confirmed", "done"),
        }

    def _take_snapshots(self, flow, jobs):
        """The deals as they stand today."""
        snapshots = super()._take_snapshots(flow, jobs)
        orders = {order.key: order for order in jobs._get_erp_orders()}
        for job in jobs.filtered(lambda job: job.operation == "change"):
            order = orders.get(job._get_order_key())
            if order and order.lead_id:
                payload = self.env["integration.payload"]._prepare_order(
                    order.lead_id.with_company(flow.company_id),
                    order._get_content_orders(),
                    order.key,
                )
                snapshots[job] = {**job.payload, **payload}
        return snapshots

    def _renew_requests(self, flow, requests):
        """What is repeated is compared with what stands there now all the same; but what is
        no longer wanted is not done again."""
        orders = {
            order.key: order
            for order in self.env["integration.job"].union(*requests)._get_erp_orders()
        }
        return {
            job: {
                **request,
                # what was not wanted when it was prepared has nothing to go out with
                "is_wanted": self._is_wanted(job, orders.get(job._get_order_key()))
                and (request["operation"] == "cancel" or "order" in request),
            }
            for job, request in requests.items()
        }

    # -- call -------------------------------------------------------------------------

    @staticmethod
    def _call(client, requests):
        answers = [
            None if request["is_wanted"] else {"result": "unwanted"}
            for request in requests
        ]
        if not hasattr(client, "order_update"):
            return [answer or {"result": "unsupported"} for answer in answers]
        _hold_back_lost(client, requests, answers)
        cancels = _pick(requests, answers, "cancel")
        if cancels:
            called = client.order_cancel([requests[i]["remote_id"] for i in cancels])
            for index, answer in zip(cancels, called, strict=True):
                answers[index] = _tag_cancel(requests[index], answer)
        changes = _pick(requests, answers, "change")
        if changes:
            try:
                changed = _change(client, [requests[index] for index in changes])
            except IntegrationError as error:
                if not cancels:
                    raise
                # what was cancelled is
                changed = [error] * len(changes)
            for index, answer in zip(changes, changed, strict=True):
                answers[index] = answer
        return answers


def _pick(requests, answers, operation):
    return [
        index
        for index, request in enumerate(requests)
        if answers[index] is None and request["operation"] == operation
    ]


def _hold_back_lost(client, requests, answers):
    """A call that got lost may still cancel the order, or bring it back, whatever is wanted
    by now: nothing follows it until it has surely ended, and what has come of it is told."""
    lost = [
        index
        for index, request in enumerate(requests)
        if request.get("unsettled_until") is not None
        and request.get("remote_id")
        and (request["operation"] == "cancel" or not request["is_wanted"])
    ]
    if not lost:
        return
    statuses = client.order_status([requests[index]["remote_id"] for index in lost])
    for index, status in zip(lost, statuses, strict=True):
        request = requests[index]
        if isinstance(status, IntegrationError):
            answers[index] = status
            continue
        is_cancelled = status["state"] in ("cancelled", "deleted")
        has_arrived = is_cancelled and request["operation"] == "cancel"
        if not has_arrived and (hold_back := _get_hold_back(request)):
            answers[index] = hold_back
        elif not request["is_wanted"]:
            answers[index] = {"result": "unwanted", "state": status["state"]}


def _tag_cancel(request, answer):
    """``is_ours``: nobody else has cancelled it before."""
    answer = _tag(answer, "cancel")
    if isinstance(answer, dict):
        is_lost = request.get("unsettled_until") is not None
        answer["is_ours"] = is_lost or not answer.get("was_cancelled")
    return answer


def _tag(answer, result):
    if isinstance(answer, IntegrationError):
        return answer
    return {"result": result, **answer}


def _change(client, requests):
    """:return: per request an answer or an IntegrationError"""
    answers = [None] * len(requests)
    _reopen(client, requests, answers)
    contents = _read(client, requests, answers)
    merged = _merge_all(client, requests, contents, answers)
    _update(client, requests, merged, answers)
    done = [
        index
        for index, answer in enumerate(answers)
        if isinstance(answer, dict) and answer["result"] == "change"
    ]
    finished = [answers[index] for index in done]
    judged = [_judge(requests[index], answers[index]) for index in done]
    _confirm(client, judged, finished)
    _explain_differences(client, judged, finished)
    return answers


def _judge(request, answer):
    """The request with what counts for confirming the order as it is now."""
    accepted = request["accepted"]
    order = answer["order"]
    totals = (order[request["compared"]], request["expected"])
    # what is left to people makes another difference as well
    is_accepted = (
        bool(accepted)
        and not answer["left"]
        and (list(map(to_decimal, totals)) == list(map(to_decimal, accepted)))
    )
    answer["is_accepted"] = is_accepted
    # it may have been made a draft for the change; by a lost call of ours as well
    was_confirmed = answer["was_confirmed"] or (
        request["was_confirmed"] and request.get("unsettled_until") is not None
    )
    return {
        **request,
        "is_accepted": is_accepted,
        "confirm_policy": "always" if was_confirmed else request["confirm_policy"],
    }


def _reopen(client, requests, answers):
    wanted = [
        index
        for index, request in enumerate(requests)
        # a lost call may still do it, whatever is wanted by then
        if request["is_reopened"] and not _get_hold_back(request)
    ]
    if not wanted:
        return
    called = client.order_reopen([requests[index]["remote_id"] for index in wanted])
    for index, answer in zip(wanted, called, strict=True):
        if isinstance(answer, IntegrationError):
            answers[index] = answer
        elif answer["reason"]:
            answers[index] = _tag(answer, "closed")


def _read(client, requests, answers):
    """:return: dict ``{index: OrderContent}`` of those that can be compared"""
    wanted = [index for index, answer in enumerate(answers) if answer is None]
    if not wanted:
        return {}
    contents = {}
    read = client.order_read([requests[index]["remote_id"] for index in wanted])
    for index, content in zip(wanted, read, strict=True):
        if isinstance(content, IntegrationError):
            answers[index] = content
        elif content is None:
            answers[index] = {"result": "closed", "order": None, "reason": "deleted"}
        elif requests[index]["is_reopened"] and content["reason"] == "cancelled":
            answers[index] = _get_hold_back(requests[index]) or _tag(
                {"order": content["order"], "reason": "cancelled"}, "closed"
            )
        elif requests[index]["before"] is None:
            answers[index] = {"result": "unknown", "order": content["order"]}
        else:
            contents[index] = content
    return contents


def _merge_all(client, requests, contents, answers):
    """:return: dict ``{index: what merge() gives}``"""
    pairs = {}
    for index in contents:
        request = requests[index]
        before, line_ids = rekey(
            request["before"], request["order"], request["line_ids"]
        )
        pairs[index] = (before, request["order"], line_ids)
    orders = [
        order for before, after, _ids in pairs.values() for order in (before, after)
    ]
    expected = iter(client.order_expected(orders) if orders else ())
    merged = {}
    for index, (before, after, line_ids) in pairs.items():
        both = (next(expected), next(expected))
        error = next(
            (item for item in both if isinstance(item, IntegrationError)), None
        )
        if error:
            answers[index] = error
        else:
            merged[index] = merge(before, after, both, contents[index], line_ids)
            merged[index]["content"] = contents[index]
    return merged


def _update(client, requests, merged, answers):
    to_send = []
    for index, result in merged.items():
        update = result["update"]
        hold_back = update and _get_hold_back(requests[index])
        if hold_back:
            # what a lost call may still write must not come after this
            answers[index] = hold_back
        elif update:
            to_send.append(index)
        else:
            answers[index] = _get_answer(result, result["content"]["order"])
    if not to_send:
        return
    sent = client.order_update([merged[index]["update"] for index in to_send])
    for index, answer in zip(to_send, sent, strict=True):
        if isinstance(answer, IntegrationError):
            answers[index] = answer
            continue
        result = merged[index]
        added = [item["line"]["key"] for item in result["update"]["add"]]
        result["line_ids"] |= dict(zip(added, answer["line_ids"], strict=False))
        answers[index] = _get_answer(result, answer["order"])


def _get_hold_back(request):
    return get_hold_back(request.get("unsettled_until"))


def _get_answer(result, order):
    return {
        "result": "change",
        "order": order,
        "documents": result["content"]["documents"],
        "was_confirmed": result["content"]["order"]["state"] in ("confirmed", "done"),
        **{name: result[name] for name in ("changed", "left", "sent", "line_ids")},
    }

"""Orders changed and called off over there: the steps of one batch. Plain Python, runs in a
thread."""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    ValidationError,
    find_stop,
    get_hold_back,
)

from .decimals import to_decimal
from .order_keys import is_clash
from .order_merge import merge, rekey
from .sending import confirm, explain_differences, find_refusal


def send_changes(client, requests):
    """
    :param client: of the system; see ``contract_changes.py``
    :param list requests: as ``integration.handler.sale_change_push`` prepares them
    :return: per request a dict with ``result``, which says what else is in it, or an
        ``IntegrationError``
    """
    answers = [
        None if request["is_wanted"] else {"result": "unwanted"} for request in requests
    ]
    if not hasattr(client, "order_update"):
        return [answer or {"result": "unsupported"} for answer in answers]
    _hold_back_lost(client, requests, answers)
    cancels = _pick(requests, answers, "cancel")
    stop = None
    if cancels:
        called = client.order_cancel(
            [requests[index]["remote_id"] for index in cancels],
            _get_keys(client, [requests[index].get("key") for index in cancels]),
        )
        for index, answer in zip(cancels, called, strict=True):
            answers[index] = _tag_cancel(requests[index], answer)
        stop = find_stop(called)
    changes = _pick(requests, answers, "change")
    if stop:
        for index in changes:
            answers[index] = stop
    elif changes:
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


def _get_keys(client, keys):
    """What the orders have to bear to be ours; empty where the system can't keep it."""
    if not getattr(client, "stores_key", True):
        return [""] * len(keys)
    return [key or "" for key in keys]


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
            answers[index] = {"result": "unwanted", "status": status}


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
    refusal = find_refusal(answers)
    confirm(client, judged, finished, refusal)
    explain_differences(client, judged, finished, refusal)
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
    called = client.order_reopen(
        [requests[index]["remote_id"] for index in wanted],
        _get_keys(client, [requests[index]["order"]["key"] for index in wanted]),
    )
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
        elif is_clash(content["order"]["key"], requests[index]["order"]["key"]):
            answers[index] = {"result": "clash", "order": content["order"]}
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
            merged[index] = {
                **merge(before, after, both, contents[index], line_ids),
                "content": contents[index],
                "compared": {
                    "before": before,
                    "after": after,
                    "expected": both,
                    "line_ids": line_ids,
                },
            }
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
    refused = [
        index for index in to_send if isinstance(answers[index], ValidationError)
    ]
    if refused:
        _see_what_arrived(client, merged, refused, answers)


def _see_what_arrived(client, merged, refused, answers):
    """A system may write an order in several steps, and refuse one of them. What it has
    written before is our doing: remembered as such, it is not taken for somebody else's
    change when the deal is corrected."""
    remote_ids = [merged[index]["content"]["order"]["remote_id"] for index in refused]
    try:
        contents = client.order_read(remote_ids)
    except IntegrationError:
        # the refusal is what people are to be told
        return
    for index, content in zip(refused, contents, strict=True):
        if isinstance(content, dict):
            # as if nothing could be changed any more: what is ours stands there already
            arrived = merge(
                **merged[index]["compared"], content={**content, "reason": "refused"}
            )
            answers[index] = {
                "result": "refused",
                "error": answers[index].to_dict(),
                "sent": arrived["sent"],
                "line_ids": arrived["line_ids"],
            }


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

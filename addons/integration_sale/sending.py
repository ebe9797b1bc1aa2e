"""Orders made over there: the steps of one batch. Plain Python, runs in a thread."""

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    IntegrationError,
    error_from_dict,
    find_stop,
    get_hold_back,
    in_chunks,
)

from .decimals import is_within, to_decimal
from .order_search import find_by_key, find_without_key


def send_orders(client, requests):
    """Make the orders that are not there yet; confirm what comes to the same.

    :param client: of the system; see ``contract.py``
    :param list requests: as ``integration.handler.sale_order_push`` prepares them
    :return: per request a dict with ``order``, or an ``IntegrationError``
    """
    if client.stores_key:
        orders = find_by_key(client, requests)
    else:
        orders = find_without_key(client, requests)
    _create_missing(client, requests, orders)
    answers = [
        _get_answer(request, order)
        for request, order in zip(requests, orders, strict=True)
    ]
    confirm(client, requests, answers)
    explain_differences(client, requests, answers)
    return answers


def _get_answer(request, order):
    if isinstance(order, IntegrationError):
        return order
    if order is None and request["is_wanted"]:
        # surely not there: what keeps it from being made is what counts
        return {"order": None, "problem": request["problem"]}
    return {"order": order}


def _is_to_make(request):
    """Neither given up meanwhile, nor looked up because it can't be sent any more."""
    return request["is_wanted"] and not request.get("problem")


def _create_missing(client, requests, orders):
    for index, request in enumerate(requests):
        # a system that refuses a second order by itself need not be waited for, unless
        # the order is not to be made any more and may still appear
        if not client.key_is_unique or not _is_to_make(request):
            orders[index] = orders[index] or get_hold_back(
                request.get("unsettled_until")
            )
    missing = [
        index
        for index, order in enumerate(orders)
        if order is None and _is_to_make(requests[index])
    ]
    for chunk in in_chunks(missing, client.order_batch_size):
        try:
            created = client.order_create([requests[index]["order"] for index in chunk])
            stop = find_stop(created)
        except IntegrationError as error:
            created = [error] * len(chunk)
            stop = find_stop(created) or error
        for index, order in zip(chunk, created, strict=True):
            orders[index] = order
        if stop:
            # nothing more is sent: the next try looks all of them up first
            for index in missing:
                orders[index] = orders[index] or stop
            return


def _is_there(answer):
    """Neither failed nor left unmade (see ``is_wanted``)."""
    return isinstance(answer, dict) and bool(answer["order"])


def _get_difference(request, order):
    """What the total there is more than ours, as Decimal; in another currency, all."""
    if order["currency"] != request["currency"]:
        return to_decimal(order[request["compared"]])
    return to_decimal(order[request["compared"]]) - to_decimal(request["expected"])


def _is_same(request, order):
    return order["currency"] == request["currency"] and is_within(
        _get_difference(request, order), request["tolerance"]
    )


def _is_to_confirm(request, order):
    if order["state"] != "draft" or request["confirm_policy"] == "never":
        return False
    if not request["is_wanted"]:
        return False
    return (
        request["confirm_policy"] == "always"
        or request["is_accepted"]
        or _is_same(request, order)
    )


def find_refusal(answers):
    """Credentials that were refused are not sent again: a system may lock out who does.

    :return: the ``AuthenticationError`` among the answers, or None
    """
    for answer in answers:
        if isinstance(answer, dict) and answer.get("confirm_error"):
            answer = error_from_dict(answer["confirm_error"])
        if isinstance(answer, AuthenticationError):
            return answer
    return None


def confirm(client, requests, answers, refusal=None):
    """Those that come to the same are confirmed.

    :param list requests: with what counts for it: ``compared``, ``expected``, ``currency``,
        ``tolerance``, ``confirm_policy``, ``is_accepted``, ``is_wanted``
    :param list answers: of the same length; dicts get the confirmed ``order``, or
        ``confirm_error``
    :param refusal: see :func:`find_refusal`, of other answers of the batch
    """
    to_confirm = [
        index
        for index, answer in enumerate(answers)
        if _is_there(answer) and _is_to_confirm(requests[index], answer["order"])
    ]
    if not to_confirm:
        return
    try:
        if refusal := refusal or find_refusal(answers):
            raise refusal
        confirmed = client.order_confirm(
            [answers[index]["order"]["remote_id"] for index in to_confirm]
        )
    except IntegrationError as error:
        confirmed = [error] * len(to_confirm)
    for index, order in zip(to_confirm, confirmed, strict=True):
        if not isinstance(order, IntegrationError):
            answers[index]["order"] = {**answers[index]["order"], **order}
        else:
            # it is there: that is written down first, whatever comes of confirming it
            answers[index]["confirm_error"] = order.to_dict()


def explain_differences(client, requests, answers, refusal=None):
    """Where the totals differ, the lines over there are added to the answer.

    :param list requests: see :func:`confirm`
    :param list answers: see :func:`confirm`
    :param refusal: see :func:`confirm`
    """
    differing = [
        index
        for index, answer in enumerate(answers)
        if _is_there(answer) and not _is_same(requests[index], answer["order"])
    ]
    if not differing:
        return
    try:
        if refusal := refusal or find_refusal(answers):
            raise refusal
        lines = client.order_lines(
            [answers[index]["order"]["remote_id"] for index in differing]
        )
    except IntegrationError:
        # the amounts tell enough to go on
        lines = {}
    for index in differing:
        answers[index]["lines"] = lines.get(answers[index]["order"]["remote_id"], [])

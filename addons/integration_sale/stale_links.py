"""Refused orders: what they name that is no longer over there. Plain Python, runs in a
thread."""

from odoo.addons.integration_hub.client import IntegrationError, StillUnknownError

ADDRESSES = ("invoice_address_id", "delivery_address_id", "contact_id")


class RelinkedError(StillUnknownError):
    """Links to what is gone were dropped: the order goes once what it names is found or
    made anew. Nothing was made of it, and it is tried again by itself."""

    def to_dict(self):
        return {**super().to_dict(), "is_relinked": True}


def point_out_gone(client, requests, answers):
    """Tell refusals over what is gone from others. Only refused orders are asked about, in
    one call for each kind of record.

    :param list requests: as ``integration.handler.sale_order_push`` prepares them
    :param list answers: of ``sending.send_orders``, of the same length
    :return: the answers; that of an order which names something gone is a dict with
        ``order`` (None), ``gone`` (``{kind: [remote ids]}``) and ``error``, the refusal
    """
    refused = [
        index
        for index, answer in enumerate(answers)
        if isinstance(answer, IntegrationError) and answer.kind == "validation"
    ]
    # a client of an older system addon may not know
    if not refused or not hasattr(client, "record_exists"):
        return answers
    links = {index: _get_links(requests[index]["order"]) for index in refused}
    try:
        gone = _find_gone(client, links.values())
    except IntegrationError:
        # the refusal says enough
        return answers
    answers = list(answers)
    for index in refused:
        of_order = {
            kind: sorted(ids & gone[kind])
            for kind, ids in links[index].items()
            if ids & gone[kind]
        }
        if of_order:
            error = answers[index].to_dict()
            answers[index] = {"order": None, "gone": of_order, "error": error}
    return answers


def _get_links(order):
    """:param dict order: ``contract.OrderRequest``
    :return: dict ``{kind: set of remote ids}``"""
    links = {
        "party": {order["party_id"]},
        "address": {order[name] for name in ADDRESSES},
        "product": {
            line["product_id"] for line in order["lines"] if line["kind"] == "product"
        },
    }
    return {kind: ids - {""} for kind, ids in links.items()}


def _find_gone(client, links):
    """:return: dict ``{kind: set of remote ids}`` of those that are not there"""
    wanted = {"party": set(), "address": set(), "product": set()}
    for of_order in links:
        for kind, ids in of_order.items():
            wanted[kind] |= ids
    gone = {}
    for kind, ids in wanted.items():
        ids = sorted(ids)
        there = client.record_exists(kind, ids) if ids else []
        gone[kind] = {
            remote_id
            for remote_id, is_there in zip(ids, there, strict=True)
            if not is_there
        }
    return gone

"""Which order over there is the one of a request: by our key; in a system that can't keep
it, by number, customer, amount and date.

Plain Python, run in threads. What is certain is taken, what is doubtful is left to a
person; nothing is created while there is a doubt.
"""

from odoo.addons.integration_hub.client import (
    AmbiguousMatchError,
    IntegrationError,
    TextMaker,
    ValidationError,
)

from .decimals import is_within, to_decimal
from .order_keys import is_clash

_lt = TextMaker(__name__)


def find_by_key(client, requests):
    """Look orders up before any is created: by our key, which a person over there may have
    written over since; then by what we know of the order.

    :param client: the system's client
    :param list requests: as made by the handler; ``known_id`` names the order where we
        know it already
    :return: per request an ``OrderAnswer``, None where there is none, or an error
    """
    keys = [request["order"]["key"] for request in requests]
    found = client.order_find(keys)
    orders = [found.get(key) for key in keys]
    unseen = {
        index: requests[index]["known_id"]
        for index, order in enumerate(orders)
        if order is None and requests[index].get("known_id")
    }
    rows = _read(client, unseen.values())
    for index, remote_id in unseen.items():
        orders[index] = _refuse_clash(rows.get(remote_id), requests[index])
    return orders


def _refuse_clash(order, request):
    """Neither is another deal's order taken for ours, nor a second one made of a doubt."""
    key = request["order"]["key"]
    if not isinstance(order, dict) or not is_clash(order["key"], key):
        return order
    return ValidationError(
        _lt(
            "%(order)s in the ERP was the order of this deal, but bears the key of another"
            " one by now. Put %(key)s back there, then retry.",
            order=order["number"],
            key=key,
        )
    )


def find_without_key(client, requests):
    """Look orders up before any is created.

    :param client: the system's client
    :param list requests: as made by the handler; ``known_id`` names the order where we
        know it already, ``not_ours`` the ids that belong to other orders of ours, or that
        a person has ruled out, ``lost`` what went out before in calls that may have been
        executed
    :return: per request an ``OrderAnswer``, None where there is none, or an error
    """
    orders = [None] * len(requests)
    known = _read(client, [request.get("known_id") for request in requests])
    to_search = []
    for index, request in enumerate(requests):
        if request.get("known_id"):
            orders[index] = known.get(request["known_id"])
        else:
            to_search.append(index)
    if not to_search:
        return orders
    found = client.order_search(
        [search for index in to_search for search in _get_searches(requests[index])]
    )
    certain, found = {}, iter(found)
    for index in to_search:
        request = requests[index]
        candidates, sure, error = {}, {}, None
        for search in _get_searches(request):
            rows = next(found)
            if isinstance(rows, IntegrationError):
                error = rows
                continue
            for row in rows:
                if row["remote_id"] in request.get("not_ours", ()):
                    continue
                candidates.setdefault(row["remote_id"], row)
                if _is_certain(request, search, row):
                    sure[row["remote_id"]] = row
        if error:
            # what one search has not told may be just what is there
            orders[index] = error
        elif len(sure) == 1:
            [certain[index]] = sure
        elif candidates:
            orders[index] = _get_doubt(request, list(candidates.values()))
    rows = _read(client, list(certain.values()))
    for index, remote_id in certain.items():
        orders[index] = rows.get(remote_id)
    return orders


def _read(client, remote_ids):
    """:return: dict ``{remote id: OrderAnswer}`` of those that are there"""
    remote_ids = list(filter(None, remote_ids))
    if not remote_ids:
        return {}
    rows = {}
    statuses = client.order_status(remote_ids)
    for remote_id, status in zip(remote_ids, statuses, strict=True):
        if isinstance(status, IntegrationError):
            rows[remote_id] = status
        elif status["state"] != "deleted":
            rows[remote_id] = {
                name: status[name]
                for name in (
                    "key",
                    "remote_id",
                    "number",
                    "url",
                    "state",
                    "currency",
                    "total_untaxed",
                    "total_tax",
                    "total",
                )
            }
    return rows


def get_search(request):
    """What an order is looked for by that bears no key.

    :param dict request: as made by the handler
    :rtype: contract.OrderSearch
    """
    order = request["order"]
    return {
        "number": order["number"],
        "customer_reference": order["customer_reference"],
        "party_id": order["party_id"],
        "currency": request["currency"],
        "order_date": order["order_date"],
        "total_untaxed": request["total_untaxed"],
        "total": request["total"],
    }


def _get_searches(request):
    """:return: list of ``contract.OrderSearch``: as it is sent now, and as it was sent in
    calls of which nobody knows what became"""
    searches = [get_search(request)]
    searches += [lost for lost in request.get("lost", ()) if lost not in searches]
    return searches


def _is_certain(request, search, candidate):
    """Our number, our amount and our date."""
    name = request["compared"]
    return (
        bool(candidate["our_number"])
        and candidate["our_number"] == search["number"]
        and candidate["currency"] == search["currency"]
        and candidate["order_date"] == search["order_date"]
        and is_within(
            to_decimal(candidate[name]) - to_decimal(search[name]),
            request["tolerance"],
        )
    )


def _get_doubt(request, candidates):
    names = ", ".join(candidate["number"] for candidate in candidates[:5])
    return AmbiguousMatchError(
        _lt(
            "The ERP can't keep our key, and these orders there could be"
            " %(order)s: %(names)s. Say which one it is, or have it created.",
            order=request["order"]["number"],
            names=names,
        ),
        candidates=[
            {
                "id": candidate["remote_id"],
                "number": candidate["number"],
                "name": candidate["customer"],
                "detail": " · ".join(
                    filter(
                        None,
                        (
                            candidate["order_date"],
                            f"{candidate['total']} {candidate['currency']}",
                            candidate["our_number"],
                        ),
                    )
                ),
                "url": candidate["url"],
                "rule": "number" if candidate["our_number"] else "amount",
            }
            for candidate in candidates
        ],
    )

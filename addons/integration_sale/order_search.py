"""Orders of a system that can't keep our key: told by number, customer, amount and date.

Plain Python, run in threads. What is certain is taken, what is doubtful is left to a
person; nothing is created while there is a doubt.
"""

from odoo.addons.integration_hub.client import (
    AmbiguousMatchError,
    IntegrationError,
    TextMaker,
)

from .decimals import is_within, to_decimal

_lt = TextMaker(__name__)


def find_without_key(client, requests):
    """Look orders up before any is created.

    :param client: the system's client
    :param list requests: as made by the handler; ``known_id`` names the order where we
        know it already, ``not_ours`` the ids that belong to other orders of ours, or that
        a person has ruled out
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
    found = client.order_search([get_search(requests[index]) for index in to_search])
    certain = {}
    for index, candidates in zip(to_search, found, strict=True):
        if isinstance(candidates, IntegrationError):
            orders[index] = candidates
            continue
        request = requests[index]
        candidates = [
            candidate
            for candidate in candidates
            if candidate["remote_id"] not in request.get("not_ours", ())
        ]
        sure = [item for item in candidates if _is_certain(request, item)]
        if len(sure) == 1:
            certain[index] = sure[0]["remote_id"]
        elif candidates:
            orders[index] = _get_doubt(request, candidates)
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


def _is_certain(request, candidate):
    """Our number, our amount and our date."""
    name = request["compared"]
    return (
        bool(candidate["our_number"])
        and candidate["our_number"] == request["order"]["number"]
        and candidate["currency"] == request["currency"]
        and candidate["order_date"] == request["order"]["order_date"]
        and is_within(
            to_decimal(candidate[name]) - to_decimal(request[name]),
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

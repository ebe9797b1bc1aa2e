"""From our complaint to the one over there: found, made, or changed. Plain Python, runs
in a thread."""

from odoo.addons.integration_customer.fingerprint import get_fingerprints
from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    find_stop,
    get_hold_back,
)

_lt = TextMaker(__name__)

# what we own of a complaint; the rest is theirs
OWN_FIELDS = ("text", "product_id", "quantity")


def get_marks(values):
    """Fingerprints of what we own.

    :param dict values: ``ComplaintRequest`` or ``ComplaintState``
    """
    return get_fingerprints(values, OWN_FIELDS)


def send_complaints(client, requests):
    """
    :param list requests: dicts ``complaint`` (``ComplaintRequest``), ``remote_id`` (""
        for one that is not linked), ``sent`` and ``received`` (fingerprints),
        ``is_called_off`` of one that is not to be changed any more
    :return: per request ``{"state", "marks", "overwritten"}`` or an IntegrationError
    """
    states = _find(client, requests)
    updates, answers = {}, list(states)
    to_create = []
    for index, (request, state) in enumerate(zip(requests, states, strict=True)):
        if isinstance(state, IntegrationError):
            continue
        if state is not None:
            # of one that was cancelled here, what has become of it is to be known alone
            is_called_off = request.get("is_called_off")
            fields = [] if is_called_off else _get_changed(request, state)
            answers[index] = {
                "state": state,
                "overwritten": _get_overwritten(request, state, fields),
            }
            if fields:
                updates[index] = {
                    "remote_id": state["remote_id"],
                    "complaint": request["complaint"],
                    "fields": fields,
                }
        elif request["remote_id"]:
            answers[index] = ValidationError(
                _lt(
                    "The complaint was deleted in the ERP. If it still stands,"
                    " duplicate it here and send the copy."
                )
            )
        elif error := get_hold_back(request.get("unsettled_until")):
            answers[index] = error
        else:
            to_create.append(index)
    _create(client, requests, answers, to_create)
    if stop := find_stop([answers[index] for index in to_create]):
        # nothing more is sent: the next try looks first
        answers = [
            stop if index in updates else item for index, item in enumerate(answers)
        ]
    else:
        _update(client, answers, updates)
    for request, answer in zip(requests, answers, strict=True):
        if not isinstance(answer, IntegrationError):
            theirs = get_marks(answer["state"])
            is_ours = not request.get("is_called_off")
            answer["marks"] = {
                "sent": get_marks(request["complaint"]) if is_ours else theirs,
                "received": theirs,
            }
    return answers


def _find(client, requests):
    """:return: per request a state, None, or an error"""
    keys = [item["complaint"]["key"] for item in requests if not item["remote_id"]]
    found = client.complaint_find(keys) if keys else {}
    ids = [item["remote_id"] for item in requests if item["remote_id"]]
    read = dict(zip(ids, client.complaint_read(ids), strict=True)) if ids else {}
    return [
        read[item["remote_id"]]
        if item["remote_id"]
        else found.get(item["complaint"]["key"])
        for item in requests
    ]


def _get_changed(request, state):
    """Fields we have changed since they were sent; of one that was found, those that
    differ."""
    ours = get_marks(request["complaint"])
    known = request["sent"] or get_marks(state)
    return [name for name in OWN_FIELDS if ours[name] != known.get(name)]


def _get_overwritten(request, state, fields):
    """What they have changed meanwhile and ours is put in place of.

    :return: list of ``[field, theirs]``
    """
    theirs, ours = get_marks(state), get_marks(request["complaint"])
    return [
        [name, state[name]]
        for name in fields
        if request["received"]
        and theirs[name] != request["received"].get(name)
        and theirs[name] != ours[name]
    ]


def _create(client, requests, answers, indexes):
    if not indexes:
        return
    created = client.complaint_create(
        [requests[index]["complaint"] for index in indexes]
    )
    for index, state in zip(indexes, created, strict=True):
        answers[index] = (
            state
            if isinstance(state, IntegrationError)
            else {"state": state, "overwritten": []}
        )


def _update(client, answers, updates):
    if not updates:
        return
    outcomes = client.complaint_update(list(updates.values()))
    written = []
    for index, outcome in zip(updates, outcomes, strict=True):
        if isinstance(outcome, IntegrationError):
            answers[index] = outcome
        else:
            written.append(index)
    if not written:
        return
    states = client.complaint_read([updates[index]["remote_id"] for index in written])
    for index, state in zip(written, states, strict=True):
        if state is not None:
            answers[index]["state"] = state

"""From a summary here to the one over there: found, made, replaced or taken away. Plain
Python, runs in a thread."""

import hashlib

from odoo.addons.integration_hub.client import (
    IntegrationError,
    find_stop,
    get_hold_back,
)


def get_hash(text):
    """Fingerprint of a summary; how its lines end makes no difference."""
    clean = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.blake2b(clean.encode(), digest_size=12).hexdigest()


def send_summaries(client, requests):
    """
    :param list requests: dicts ``summary`` (``contract.Summary``; with an empty text it is
        to be taken away) and ``received`` (fingerprint of what stood there after the last
        time, "" for none)
    :return: per request a dict ``state`` (``SummaryState`` or None) and ``overwritten``
        (text somebody had changed there, or ""), or an IntegrationError
    """
    found = client.feedback_find([item["summary"]["key"] for item in requests])
    answers = [None] * len(requests)
    to_create, to_update, to_delete = [], [], []
    for index, request in enumerate(requests):
        summary = request["summary"]
        state = found.get(summary["key"])
        if not summary["text"]:
            answers[index] = {"state": None, "overwritten": ""}
            if state:
                to_delete.append((index, state["remote_id"]))
        elif not state:
            hold_back = get_hold_back(request.get("unsettled_until"))
            answers[index] = hold_back
            if not hold_back:
                to_create.append(index)
        else:
            answers[index] = {
                "state": state,
                "overwritten": _get_overwritten(request, state),
            }
            is_same = get_hash(state["text"]) == get_hash(summary["text"])
            if not is_same or state["product_id"] != summary["product_id"]:
                to_update.append(index)
    created = to_create and client.feedback_create(
        [requests[index]["summary"] for index in to_create]
    )
    _settle(answers, to_create, created)
    rest = [*to_update, *(index for index, _remote_id in to_delete)]
    if stop := find_stop(created):
        # nothing more is sent: the next try looks first
        _settle(answers, rest, [stop] * len(rest))
        return answers
    updated = to_update and client.feedback_update(
        [
            {
                "remote_id": answers[index]["state"]["remote_id"],
                "summary": requests[index]["summary"],
            }
            for index in to_update
        ]
    )
    _settle(answers, to_update, updated)
    if stop := find_stop(updated):
        rest = rest[len(to_update) :]
        _settle(answers, rest, [stop] * len(rest))
        return answers
    if to_delete:
        outcomes = client.feedback_delete(
            [remote_id for _index, remote_id in to_delete]
        )
        for (index, _remote_id), outcome in zip(to_delete, outcomes, strict=True):
            if isinstance(outcome, IntegrationError):
                answers[index] = outcome
    return answers


def _settle(answers, indexes, states):
    for index, state in zip(indexes, states, strict=True):
        if isinstance(state, IntegrationError):
            answers[index] = state
        else:
            answers[index] = {**(answers[index] or {"overwritten": ""}), "state": state}


def _get_overwritten(request, state):
    """The summary is ours: what somebody has written into it is put on record."""
    theirs = get_hash(state["text"])
    is_changed = request["received"] and theirs != request["received"]
    return (
        state["text"]
        if is_changed and theirs != get_hash(request["summary"]["text"])
        else ""
    )

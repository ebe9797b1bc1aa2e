"""The remote half of an update, run in a thread: read, compare, write, read again."""

from odoo.addons.integration_hub.client import (
    IntegrationError,
    TextMaker,
    ValidationError,
    get_hold_back,
)

from .compare import get_country_code, prepare_update
from .fingerprint import (
    PARTY_FIELDS,
    get_fields,
    get_fingerprints,
    normalize,
    pack,
    settle,
)

_lt = TextMaker(__name__)


def update_parties(client, requests):
    """Send what has changed, in batches, without repeating anything: a write that got lost
    is seen when the record is read again, and nothing follows it while it may still come.

    :param list requests: ``remote_id``, ``party``, ``fields``, ``link`` (``sent``,
        ``received``), ``links`` (the same with ``remote_id``, by address key), or
        ``is_same`` alone; ``unsettled_until`` of the lane
    :return: per request ``{"is_same": True}``, or the marks and links to keep, with
        ``overwritten`` and ``kept``; or an ``IntegrationError``
    """
    answers = [{"is_same": True} for _request in requests]
    todo = [index for index, item in enumerate(requests) if not item.get("is_same")]
    if not todo:
        return answers
    states = client.party_read([requests[index]["remote_id"] for index in todo])
    plans = {}
    for index, state in zip(todo, states, strict=True):
        if state is None:
            answers[index] = _get_gone_error(requests[index])
        else:
            plans[index] = {
                **prepare_update(requests[index], state),
                "state": state,
            }
    _write(client, requests, plans, answers)
    _add_missing(client, requests, plans, answers)
    _note_states(client, requests, plans, answers)
    return answers


def complete_addresses(client, requests, answers):
    """See to the addresses of customers that were found: those that are not there are made.

    :param list requests: with ``party`` and ``unsettled_until`` of the lane; of customers
        linked before ``address_ids`` may say which addresses are
    :param list answers: of the same length: those whose ``addresses`` are None get them
    """
    open_indexes = [
        index
        for index, answer in enumerate(answers)
        if isinstance(answer, dict) and answer.get("addresses", ()) is None
    ]
    if not open_indexes:
        return
    found = client.party_addresses(
        [
            {
                "party_id": answers[index]["remote_id"],
                "addresses": [
                    address
                    for address in requests[index]["party"]["addresses"]
                    if address["key"] not in requests[index].get("address_ids", ())
                ],
                "unsettled_until": requests[index].get("unsettled_until"),
            }
            for index in open_indexes
        ]
    )
    for index, addresses in zip(open_indexes, found, strict=True):
        if isinstance(addresses, IntegrationError):
            answers[index] = addresses
        else:
            # of a replay: those that are linked are not looked for
            known = requests[index].get("address_ids", {})
            answers[index]["addresses"] = {**known, **addresses}


def read_states(client, requests, answers):
    """Add to the answers of customers just found or created what stands there now: later
    changes are compared with it. Fails softly: without it they are compared with less.

    :param list requests: with ``party``
    :param list answers: of the same length: with ``remote_id`` and ``addresses``, or errors
    """
    # a client of an older system addon may not read customers
    if not hasattr(client, "party_read"):
        return
    open_indexes = [
        index
        for index, answer in enumerate(answers)
        if isinstance(answer, dict)
        and answer.get("remote_id")
        # a replay of one that is linked: nothing of it was written
        and "address_ids" not in requests[index]
    ]
    if not open_indexes:
        return
    try:
        states = client.party_read(
            [answers[index]["remote_id"] for index in open_indexes]
        )
    except IntegrationError:
        return
    for index, state in zip(open_indexes, states, strict=True):
        if state is not None:
            party = requests[index]["party"]
            answers[index]["marks"] = get_marks(
                party, state, answers[index]["addresses"]
            )
            if answers[index].get("rule") != "created":
                answers[index]["differing"] = get_differing(party, state)


def get_marks(party, state, links, request=None, settled=None):
    """Fingerprints of both sides, to be kept with the links.

    :param dict request: of an update: ``link`` and ``links``, what was known before
    :param dict settled: of an update, see :func:`.compare.prepare_update`: what else was
        changed there is news to us still, and to be taken over
    :return: ``{"party": {"sent", "received"}, "addresses": {key: {"sent", "received"}}}``
    """
    country_code = get_country_code(party)
    theirs = {
        address["remote_id"]: address
        for address in (state or {"addresses": []})["addresses"]
    }
    request, settled = request or {}, settled or {}
    marks = {
        "party": _get_pair(
            party,
            state,
            PARTY_FIELDS,
            country_code,
            request.get("link"),
            settled.get("", ()),
        ),
        "addresses": {},
    }
    for address in party["addresses"]:
        key = address["key"]
        if remote_id := links.get(key):
            known = request.get("links", {}).get(key)
            if known and known["remote_id"] != remote_id:
                # of another address
                known = None
            marks["addresses"][key] = _get_pair(
                address,
                theirs.get(remote_id),
                get_fields(address),
                known=known,
                settled=settled.get(key, ()),
            )
    return marks


def get_differing(party, state):
    """What a customer that was found has there that is filled in here and differs.

    :return: list of ``[whose, field, theirs, ours]``
    """
    country_code = get_country_code(party)
    return [
        [party["name"], name, state[name], party[name]]
        for name in PARTY_FIELDS
        if name in party
        and name in state
        # each system has its own names of languages
        and name not in ("active", "lang")
        and (ours := normalize(name, party[name], country_code))
        and ours != normalize(name, state[name], country_code)
    ]


def _get_pair(ours, theirs, names, country_code="", known=None, settled=()):
    names = [name for name in names if name in ours]
    sent = get_fingerprints(ours, names, country_code)
    # not read: then it is what was written
    received = get_fingerprints(theirs, names, country_code) if theirs else sent
    if known:
        new = {name for name in names if name not in known["received"]}
        _sent, received = settle(known, sent, received, new | settled)
    return {"sent": pack(sent), "received": pack(received)}


def _write(client, requests, plans, answers):
    writing = []
    for index, plan in plans.items():
        if not plan["update"]:
            continue
        if hold_back := get_hold_back(requests[index].get("unsettled_until")):
            # what a lost call may still write must not come after this
            answers[index] = hold_back
        else:
            writing.append(index)
    if not writing:
        return
    outcomes = client.party_update([plans[index]["update"] for index in writing])
    for index, outcome in zip(writing, outcomes, strict=True):
        if isinstance(outcome, IntegrationError):
            answers[index] = outcome


def _add_missing(client, requests, plans, answers):
    """Contacts and addresses that are not there yet."""
    adding = [
        index
        for index, plan in plans.items()
        if plan["missing"] and isinstance(answers[index], dict)
    ]
    if not adding:
        return
    found = client.party_addresses(
        [
            {
                "party_id": requests[index]["remote_id"],
                "addresses": plans[index]["missing"],
                "unsettled_until": requests[index].get("unsettled_until"),
            }
            for index in adding
        ]
    )
    for index, addresses in zip(adding, found, strict=True):
        if isinstance(addresses, IntegrationError):
            answers[index] = addresses
        else:
            plans[index]["links"].update(addresses)


def _note_states(client, requests, plans, answers):
    done = [index for index in plans if isinstance(answers[index], dict)]
    if not done:
        return
    try:
        states = client.party_read([requests[index]["remote_id"] for index in done])
    except IntegrationError:
        # it is written all the same; only what it looks like there is not known
        states = [_foresee(plans[index]) for index in done]
    for index, state in zip(done, states, strict=True):
        plan = plans[index]
        answers[index] = {
            "marks": get_marks(
                requests[index]["party"],
                state,
                plan["links"],
                requests[index],
                plan["settled"],
            ),
            "addresses": plan["links"],
            "is_written": bool(plan["update"] or plan["missing"]),
            "overwritten": plan["overwritten"],
            "kept": plan["kept"],
        }


def _foresee(plan):
    """:return: ``contract.PartyState`` as it was read, with what was written since"""
    state, update = plan["state"], plan["update"]
    if not update:
        return state
    written = {item["remote_id"]: item for item in update["addresses"]}
    return {
        **state,
        **{name: update["party"][name] for name in update["fields"]},
        "addresses": [
            {
                **address,
                **{name: item["address"][name] for name in item["fields"]},
            }
            if (item := written.get(address["remote_id"]))
            else address
            for address in state["addresses"]
        ],
    }


def _get_gone_error(request):
    return ValidationError(
        _lt(
            "%(customer)s is no longer in the ERP. Merged or deleted there?"
            " Delete its external ID, and it is looked for anew when it is sent"
            " next.",
            customer=request["party"]["name"],
        )
    )

"""Customers found over there, else created. Plain Python, runs in a thread."""

from odoo.addons.integration_hub.client import (
    AmbiguousMatchError,
    IntegrationError,
    TextMaker,
    get_hold_back,
)
from odoo.addons.integration_hub.client.matching import (
    normalize_email,
    normalize_text,
    normalize_vat,
)

from .compare import get_country_code

_lt = TextMaker(__name__)

# of a match by these a person says whether it is the customer
UNSURE_RULES = ("name", "archived")
# what we create can be found by; our reference is all that some of it bears
OWN_RULES = ("key", "code")


def take_distinct(indexes, requests):
    """:return: ``(those that can't be one another, the others)``"""
    seen, first, later = set(), [], []
    for index in indexes:
        marks = _get_marks(requests[index]["party"])
        (later if marks & seen else first).append(index)
        seen |= marks
    return first, later


def _get_marks(party):
    """What a customer is found by, as clients compare it, however it is written here."""
    marks = {
        ("vat", normalize_vat(party["vat"], get_country_code(party))),
        ("email", normalize_email(party["email"])),
    }
    if party["code"]:
        marks.add(("code", f"{party['code']} {normalize_text(party['name'])}"))
    return {mark for mark in marks if mark[1]}


def _get_parties(request):
    parties = [request["party"]]
    return [
        *parties,
        *(lost for lost in request.get("lost", ()) if lost not in parties),
    ]


def _match(client, requests, indexes):
    """:return: list of ``(index, its matches or an error)``; what a lost call may have made
    is looked for as that call had it, too"""
    wanted = [
        (index, party) for index in indexes for party in _get_parties(requests[index])
    ]
    found = {}
    answers = client.party_match([party for _index, party in wanted])
    for (index, _party), matches in zip(wanted, answers, strict=True):
        known = found.setdefault(index, {})
        if isinstance(known, IntegrationError):
            continue
        if isinstance(matches, IntegrationError):
            found[index] = matches
            continue
        for match in matches:
            known.setdefault(match["remote_id"], match)
    return [
        (index, known if isinstance(known, IntegrationError) else list(known.values()))
        for index, known in found.items()
    ]


def get_known_addresses(request):
    """What is known of the addresses of a customer that is there: nothing, they are seen to;
    but to those of one that was cancelled here nothing is added."""
    return {} if request.get("is_called_off") else None


def match_or_create(client, requests, answers, indexes):
    to_create = []
    for index, found in _match(client, requests, indexes):
        request = requests[index]
        if isinstance(found, IntegrationError):
            answers[index] = found
            continue
        if request["is_new"]:
            # only what we have created ourselves counts, and none that a person has
            # ruled out; without a key that could be whatever was not there then
            found = [
                match
                for match in found
                if match["remote_id"] not in request["ruled_out"]
                and (match["rule"] in OWN_RULES or not client.stores_key)
            ]
        if len(found) > 1 or (found and found[0]["rule"] in UNSURE_RULES):
            answers[index] = _get_ambiguity(request["party"], found)
        elif found:
            answers[index] = {
                "remote_id": found[0]["remote_id"],
                "number": found[0]["number"],
                "name": found[0]["name"],
                "url": found[0]["url"],
                "rule": found[0]["rule"],
                "addresses": get_known_addresses(request),
            }
        elif error := get_hold_back(request.get("unsettled_until")):
            answers[index] = error
        else:
            to_create.append(index)
    if not to_create:
        return
    created = client.party_create([requests[index]["party"] for index in to_create])
    for index, answer in zip(to_create, created, strict=True):
        if not isinstance(answer, IntegrationError):
            answer = {**answer, "rule": "created"}
        answers[index] = answer


def _get_ambiguity(party, matches):
    names = ", ".join(f"{match['name']} ({match['number']})" for match in matches[:5])
    if matches[0]["rule"] == "archived":
        text = _lt(
            "%(customer)s is in the ERP, but archived there: %(names)s. Restore it there"
            " and choose it, or have a new customer created.",
            customer=party["name"],
            names=names,
        )
    else:
        text = _lt(
            "Several customers in the ERP could be %(customer)s: %(names)s."
            " Choose the right one.",
            customer=party["name"],
            names=names,
        )
    return AmbiguousMatchError(
        text,
        candidates=[
            {
                "id": match["remote_id"],
                "number": match["number"],
                "name": match["name"],
                "detail": match["detail"],
                "url": match["url"],
                "rule": match["rule"],
            }
            for match in matches
        ],
    )

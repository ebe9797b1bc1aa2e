"""Which fields of a customer are sent, which are kept: three-way, field by field.

Ownership (requirements §4). The ERP owns the VAT number and the legal and invoicing
address of a company, unless an administrator says otherwise: once they were changed there,
they are kept there. The rest is ours: it goes over, and what it replaces is put on record.
A change on one side only is no conflict: ours is sent; theirs is left alone here, and what
of it the ERP owns comes by ``takeover.py``.
"""

from odoo.addons.integration_hub.client.matching import is_empty_address

from .fingerprint import (
    ADDRESS_FIELDS,
    PARTY_FIELDS,
    PLACE_FIELDS,
    QUIET_FIELDS,
    get_fields,
    get_fingerprints,
    normalize,
)

#: written together, as one means little without the other
REGION_FIELDS = ("country_code", "state_code")
#: what the ERP owns unless somebody says otherwise, see :func:`get_erp_owned`
DEFAULT_RULES = {"fields": ["vat", *PLACE_FIELDS], "is_everywhere": False}


def get_country_code(party):
    return party["addresses"][0]["country_code"] if party["addresses"] else ""


def get_sent_fields(address, party_fields):
    """Fields of an address that are sent: archived ones stay as they are there where
    archived customers do.

    :param party_fields: those of the customer that are sent
    """
    return [
        name
        for name in get_fields(address)
        if name != "active" or "active" in party_fields
    ]


def get_erp_owned(party, address=None, rules=None):
    """Fields that belong to the ERP once they were changed there.

    :param dict rules: ``fields``: what the ERP owns of customers, and of the legal and
        invoicing addresses of companies; ``is_everywhere``: of all addresses and contacts
    """
    rules = rules or DEFAULT_RULES
    fields = set(rules["fields"])
    if address is None:
        return fields & set(PARTY_FIELDS)
    if address["kind"] == "invoice" or rules["is_everywhere"]:
        return fields & set(ADDRESS_FIELDS)
    is_legal = address["kind"] == "main" or shares_main_address(party, address)
    if is_legal and party["is_company"]:
        return fields & set(PLACE_FIELDS)
    return set()


def shares_main_address(party, address):
    """A contact person at the address of the company."""
    main = party["addresses"][0]
    return (
        address["kind"] == "contact"
        and main["kind"] == "main"
        and _is_same_place(address, main)
    )


def _is_same_place(address, other):
    return all(
        normalize(name, address[name]) == normalize(name, other[name])
        for name in PLACE_FIELDS
    )


def compare(ours, theirs, names, sent, received, owned, country_code=""):
    """Compare two records that are one.

    :param dict ours: values here
    :param dict theirs: values there
    :param names: fields to compare
    :param dict sent: fingerprints of ours when last sent; empty: never
    :param dict received: fingerprints of theirs right after that; empty: not known
    :param owned: fields the other system owns
    :return: ``(changes, overwritten, kept)``: names of the fields to write, and lists of
        ``[field, theirs, ours]`` changed on both sides, of either outcome
    """
    changes, overwritten, kept = [], [], []
    our_marks = get_fingerprints(ours, names, country_code)
    their_marks = get_fingerprints(theirs, names, country_code)
    differing = [name for name in names if our_marks[name] != their_marks[name]]
    changed_there = {
        name
        for name in differing
        if (
            received[name] != their_marks[name]
            if name in received
            else name not in sent and normalize(name, theirs.get(name), country_code)
        )
    }
    for name in differing:
        if name in sent and sent[name] == our_marks[name]:
            # not changed here: written differently there, or changed there alone
            continue
        is_empty = not normalize(name, ours.get(name), country_code)
        if is_empty and name not in sent:
            # never sent: an empty field here says nothing about theirs
            continue
        is_empty_there = not normalize(name, theirs.get(name), country_code)
        if name in QUIET_FIELDS and name not in sent and not is_empty_there:
            continue
        if name in changed_there and not is_empty_there:
            item = [name, theirs.get(name), ours.get(name)]
            if name in owned:
                kept.append(item)
                continue
            overwritten.append(item)
        changes.append(name)
    place = {name for name in differing if name in PLACE_FIELDS and name in owned}
    changed_here = place & {*changes, *_get_names(kept)}
    if changed_here and place & changed_there and not is_empty_address(theirs):
        # an address is one thing: half of ours and half of theirs is nowhere
        changes = [name for name in changes if name not in place]
        overwritten = [item for item in overwritten if item[0] not in place]
        kept = [item for item in kept if item[0] not in place]
        kept += [
            [name, theirs.get(name), ours.get(name)]
            for name in differing
            if name in place
        ]
    if set(changes) & set(REGION_FIELDS):
        changes = list(dict.fromkeys([*changes, *REGION_FIELDS]))
    return changes, overwritten, kept


def _get_names(items):
    return [name for name, _theirs, _ours in items]


def prepare_update(request, state):
    """What is to be written over there for one customer.

    :param dict request: of the handler: ``party``, ``fields``, ``link``, ``links``, and
        ``owned``, see :func:`get_erp_owned`
    :param dict state: ``contract.PartyState``, as it stands there
    :return: dict with ``update`` (``contract.PartyUpdate`` or None), ``missing`` (addresses
        to find or create), ``overwritten`` and ``kept`` (lists of ``[whose, field, theirs,
        ours]``), ``links`` (address key -> remote id), ``settled`` (address key, or "" for
        the customer itself -> fields that are written or kept, see
        :func:`.fingerprint.settle`)
    """
    party = request["party"]
    country_code = get_country_code(party)
    changes, overwritten, kept = compare(
        party,
        state,
        [name for name in request["fields"] if name in party and name in state],
        request["link"]["sent"],
        request["link"]["received"],
        get_erp_owned(party, rules=request.get("owned")),
        country_code,
    )
    found = {
        "overwritten": [[party["name"], *item] for item in overwritten],
        "kept": [[party["name"], *item] for item in kept],
        "missing": [],
        "links": {},
        "settled": {"": _get_settled(changes, kept)},
    }
    theirs = {address["remote_id"]: address for address in state["addresses"]}
    updates = []
    for address in party["addresses"]:
        link = request["links"].get(address["key"]) or {}
        remote_id = link.get("remote_id")
        if not remote_id and address["kind"] == "main":
            remote_id = state["main_address_id"]
        if remote_id not in theirs:
            if address["active"]:
                found["missing"].append(address)
            continue
        found["links"][address["key"]] = remote_id
        names, overwritten, kept = compare(
            address,
            theirs[remote_id],
            [
                name
                for name in get_sent_fields(address, request["fields"])
                if name in theirs[remote_id]
            ],
            link.get("sent") or {},
            link.get("received") or {},
            get_erp_owned(party, address, request.get("owned")),
        )
        found["settled"][address["key"]] = _get_settled(names, kept)
        found["overwritten"] += [[address["name"], *item] for item in overwritten]
        main = theirs.get(found["links"].get(party["addresses"][0]["key"]))
        if not (
            main
            and shares_main_address(party, address)
            and _is_same_place(theirs[remote_id], main)
        ):
            # else it moved along there: it is told of the company's own address
            found["kept"] += [[address["name"], *item] for item in kept]
        if names:
            updates.append(
                {"remote_id": remote_id, "address": address, "fields": names}
            )
    found["update"] = None
    if changes or updates:
        found["update"] = {
            "remote_id": state["remote_id"],
            "party": party,
            "fields": changes,
            "former_code": _get_former_code(state, request["link"]["sent"]),
            "addresses": updates,
        }
    return found


def _get_settled(changes, kept):
    settled = {*changes, *_get_names(kept)}
    if "state_code" in settled:
        # where a system knows no such state, it is written beside the city
        settled.add("city")
    return settled


def _get_former_code(state, sent):
    """The reference over there, where it is the one that was sent last."""
    code = state.get("code") or ""
    marks = get_fingerprints({"code": code}, ["code"])
    return code if sent.get("code") == marks["code"] else ""

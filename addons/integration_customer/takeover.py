"""What of a customer was changed over there and is taken over here. Plain Python.

The other half of ``compare.py``, by the same fingerprints and the same ownership: of what
the ERP owns, its changes come over; the rest is ours and stays.
"""

from odoo.addons.integration_hub.client.matching import is_empty_address

from .compare import get_country_code, get_erp_owned
from .fingerprint import (
    PARTY_FIELDS,
    PLACE_FIELDS,
    get_fields,
    get_fingerprints,
    normalize,
    settle,
)


class Side:
    """A customer, or one of its addresses, as it stands on both sides.

    :param str key: of the address; "" for the customer itself
    :param dict ours: ``contract.Party`` or ``contract.Address``
    :param dict theirs: ``contract.PartyState`` or ``contract.AddressState``
    :param dict known: fingerprints ``sent`` and ``received``
    :param set owned: fields the ERP owns
    :param bool is_missed: a person is told when it was archived there
    """

    def __init__(
        self, key, ours, theirs, known, owned, country_code="", *, is_missed=False
    ):
        self.key = key
        self.ours = ours
        self.theirs = theirs
        self.known = known
        self.owned = owned
        self.country_code = country_code
        self.is_missed = is_missed
        fields = get_fields(ours) if key else PARTY_FIELDS
        if is_missed and "active" not in fields:
            # of the main address it is not sent: it comes and goes with the customer
            if not theirs["active"] or "active" in known["received"]:
                fields = (*fields, "active")
        self.names = [name for name in fields if name in ours and name in theirs]
        #: fields that become theirs
        self.taken = []
        #: fields changed on both sides: each keeps its own, and a person is told
        self.kept = []
        self.is_archived_there = False
        self.is_main = bool(key) and ours["kind"] == "main"

    def compare(self):
        theirs = get_fingerprints(self.theirs, self.names, self.country_code)
        ours = get_fingerprints(self.ours, self.names, self.country_code)
        sent, received = self.known["sent"], self.known["received"]
        differing = [name for name in self.names if ours[name] != theirs[name]]
        changed_there = [
            name
            for name in differing
            if name in received and received[name] != theirs[name]
        ]
        changed_here = {name for name in differing if sent.get(name) != ours[name]}
        # an address is one thing: half of ours and half of theirs is nowhere
        if changed_here & set(PLACE_FIELDS):
            changed_here |= set(PLACE_FIELDS)
        for name in changed_there:
            if name in self.owned and not self._is_emptied(name):
                (self.kept if name in changed_here else self.taken).append(name)
        if set(self.kept) & set(PLACE_FIELDS):
            self.kept += [
                name
                for name in differing
                if name in PLACE_FIELDS and name in self.owned and name not in self.kept
            ]
        self.is_archived_there = (
            self.is_missed
            and "active" in differing
            and self.ours["active"]
            # who is linked was there once
            and received.get("active") != theirs["active"]
        )

    def _is_emptied(self, name):
        """An address that says less than before is corrected; one without anything in it,
        or a VAT number that is gone, says nothing."""
        if name in PLACE_FIELDS:
            return is_empty_address(self.theirs)
        return not normalize(name, self.theirs[name], self.country_code)

    def get_rows(self, names):
        """:return: list of ``[whose, field, theirs, ours]``"""
        return [
            [self.ours["name"], name, self.theirs[name], self.ours[name]]
            for name in names
        ]

    def get_marks(self, ours, country_code=""):
        """Fingerprints of both sides after the takeover.

        :param dict ours: as it stands by now
        :return: ``(sent, received)``
        """
        their_marks = get_fingerprints(self.theirs, self.names, country_code)
        sent, received = settle(
            self.known,
            get_fingerprints(ours, self.names, country_code),
            their_marks,
            {*self.taken, *self.kept},
        )
        if self.is_archived_there:
            received["active"] = their_marks["active"]
        return sent, received


def find_changes(party, state, known, rules):
    """
    :param dict party: ``contract.Party``, as it stands here
    :param dict state: ``contract.PartyState``, as it stands there
    :param dict known: ``link`` (``sent``, ``received``) and ``links`` (the same with
        ``remote_id``, by address key)
    :param dict rules: see :func:`.compare.get_erp_owned`
    :return: ``(sides, links)``: what can be compared, and the remote ids of its addresses,
        by their keys
    """
    country_code = get_country_code(party)
    owned = get_erp_owned(party, rules=rules)
    sides = [Side("", party, state, known["link"], owned, country_code, is_missed=True)]
    theirs = {address["remote_id"]: address for address in state["addresses"]}
    links = _find_counterparts(party, state, known["links"], theirs)
    for address in party["addresses"]:
        key = address["key"]
        if key not in links:
            continue
        owned = get_erp_owned(party, address, rules)
        if address["kind"] == "contact":
            # the place of a contact is its company's: it moves along with that one
            owned -= set(PLACE_FIELDS)
        sides.append(
            Side(
                key,
                address,
                theirs[links[key]],
                known["links"][key],
                owned,
                # of an archived customer it goes without saying; contacts and delivery
                # addresses come and go by what is said here
                is_missed=state["active"] if address["kind"] == "main" else bool(owned),
            )
        )
    # of what was never compared nobody knows who has changed it
    sides = [side for side in sides if side.known["sent"] and side.known["received"]]
    for side in sides:
        side.compare()
    return sides, links


def _find_counterparts(party, state, links, theirs):
    """:return: dict ``{address key: remote id}`` of those that are there"""
    found = {
        key: link["remote_id"]
        for key, link in links.items()
        if link["remote_id"] in theirs
    }
    main = party["addresses"][0]["key"]
    # of an archived customer it is archived along, in Odoo: that is no correction
    if main in found and state["active"] and not theirs[found[main]]["active"]:
        # people correct an address by archiving it and entering another one
        if successor := _find_successor(state, found.values()):
            found[main] = successor
    return found


def _find_successor(state, linked):
    """:return: remote id of the legal address where the former one was archived; None
    where nobody can tell"""
    others = [
        address["remote_id"]
        for address in state["addresses"]
        if address["active"]
        and address["remote_id"] not in linked
        # where goods go is not where the customer is
        and address.get("kind") not in ("contact", "delivery")
    ]
    if state["main_address_id"] in others:
        return state["main_address_id"]
    return others[0] if len(others) == 1 else None

"""What the customer flow asks of a system's client, in plain data.

All values are JSON-safe strings; remote ids are strings. Each method takes and returns
*lists* and makes as few calls as the system allows. Where a list of requests goes in, a
list of the same length and order comes out, each item an answer or an
:class:`IntegrationError`; what concerns the whole system (network, authentication, rate
limit) may also be raised.

Matching customers and addresses
    ``party_match(parties)`` → per party a list of :class:`PartyMatch`, best rule first:
    our key, then our reference with the same name (``code``, where the system keeps it
    in the place of our key; not with another VAT number), then VAT, then e-mail, exactly;
    the first rule that hits ends the search. Archived ones with our key count as any other; found by another rule
    they come where none is found that is not archived, with the rule ``archived``: a
    person is then asked.
    Searched by ``name`` at last are a system that can't keep our key (``stores_key``
    False), and those of our reference and name with another VAT number: a person is then
    asked as well.
    ``party_create(parties)`` → per party a :class:`PartyAnswer` (party with all its
    addresses in one go). Callers have looked up by key before.
    ``party_addresses(requests)`` → per :class:`AddressRequest` a dict ``{address key:
    remote id}``: an address that is there already (same street, zip, city, country, name)
    is taken, else created. Where one is missing and ``client.get_hold_back`` gives an error
    for ``unsettled_until``, that is the answer, and nothing is created: a lost call may
    still be making it.
Changes
    ``party_read(remote_ids)`` → per id a :class:`PartyState`, archived ones too; None
    where it is gone.
    ``party_update(updates)`` → per :class:`PartyUpdate` True: the named fields are
    written, the others left alone; the addresses named are those of this customer.
    Writing the same twice does no harm.
    ``party_changes(cursor, limit)`` → ``{"remote_ids": [...], "cursor": str, "more":
    bool}``: customers that were changed at or after the cursor, overlap included, archived
    ones too; themselves, or by what belongs to them: an address, a contact, a VAT number.
    Each once a page; without a cursor all there are. Opaque to the caller; only the client
    reads its own cursor.
    ``party_archive(requests)`` → per ``{"kind": "party" | "address", "remote_id"}`` True;
    one that is archived or gone counts as success. Nothing is ever deleted.
"""

from typing import Literal, NotRequired, TypedDict


class Address(TypedDict):
    """One address or contact of a party. ``key`` is ours, unique per party."""

    key: str
    kind: Literal["main", "invoice", "delivery", "contact", "other"]
    name: str
    street: str
    street2: str
    zip: str
    city: str
    state_code: str  # ISO 3166-2 without the country, such as "CA"
    state_name: str
    country_code: str  # ISO 3166-1 alpha-2
    email: str
    phone: str
    active: bool


class Party(TypedDict):
    """A customer: company or person, with its addresses. The ``main`` one comes first."""

    key: str
    code: str  # our customer reference, may be empty
    name: str
    is_company: bool
    vat: str
    email: str
    phone: str
    website: str
    lang: str  # such as "nl_NL"
    active: bool
    addresses: list[Address]


class PartyMatch(TypedDict):
    remote_id: str
    number: str
    name: str
    detail: str  # what tells it from its like: city, VAT, e-mail
    url: str
    rule: Literal["key", "code", "vat", "email", "name", "archived"]


class PartyAnswer(TypedDict):
    remote_id: str
    number: str
    url: str
    addresses: dict[str, str]  # key of the address -> remote id


class AddressRequest(TypedDict):
    party_id: str
    addresses: list[Address]
    unsettled_until: NotRequired[float | None]  # seconds since 1970


class AddressState(TypedDict):
    """An address or contact as it stands there; inherited values are told as well."""

    remote_id: str
    name: str
    street: str
    street2: str
    zip: str
    city: str
    state_code: str
    country_code: str
    email: str
    phone: str
    # left out where the system knows no kinds
    kind: NotRequired[Literal["main", "invoice", "delivery", "contact", "other"]]
    active: bool


class PartyState(TypedDict):
    """A field the system has nothing for is left out: it is not compared, nor sent."""

    remote_id: str
    name: str
    vat: str
    email: str
    phone: str
    website: str
    code: NotRequired[str]  # our customer reference; "" where our key is in its place
    is_company: NotRequired[bool]
    lang: NotRequired[str]
    active: bool
    main_address_id: str
    addresses: list[AddressState]


class AddressUpdate(TypedDict):
    remote_id: str
    address: Address
    fields: list[str]  # of ``address`` that are written


class PartyUpdate(TypedDict):
    remote_id: str
    party: Party
    fields: list[str]  # of ``party`` that are written
    former_code: str  # the one of ours that stands there; "" where it is none of ours
    addresses: list[AddressUpdate]

"""Which address over there is one of ours. No calls."""

from odoo.addons.integration_hub.client.matching import (
    is_empty_address,
    is_same_address,
    normalize_text,
)


def is_at_home(contact, main):
    """A contact person whose address is that of the company."""
    return contact["kind"] == "contact" and is_same_address(
        {**contact, "name": ""}, {**main, "name": ""}
    )


def is_own_record(address, known):
    """Whether an address says more than where it is: whom to reach there, say.

    :param list known: of the customer, itself first; may be empty
    """
    names = {normalize_text(item.get("label")) for item in known[:1]}
    return bool(
        address["email"]
        or address["phone"]
        or normalize_text(address["name"]) not in {"", *names}
    )


def find_address(address, party_id, known):
    """The address that is there already, or None.

    :param dict address: of the contract
    :param list known: of the customer, as :meth:`PartyVerbs._read_addresses` gives them
    """
    for item in known:
        if item["ref"] == address["key"]:
            return item["id"]
    is_main = address["kind"] == "main"
    is_party = is_main or not is_own_record(address, known)
    if is_empty_address(address) and address["kind"] != "contact" and is_party:
        return party_id
    wanted = address
    if is_main:
        # the customer's own name, which may be written differently over there
        wanted = {**address, "name": ""}
    return next(
        (
            item["id"]
            for item in known
            if is_same_address(wanted, item)
            # the company itself is at that place as well, but is not this person
            and (item["id"] != party_id or (is_party and address["kind"] != "contact"))
        ),
        None,
    )

"""What was sent and what was there, kept field by field in a few characters. Plain Python.

Two fingerprints stand beside each link (``integration.external.id``): of our values when
they were last sent (``sent_hash``) and of theirs right afterwards (``received_hash``).
Who has changed a field since is then known without keeping any value. How the other
system writes a value (a phone number in its own format) makes no difference either.
"""

import hashlib
import re

from odoo.addons.integration_hub.client.matching import normalize_email, normalize_vat

PARTY_FIELDS = (
    "name",
    "vat",
    "email",
    "phone",
    "website",
    "code",
    "is_company",
    "lang",
    "active",
)
PLACE_FIELDS = ("street", "street2", "zip", "city", "state_code", "country_code")
# name, e-mail and phone of the main address are the customer's own
MAIN_FIELDS = PLACE_FIELDS
ADDRESS_FIELDS = ("name", *PLACE_FIELDS, "email", "phone", "kind", "active")
# Theirs stays as long as it is not known what ours was when it was sent last: links may
# be older than these fields, and each system has its own idea of them.
QUIET_FIELDS = ("code", "is_company", "lang", "kind")


def get_fields(address):
    """Fields of an address that go over, by its kind."""
    return MAIN_FIELDS if address["kind"] == "main" else ADDRESS_FIELDS


def normalize(name, value, country_code=""):
    """``value`` as it is compared: what people write differently and mean the same."""
    if isinstance(value, bool):
        return str(value)
    text = " ".join((value or "").split())
    if name == "vat":
        return normalize_vat(text.strip("/ "), country_code)
    if name == "email":
        return normalize_email(text)
    if name == "phone":
        return re.sub(r"[^0-9+]", "", text) or text
    if name == "website":
        return re.sub(r"^https?://|/$", "", text.lower())
    if name in ("country_code", "state_code"):
        return text.upper()
    if name == "zip":
        return text.replace(" ", "").upper()
    return text


def get_fingerprints(values, names, country_code=""):
    """:return: dict ``{field: fingerprint}``"""
    return {
        name: _hash(normalize(name, values.get(name), country_code)) for name in names
    }


def settle(known, ours, theirs, names):
    """What is known of both sides from now on. What differs and was neither sent, nor taken
    over, nor told to anybody stays compared with what was known before: its turn is yet to
    come.

    :param dict known: fingerprints ``sent`` and ``received``
    :param dict ours: fingerprints of our values
    :param dict theirs: of theirs, of the same fields
    :param names: fields that were sent, taken over or told
    :return: ``(sent, received)``
    """
    settled = {name for name in ours if ours[name] == theirs[name] or name in names}
    return tuple(
        {**known[side], **{name: marks[name] for name in settled}}
        for side, marks in (("sent", ours), ("received", theirs))
    )


def pack(fingerprints):
    """As text, for ``sent_hash`` and ``received_hash``."""
    return " ".join(f"{name}:{value}" for name, value in sorted(fingerprints.items()))


def unpack(text):
    return dict(item.split(":") for item in (text or "").split() if ":" in item)


def _hash(text):
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

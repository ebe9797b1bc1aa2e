"""Comparing what two systems say of one customer. Shared by the systems' clients."""

import re
import unicodedata

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
# what the CRM makes and the other system keeps: CRM-1a2b3c4d-P12
_OUR_KEY = re.compile(r"CRM-[0-9a-f]{8}-[A-Z]+[0-9-]+$")
#: Greece is GR as a country and EL in VAT numbers
VAT_PREFIXES = {"GR": "EL"}
#: what makes two addresses one: phone and e-mail may differ
ADDRESS_PARTS = ("street", "street2", "zip", "city", "country_code")


def is_our_key(text):
    """Whether this is a key of ours, of this database or another one, and so none that
    people have given."""
    return bool(_OUR_KEY.match(text or ""))


def normalize_vat(vat, country_code=""):
    """VAT number in capitals and digits only, such as ``NL123456789B01``.

    :param str vat: as people write it
    :param str country_code: put in front where ``vat`` bears no prefix of its own
    :return: ``""`` for none
    """
    text = _NOT_ALPHANUMERIC.sub("", (vat or "").upper())
    country_code = country_code.upper()
    prefix, number = (
        (text[:2], text[2:]) if text[:2].isalpha() else (country_code, text)
    )
    return VAT_PREFIXES.get(prefix, prefix) + number if text else ""


def normalize_email(email):
    """The address as it is compared: no spaces around it, lower case."""
    return (email or "").strip().lower()


def normalize_text(text):
    """Text as it is compared: case, spacing, punctuation and composition of accents make
    no difference; accents do."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    return " ".join(re.findall(r"\w+", text))


def is_empty_address(address):
    """Nothing in it to send anything to.

    :param dict address: an ``Address`` of ``integration_sale/contract.py``
    """
    return not any(address.get(part) for part in ("street", "street2", "zip", "city"))


def is_same_address(address, other):
    """Same place and same name; a name missing on either side makes no difference.

    :param dict address: with the keys of ``ADDRESS_PARTS`` and ``name``
    :param dict other: the same
    """
    names = {
        normalize_text(item.get("name"))
        for item in (address, other)
        if item.get("name")
    }
    return len(names) < 2 and all(
        _normalize_part(address, part) == _normalize_part(other, part)
        for part in ADDRESS_PARTS
    )


def _normalize_part(address, part):
    text = normalize_text(address.get(part))
    # "1011 AB" and "1011AB" are one postcode
    return text.replace(" ", "") if part == "zip" else text

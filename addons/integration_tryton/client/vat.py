"""VAT numbers: how ours and Tryton's are told to be the same. No calls."""

import re

# identifier type eu_vat takes the numbers of these (stdnum.eu.vat), prefix included
EU_PREFIXES = frozenset(
    "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    " XI".split()
)
# Greece is GR as a country and EL in VAT numbers
COUNTRY_PREFIXES = {"GR": "EL"}


def normalize_vat(vat):
    """``vat`` in capitals, without anything but letters and digits."""
    return re.sub(r"[^A-Z0-9]", "", vat.upper())


def split_vat(vat, country_code=""):
    """:return: (prefix, rest) of a normalised number; the country tells a missing prefix"""
    if vat[:2].isalpha():
        prefix, rest = vat[:2], vat[2:]
    else:
        prefix, rest = country_code.upper(), vat
    return COUNTRY_PREFIXES.get(prefix, prefix), rest


def get_search_codes(vat):
    """Ways Tryton may have stored a number: with its prefix (``eu_vat``) or without
    (``nl_vat`` …), compact or as a person typed it.

    :return: set of strings
    """
    normalized = normalize_vat(vat)
    prefix, rest = split_vat(normalized)
    codes = {vat.strip(), normalized}
    if prefix:
        codes |= {prefix + rest, rest}
    return codes


def is_same_vat(vat, identifier_type, code):
    """Whether an identifier of Tryton is our VAT number.

    A code without a prefix counts only when the type names the same country.
    """
    prefix, rest = split_vat(normalize_vat(vat))
    other = normalize_vat(code)
    if split_vat(other) == (prefix, rest) or other == normalize_vat(vat):
        return True
    type_country = (identifier_type or "").split("_")[0].upper()
    type_prefix = COUNTRY_PREFIXES.get(type_country, type_country)
    return bool(prefix) and type_prefix == prefix and other == rest


def get_identifier(vat, country_code, known_types):
    """Values of the identifier that shall hold a VAT number.

    :param known_types: identifier types this Tryton offers
    :return: dict ``{type, code}``; type None where no type fits: any text is taken then
    """
    normalized = normalize_vat(vat)
    prefix, rest = split_vat(normalized, country_code)
    if prefix in EU_PREFIXES and "eu_vat" in known_types:
        return {"type": "eu_vat", "code": prefix + rest}
    national = f"{prefix.lower()}_vat"
    if national in known_types:
        return {"type": national, "code": normalized}
    return {"type": None, "code": vat.strip()}

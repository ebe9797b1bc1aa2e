"""Texts of customers without who said them. Plain Python."""

import re

# "5@100" is a price
EMAIL = re.compile(r"[\w.+'’-]+@[^\W\d_][\w.-]*\w")
# as people write it so that programs don't see it
HIDDEN_EMAIL = re.compile(
    r"[\w.+'’-]+\s*[(\[{]\s*(?:at|@)\s*[)\]}]\s*[\w.-]*\w"
    r"(?:\s*(?:[(\[{]\s*dot\s*[)\]}]|\bdot\b)\s*\w+)*",
    re.IGNORECASE,
)
ACCOUNT = re.compile(r"(?<![\w@])@[^\W\d_][\w.]+\w")
LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
DIGITS = r"\+?\(?\d(?:[\s()./\-\u2010-\u2015\uff0d]*\d)"
# seven digits or more, however they are grouped: phone and account numbers
NUMBER = re.compile(rf"(?<!\d)(?<!\d[.,]){DIGITS}{{6,}}(?!\d)")
# shorter ones that are said to be such a number
PHONE = re.compile(
    r"\b(?:tel|telephone|phone|mob|mobile|gsm|fax|whatsapp|ext|extension)\b[\s.:]*"
    rf"{DIGITS}{{2,}}",
    re.IGNORECASE,
)
PATTERNS = (LINK, HIDDEN_EMAIL, EMAIL, ACCOUNT, IBAN, NUMBER, PHONE)
DOTS = "…"
LENGTH = 160
MOST = 20
# shorter parts of a name are words like any other
SHORTEST_NAME = 3
SHORTEST_PLACE = 4


def get_excerpt(text, names=(), places=(), length=LENGTH):
    """The beginning of ``text``, on one line, with what points to a person left out.

    :param str text: as somebody wrote it down
    :param names: of people and companies that are known to be meant; their parts are left
        out as well
    :param places: streets and postal codes of theirs; left out as a whole, and streets
        without their number as well
    :param int length: of the result, at most
    """
    # of more than this nothing is shown, whatever is left out
    clean = " ".join((text or "")[: MOST * length].split())
    # first: a house number and what follows it could pass for a phone number
    clean = _leave_out(clean, _get_places(places))
    for pattern in PATTERNS:
        clean = pattern.sub(DOTS, clean)
    clean = _leave_out(clean, _get_name_parts(names))
    clean = re.sub(rf"{DOTS}(?:[\s,;]*{DOTS})+", DOTS, clean)
    if len(clean) <= length:
        return clean
    return clean[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + DOTS


def _leave_out(text, parts):
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(
            rf"(?<!\w){re.escape(part)}(?!\w)", DOTS, text, flags=re.IGNORECASE
        )
    return text


def _get_places(places):
    found = set()
    for place in filter(None, places):
        clean = " ".join(place.split())
        found |= {
            clean,
            clean.replace(" ", ""),
            re.sub(r"[\s,]*\d+\s?\w?$", "", clean),
        }
    return {place for place in found if len(place) >= SHORTEST_PLACE}


def _get_name_parts(names):
    parts = set()
    for name in filter(None, names):
        parts.add(name.strip())
        parts |= set(re.findall(r"\w+", name))
    return {part for part in parts if len(part) >= SHORTEST_NAME}

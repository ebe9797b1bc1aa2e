"""Texts of customers without who said them. Plain Python."""

import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# seven digits or more, however they are grouped: phone and account numbers
NUMBER = re.compile(r"(?<![\w.,])\+?\(?\d(?:[\s()./-]*\d){6,}(?![\w])")
DOTS = "…"
LENGTH = 160
# shorter parts of a name are words like any other
SHORTEST_NAME = 3


def get_excerpt(text, names=(), length=LENGTH):
    """The beginning of ``text``, on one line, with what points to a person left out.

    :param str text: as somebody wrote it down
    :param names: of people and companies that are known to be meant; their parts are left
        out as well
    :param int length: of the result, at most
    """
    clean = " ".join((text or "").split())
    for pattern in (LINK, EMAIL, NUMBER):
        clean = pattern.sub(DOTS, clean)
    for name in sorted(_get_name_parts(names), key=len, reverse=True):
        clean = re.sub(
            rf"(?<!\w){re.escape(name)}(?!\w)", DOTS, clean, flags=re.IGNORECASE
        )
    clean = re.sub(rf"{DOTS}(?:[\s,;]*{DOTS})+", DOTS, clean)
    if len(clean) <= length:
        return clean
    return clean[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + DOTS


def _get_name_parts(names):
    parts = set()
    for name in filter(None, names):
        parts.add(name.strip())
        parts |= set(re.findall(r"\w+", name))
    return {part for part in parts if len(part) >= SHORTEST_NAME}

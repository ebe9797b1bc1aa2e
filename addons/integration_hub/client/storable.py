"""What other systems say, without the characters that a database can't keep."""

import re

# NUL, and lone halves of surrogate pairs: JSON can spell both, PostgreSQL takes neither
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def make_storable(value):
    """
    :param value: JSON-safe structure, or a str
    :return: a copy without characters that can't be kept; a str that has none is given
        back as it is
    """
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        return _UNSTORABLE.sub("", value) if _UNSTORABLE.search(value) else value
    if isinstance(value, dict):
        return {
            make_storable(name): make_storable(item) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [make_storable(item) for item in value]
    return value


def may_be_unstorable(text):
    """A quick look that spares most structures the long one.

    :param str text: the structure as JSON, with all but ASCII escaped
    """
    return "\\u0000" in text or "\\ud" in text

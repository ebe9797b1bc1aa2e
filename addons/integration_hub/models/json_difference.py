"""Differences of two JSON structures, in words for people."""

from typing import Any, NamedTuple

from ..client.redact import REDACTED, SECRET_NAMES
from ..json_diff import flatten

EMPTY = (None, "")


class Difference(NamedTuple):
    """One place at which two structures differ.

    :param tuple path: names and keys from the outside in
    :param before: plain value, None where there is none
    :param after: plain value, None where there is none
    """

    path: tuple
    before: Any
    after: Any


def get_differences(before, after):
    """Where two structures differ, in the order of the first; an empty text and none at
    all are the same.

    :return: list of :class:`Difference`
    """
    old, new = flatten(before), flatten(after)
    return [
        Difference(path, old.get(path), new.get(path))
        for path in [*old, *(path for path in new if path not in old)]
        if old.get(path) != new.get(path)
        and not (old.get(path) in EMPTY and new.get(path) in EMPTY)
    ]


def get_label(path):
    """``("order", "lines", "2", "unit_price")`` as “Order › Lines › 2 › Unit Price”."""
    return " › ".join(
        part.replace("_", " ").strip().title() if part.islower() else part
        for part in path
    )


def get_text(difference, value):
    """A plain value for people: nothing is a dash, and secrets stay secret."""
    if value in EMPTY:
        return "–"
    if any(part.lower() in SECRET_NAMES for part in difference.path):
        return REDACTED
    return str(value)

"""Between Odoo's JSON and the plain strings of the contract."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.integration_hub.client import (
    TextMaker,
    ValidationError,
)
from odoo.addons.integration_hub.client.words import get_noun

_lt = TextMaker(__name__)

# what a person maps; the rest is linked
MAPPED = ("currency", "payment term", "price list", "product", "tag", "tax", "unit")


def to_decimal_text(value, digits=None):
    """Decimal string of a float as Odoo shows it.

    :param value: float or int
    :param int digits: decimal places, such as a currency's; None: as many as it has
    """
    # repr() gives the shortest text that is the same float: 0.1, not 0.1000000000000000055
    number = Decimal(repr(value or 0))
    if digits is not None:
        number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        return f"{number:f}"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_float(text):
    """JSON has no decimals, and Odoo's own are floats."""
    return float(Decimal(text or "0"))


def to_id(text, what):
    """A remote id as number.

    :param str what: for the message, such as ``product``
    """
    try:
        return int(text)
    except (TypeError, ValueError):
        noun = get_noun(what)
        raise ValidationError(
            _lt(
                "“%(text)s” is no id of a %(what)s in Odoo. Correct the mapping.",
                text=text,
                what=noun,
            )
            if what in MAPPED
            else _lt(
                "“%(text)s” is no id of a %(what)s in Odoo. Link it again.",
                text=text,
                what=noun,
            )
        ) from None


def pick_ids(texts):
    """Remote ids as sorted numbers. What a person has mistyped is none of Odoo's: it must
    not keep the others from being read.

    :param texts: iterable of remote ids, some of them empty
    """
    return sorted({int(text) for text in texts if text and text.isdecimal()})


def read_text(row, name):
    """Value of a text field; Odoo says False for none."""
    return row.get(name) or ""


def read_id(row, name):
    """Id in a many2one ``[id, name]``, else None."""
    value = row.get(name)
    return value[0] if value else None


def read_name(row, name):
    """Name in a many2one ``[id, name]``, else ``""``."""
    value = row.get(name)
    return value[1] if value else ""


def to_day(moment, zone):
    """ISO text of the day a moment fell on.

    :param str moment: as Odoo tells it: in UTC, without saying so
    :param tzinfo zone: where the days are counted
    """
    return (
        datetime.fromisoformat(moment)
        .replace(tzinfo=UTC)
        .astimezone(zone)
        .date()
        .isoformat()
    )

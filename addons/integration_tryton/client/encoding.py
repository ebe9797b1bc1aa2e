"""The JSON forms Tryton gives to what JSON lacks (trytond/protocols/jsonrpc.py)."""

import base64
import datetime
from decimal import Decimal, InvalidOperation


def encode(value):
    """``value`` with dates and decimals in Tryton's JSON forms."""
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, bytes):
        return {"__class__": "bytes", "base64": base64.b64encode(value).decode()}
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": format(value, "f")}
    if isinstance(value, datetime.datetime):
        return {
            "__class__": "datetime",
            "year": value.year,
            "month": value.month,
            "day": value.day,
            "hour": value.hour,
            "minute": value.minute,
            "second": value.second,
            "microsecond": value.microsecond,
        }
    if isinstance(value, datetime.date):
        return {
            "__class__": "date",
            "year": value.year,
            "month": value.month,
            "day": value.day,
        }
    return value


def decode(value):
    """Inverse of :func:`encode`, for a whole answer."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind == "bytes":
        return base64.b64decode(value["base64"])
    if kind == "Decimal":
        return Decimal(value["decimal"])
    if kind == "datetime":
        return datetime.datetime(
            value["year"],
            value["month"],
            value["day"],
            value["hour"],
            value["minute"],
            value["second"],
            value["microsecond"],
        )
    if kind == "date":
        return datetime.date(value["year"], value["month"], value["day"])
    if kind == "timedelta":
        return datetime.timedelta(seconds=value["seconds"])
    return {key: decode(item) for key, item in value.items()}


def as_decimal(text):
    """:raise ValueError: ``text`` is not a finite number"""
    try:
        number = Decimal(text)
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{text!r} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{text!r} is not a number")
    return number


def as_date(text):
    """:return: the date an ISO string names, None for an empty one"""
    return datetime.date.fromisoformat(text[:10]) if text else None


def as_id(text):
    """Tryton's own id of a remote id; None for an empty one."""
    return int(text) if text else None


def pick_ids(texts):
    """Remote ids as sorted numbers. What a person has mistyped is none of Tryton's: it must
    not keep the others from being read.

    :param texts: iterable of remote ids, some of them empty
    """
    return sorted({int(text) for text in texts if text and text.isdecimal()})


def amount_text(value):
    """Decimal string of an amount: ``"0"`` for none, never in exponent form."""
    return format(value, "f") if value is not None else "0"


def number_text(value):
    """Decimal string of a float or decimal without needless zeros."""
    text = format(Decimal(str(value or 0)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def date_text(value):
    return value.isoformat()[:10] if value else ""

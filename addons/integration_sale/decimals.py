"""Exact numbers between Odoo's floats and the decimal strings of ``contract.py``."""

from decimal import ROUND_HALF_UP, Decimal

# places kept where a division does not come out even: far beyond what any system rounds
# prices and quantities to, so that nothing is lost before the other side rounds
PLACES = Decimal("1e-10")


def to_decimal(value):
    """The number a person sees, as Decimal: ``0.1`` is one tenth.

    :param value: float, int, decimal string, Decimal, or a falsy value for zero
    """
    if isinstance(value, Decimal):
        return value
    # repr() of a float is the shortest text that reads back as the same float
    return Decimal(repr(value) if isinstance(value, float) else str(value or 0))


def to_text(value, places=None):
    """Decimal string without exponent and trailing zeros.

    :param value: as for :func:`to_decimal`
    :param int places: digits after the point to round to, half up
    """
    number = to_decimal(value)
    quantum = PLACES if places is None else Decimal(1).scaleb(-places)
    text = f"{number.quantize(quantum, ROUND_HALF_UP):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def convert_quantity(quantity, price, factor):
    """Quantity and unit price in another unit; their product stays what it was.

    :param quantity: in our unit
    :param price: per our unit
    :param factor: how many of the other unit make one of ours
    :return: ``(quantity, price)`` as Decimals
    """
    factor = to_decimal(factor)
    return to_decimal(quantity) * factor, to_decimal(price) / factor


def is_within(difference, tolerance):
    """Whether an amount, either way, is no more than ``tolerance``."""
    return abs(to_decimal(difference)) <= to_decimal(tolerance)

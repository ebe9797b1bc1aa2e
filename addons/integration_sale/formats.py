"""Numbers for people, in the format of the language they are spoken to in."""

from odoo.tools.misc import formatLang

from .decimals import to_decimal


def format_number(env, number, least=0):
    """With as many decimals as it has, and no fewer than ``least``.

    :param env: of the language
    :param number: as for :func:`~.decimals.to_decimal`; None is nothing at all
    :return: text
    :raise ArithmeticError: it is no number
    """
    if number is None:
        return ""
    number = to_decimal(number).normalize()
    return formatLang(env, float(number), max(least, -number.as_tuple().exponent))

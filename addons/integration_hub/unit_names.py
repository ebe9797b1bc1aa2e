"""Names under which systems know the same units. No ORM.

Only names that mean one unit wherever goods are sold; what is not here is a person's to
map. Short forms are those of the SI, and codes those of UN/ECE Recommendation 20.
"""

_NAMES = (
    "unit units piece pieces pc pcs each c62 h87",
    "dozen dozens dzn",
    "gram grams gramme g grm",
    "kilogram kilograms kilogramme kg kgm",
    "tonne tonnes t tne",
    "millimeter millimetre millimeters millimetres mm mmt",
    "centimeter centimetre centimeters centimetres cm cmt",
    "meter metre meters metres m mtr",
    "kilometer kilometre kilometers kilometres km kmt",
    "square meter|square metre|square meters|square metres|m²|m2|mtk",
    "cubic meter|cubic metre|cubic meters|cubic metres|m³|m3|mtq",
    "milliliter millilitre milliliters millilitres ml mlt",
    "liter litre liters litres l L ltr",
    "minute minutes min",
    "hour hours h hur",
    "day days d",
    "week weeks wee",
)
_KEYS = {
    name: names
    for names in _NAMES
    for name in (names.split("|") if "|" in names else names.split())
}


def get_unit_key(name):
    """What is equal for two names of the same unit.

    :param str name: or False
    :return: str; empty where the name is none of those everybody knows
    """
    name = str(name or "").strip()
    # short ones are symbols: M is no metre
    return _KEYS.get(name if len(name) < 3 else name.casefold(), "")

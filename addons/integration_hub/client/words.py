"""Words that the texts of several systems' clients are put together from."""

from .text import TextMaker, join_texts

_lt = TextMaker(__name__)

#: what a record over there is, by how the clients call it
NOUNS = {
    str(noun): noun
    for noun in (
        _lt("address"),
        _lt("currency"),
        _lt("customer"),
        _lt("order"),
        _lt("payment term"),
        _lt("price list"),
        _lt("product"),
        _lt("repair order"),
        _lt("tag"),
        _lt("tax"),
        _lt("unit"),
    )
}
#: what a user may do with records of a kind
RIGHTS = {
    str(right): right
    for right in (_lt("read"), _lt("create"), _lt("write"), _lt("delete"))
}


def get_noun(name):
    """:return: Text, or the name itself where it is none of ``NOUNS``"""
    return NOUNS.get(name, name)


def list_rights(names):
    """:return: Text such as “read and create”"""
    return list_texts([RIGHTS.get(name, name) for name in names])


def list_texts(texts):
    """:return: Text such as “read, create and write”"""
    *first, last = texts
    if not first:
        return last
    return _lt("%(first)s and %(last)s", first=join_texts(", ", first), last=last)

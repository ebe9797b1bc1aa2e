"""What is different between two snapshots; plain data in, plain data out."""

# the name by which the items of a list are told apart, the first one they all have
ITEM_NAMES = ("key", "remote_id", "id", "code", "kind")
# what people know an item by
TELLING_NAMES = ("name", "number", "description")


def flatten(value, path=()):
    """:param value: anything JSON can hold
    :return: dict ``{path: plain value}``; a path is a tuple of names
    """
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = _name_items(value)
    else:
        return {path: value}
    flat = {}
    for name, item in items:
        flat |= flatten(item, (*path, str(name)))
    return flat


def get_item_names(value, path=()):
    """What the items of lists are called.

    :param value: anything JSON can hold
    :return: dict ``{path of the item: text}``: its name, its number, or the first line of
        its description
    """
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = list(_name_items(value))
    else:
        return {}
    names = {}
    for name, item in items:
        of_item = (*path, str(name))
        if isinstance(value, list) and isinstance(item, dict):
            texts = (str(item.get(key) or "").strip() for key in TELLING_NAMES)
            if text := next(filter(None, texts), ""):
                names[of_item] = text.splitlines()[0]
        names |= get_item_names(item, of_item)
    return names


def _name_items(items):
    for name in ITEM_NAMES:
        if all(isinstance(item, dict) and item.get(name) for item in items):
            names = [item[name] for item in items]
            if len(set(map(str, names))) == len(names):
                return zip(names, items, strict=True)
    return enumerate(items, start=1)


def get_diff(before, after):
    """
    :param before: snapshot, or None
    :param after: snapshot, or None
    :return: list of ``(path, before, after)`` of plain values that differ, in the order of
        ``after``; what is not there is None
    """
    old = flatten(before) if before is not None else {}
    new = flatten(after) if after is not None else {}
    names = list(new) + [name for name in old if name not in new]
    return [
        (name, old.get(name), new.get(name))
        for name in names
        if _plain(old.get(name)) != _plain(new.get(name))
    ]


def _plain(value):
    """Nothing is nothing, however it is written."""
    return None if value in (None, False, "") else str(value)

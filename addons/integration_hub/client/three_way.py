"""Three states of one record compared: as we sent it last, as we want it now, as it is over
there. What people have changed there is never overwritten unseen."""

from typing import NamedTuple


class Comparison(NamedTuple):
    """What a change of ours comes to over there."""

    to_write: dict  # field -> value, in the system's own terms
    conflicts: list  # fields that were changed on both sides, to different values


def compare(before, after, there):
    """
    :param dict before: values as we sent them last, comparable with ``==``; a field we
        left to the system then is not in it
    :param dict after: values as we want them now
    :param dict there: values as they are; a field that is not in it can't be compared and
        is written
    :rtype: Comparison
    """
    to_write, conflicts = {}, []
    for name, value in after.items():
        if name in before and before[name] == value:
            # ours is as it was: whatever stands there stays
            continue
        if name in there and there[name] == value:
            continue
        if name in before and name in there and there[name] != before[name]:
            conflicts.append(name)
        else:
            to_write[name] = value
    return Comparison(to_write, conflicts)


def get_changed(before, there):
    """Fields that are not as we sent them.

    :return: list of names
    """
    return [
        name for name, value in before.items() if name in there and there[name] != value
    ]


def match_lines(wanted, candidates, is_same):
    """Pair records that have lost the key they were known by.

    :param list wanted: keys in their order
    :param list candidates: ids in their order
    :param is_same: callable ``(key, id)`` that says whether they may be the same
    :return: dict ``{key: id}``, each id once, in the order of both
    """
    left, pairs = list(candidates), {}
    for key in wanted:
        found = next((item for item in left if is_same(key, item)), None)
        if found is not None:
            pairs[key] = found
            left.remove(found)
    return pairs

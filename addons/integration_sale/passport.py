"""The steps of a deal's way through the ERP, put together from plain facts.

No ORM: dictionaries in, dictionaries out, as the browser gets them.
"""

DONE, CURRENT, PROBLEM, OPEN, OFF = "done", "current", "problem", "open", "off"


def make_step(code, label, state=OPEN, moment=None, actor="", documents=()):
    """
    :param str code: won, sent, accepted, backorder, shipped, invoiced, credited or paid
    :param str label: what people read
    :param str state: done, current, problem, open, or off (nothing to do for it)
    :param moment: date or datetime of it, or None
    :param str actor: who acts next, in a sentence
    :param documents: dicts ``{text, url, note}``
    :return: dict, JSON-safe
    """
    has_time = hasattr(moment, "hour")
    return {
        "code": code,
        "label": label,
        "state": state,
        "date": moment.isoformat() if moment and not has_time else None,
        "time": moment.isoformat(sep=" ", timespec="seconds") if has_time else None,
        "actor": actor,
        "documents": list(documents),
    }


def settle(steps):
    """The first step that is not done is the current one; only it says who acts next,
    besides those where something is wrong.

    :param steps: list of steps, changed in place
    :return: the same list
    """
    is_found = False
    for step in steps:
        if step["state"] in (DONE, OFF):
            step["actor"] = ""
        elif step["state"] == PROBLEM:
            is_found = True
        elif not is_found:
            step["state"] = CURRENT
            is_found = True
        else:
            step["state"] = OPEN
            step["actor"] = ""
    return steps

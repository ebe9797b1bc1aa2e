"""Plain helpers on the snapshot of an order: the dict a job carries.

The snapshot speaks of our records by id (``product_id``, ``tax_ids`` …); the handler puts
the ids of the other system in their place right before it is sent.
"""

import hashlib
import json
from itertools import takewhile

# facts that do not make it another order: when it was signed, what we call it
NOT_CONTENT = {"key", "number", "order_date", "party", "lead_id", "source"}


def get_content_hash(payload):
    """Fingerprint of what the other system is told, to notice a change afterwards."""
    content = {name: payload[name] for name in payload if name not in NOT_CONTENT}
    content["lines"] = [
        {name: line[name] for name in line if name != "key"}
        for line in payload["lines"]
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def drop_empty_sections(lines, get_kind):
    """Take out sections nothing is sent from, with the notes in them.

    :param lines: in their order
    :param get_kind: callable giving ``section``, ``subsection``, ``note`` or ``product``
        of a line
    :return: list of those that remain
    """
    kept, pending = [], []
    for line in lines:
        kind = get_kind(line)
        if kind == "section":
            pending = [line]
        elif kind == "subsection":
            # the section above may still be waiting for its first product
            above = takewhile(lambda item: get_kind(item) != "subsection", pending)
            pending = [*above, line]
        elif kind == "note" and pending:
            pending.append(line)
        else:
            kept += [*pending, line]
            pending = []
    return kept

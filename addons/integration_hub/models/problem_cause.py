"""What stands behind an error, as a key: errors of one key go away by one action.

Plain Python, no ORM: lanes ask for the causes of a whole batch.
"""

import hashlib
import re
from typing import NamedTuple

# what a system puts into a message about one record: names, numbers, ids, addresses
PARTICULARS = re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'|\S*\d\S*")
BLANKS = re.compile(r"\s+")
# kinds that concern the whole system, whatever it says each time
OF_SYSTEM = ("authentication", "network", "outcome_unknown", "rate_limit")
KEY_LENGTH = 16


class Cause(NamedTuple):
    """:param str key: unique within a connector
    :param str res_model: what the cause is about, a product that lacks a counterpart for
        example; empty where it is about no record
    :param int res_id: its id, 0 for none
    """

    key: str
    kind: str
    res_model: str = ""
    res_id: int = 0


def get_causes(kind, message, detail, res_model, res_id):
    """Why a job stands still.

    :param str kind: one of ``client.errors``
    :param str message: what people are told
    :param dict detail: ``IntegrationError.to_dict``, or None
    :param str res_model: model of the job's record, or empty
    :param int res_id: id of the job's record, or 0
    :return: list of :class:`Cause`, at least one; a job that lacks three products has three
    """
    detail = detail or {}
    if kind == "mapping" and detail.get("model") and detail.get("ids"):
        model = detail["model"]
        return [
            Cause(f"mapping:{model}:{missing_id}", kind, model, int(missing_id))
            for missing_id in detail["ids"]
        ]
    if kind in OF_SYSTEM:
        return [Cause(kind, kind)]
    if kind == "ambiguous_match" and res_model and res_id:
        return [Cause(f"{kind}:{res_model}:{res_id}", kind, res_model, res_id)]
    # in English where it can be had: whoever is in charge may speak another language soon
    message = detail.get("message") or message
    return [Cause(f"{kind}:{get_message_key(message)}", kind)]


def get_message_key(message):
    """Fingerprint of a message, the same for all records it is said about."""
    text = PARTICULARS.sub("#", message or "")
    text = BLANKS.sub(" ", text).strip().casefold()
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]

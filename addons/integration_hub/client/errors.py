"""The kinds of error the product knows (requirements §6), one class each.

A client raises one of these and nothing else; what to do next follows from the kind
alone, so that no flow has to know how a system words its failures.
"""

import json
import time

from .text import LONGEST_PACK, Text, TextMaker, unpack_text

_lt = TextMaker(__name__)


class IntegrationError(Exception):
    """Base of all named errors.

    :param str message: plain text for people; says what to do next where that is known.
        In English; a :class:`.text.Text` is shown in the reader's language
    :param str technical: detail for those who may read the exchange log, secrets removed
    :param float retry_after: seconds the system asked us to wait, if it did
    """

    kind = "internal"
    #: tried again by itself, after a back-off
    is_retried = False
    #: only a person can bring it forward
    needs_attention = False

    def __init__(self, message, technical="", retry_after=None):
        super().__init__(message)
        self.message = message
        self.technical = technical
        self.retry_after = retry_after

    def to_dict(self):
        """:return: dict ``{kind, message, technical, retry_after}``, JSON-safe; with
        ``text`` where the message can be said in other languages, and ``not_sent`` where
        nothing was sent for a reason of ours"""
        values = {
            "kind": self.kind,
            "message": str(self.message),
            "technical": self.technical,
            "retry_after": self.retry_after,
        }
        if isinstance(self.message, Text):
            text = self.message.pack()
            if len(json.dumps(text)) <= LONGEST_PACK:
                values["text"] = text
        if isinstance(self, NotSentError):
            values["not_sent"] = True
        return values


class NetworkError(IntegrationError):
    """No connection, time-out or 5xx of a call that changed nothing: safe to repeat."""

    kind = "network"
    is_retried = True


class NotSentError(NetworkError):
    """Nothing was sent, for a reason of ours: it says nothing about the system."""

    was_sent = False


class HeldBackError(NotSentError):
    """Nothing was sent, as the connector allows no call now: its day's budget is used up,
    or its calls per second are. What waits for it waits as if it had not been tried;
    ``retry_after`` holds the seconds until it is its turn, if that is known."""

    kind = "rate_limit"


class OutcomeUnknownError(IntegrationError):
    """The answer to a call that may have changed something was lost.

    Whoever retries looks the record up by its key first, never creates blindly.
    """

    kind = "outcome_unknown"
    is_retried = True
    #: a call went out whose answer is missing
    was_sent = True


class StillUnknownError(OutcomeUnknownError):
    """Looked up after a lost answer and not found, but the call may still be at work over
    there: nothing was sent this time."""

    was_sent = False


class RateLimitError(IntegrationError):
    """The system asks us to slow down; ``retry_after`` holds the seconds if it said so."""

    kind = "rate_limit"
    is_retried = True


class AuthenticationError(IntegrationError):
    """Credentials refused or expired: the connector stops until a person mends them."""

    kind = "authentication"


class ValidationError(IntegrationError):
    """The system understood us and refuses this record: a person corrects the data."""

    kind = "validation"


class MappingError(IntegrationError):
    """Something of ours has no counterpart over there yet: a person maps it.

    :param str model: technical name of our model that lacks a counterpart
    :param list ids: our record ids that lack one
    """

    kind = "mapping"
    needs_attention = True

    def __init__(self, message, technical="", model=None, ids=()):
        super().__init__(message, technical)
        self.model = model
        self.ids = list(ids)

    def to_dict(self):
        return {**super().to_dict(), "model": self.model, "ids": self.ids}


class AmbiguousMatchError(IntegrationError):
    """Several records over there could be ours: a person chooses.

    :param list candidates: dicts ``{id, name, detail, rule}``
    """

    kind = "ambiguous_match"
    needs_attention = True

    def __init__(self, message, technical="", candidates=()):
        super().__init__(message, technical)
        self.candidates = list(candidates)

    def to_dict(self):
        return {**super().to_dict(), "candidates": self.candidates}


class InternalError(IntegrationError):
    """A defect of ours or an answer nobody can read."""

    kind = "internal"
    #: a change had gone out, of which nothing is known any more
    was_sent = False


ERROR_CLASSES = {
    error_class.kind: error_class
    for error_class in (
        NetworkError,
        OutcomeUnknownError,
        RateLimitError,
        AuthenticationError,
        ValidationError,
        MappingError,
        AmbiguousMatchError,
        InternalError,
    )
}
NOT_SENT_CLASSES = {
    error_class.kind: error_class for error_class in (NotSentError, HeldBackError)
}


def get_hold_back(unsettled_until):
    """What keeps a record from being created right now.

    A create whose answer was lost may still be running over there; a lookup finds nothing
    until it has ended, and a second create would make a second record.

    :param unsettled_until: seconds since 1970 until which the lost call may go on, or None
        (lanes put it into every request)
    :return: :class:`StillUnknownError`, or None where the record may be created
    """
    if unsettled_until is None or time.time() >= unsettled_until:
        return None
    return StillUnknownError(
        _lt(
            "An answer got lost, and the record is not there yet. It is looked up again,"
            " and created once the lost call has surely ended."
        )
    )


def error_from_dict(values):
    """Inverse of :meth:`IntegrationError.to_dict`.

    :param dict values: at least ``kind`` and ``message``
    :rtype: IntegrationError
    """
    classes = NOT_SENT_CLASSES if values.get("not_sent") else ERROR_CLASSES
    error_class = classes.get(values.get("kind"), InternalError)
    text = values.get("text")
    message = unpack_text(text) if text else values["message"]
    error = error_class(message, values.get("technical") or "")
    for name in ("retry_after", "model", "ids", "candidates"):
        if values.get(name) is not None:
            setattr(error, name, values[name])
    return error

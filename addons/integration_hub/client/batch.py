"""Batches: cut to what a system takes, and the culprit found where it names none."""

from .errors import IntegrationError, NetworkError, ValidationError

# kinds of error that say something about the system, not about a record
SYSTEM_KINDS = (
    "network",
    "outcome_unknown",
    "rate_limit",
    "authentication",
    "internal",
)


def in_chunks(items, size):
    """Yield lists of at most ``size`` of ``items``, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def send_by_halving(send, items):
    """Send a batch that a system takes or refuses as a whole.

    A refusal (:class:`ValidationError`) of many says nothing about each, so the batch is
    halved until the refused ones stand alone; the others get through. Costs
    ``2·log2(n)`` extra calls for one culprit in ``n``.

    Any other error concerns the system, not the items, be it raised or one of the answers.
    Those already answered keep their answer, the rest get the error: after an *outcome
    unknown* nothing more is sent.

    :param send: callable taking a list of items, returning one answer per item
    :param list items: what is to be sent
    :return: one answer or :class:`IntegrationError` per item, in the order of ``items``
    :raise ValueError: a defect of ``send``: it has not answered for each
    """
    if not items:
        return []
    answers = [None] * len(items)
    pending = [(0, len(items))]
    while pending:
        start, end = pending.pop()
        stop = None
        try:
            sent = list(send(items[start:end]))
            if len(sent) != end - start:
                # whose answer is whose can't be told any more
                raise ValueError(f"{len(sent)} answers for {end - start}")
            answers[start:end] = sent
            stop = find_stop(answers[start:end])
        except ValidationError as error:
            if end - start == 1:
                answers[start] = error
            else:
                middle = (start + end) // 2
                # the first half is popped next: items keep the order they were asked in
                pending += [(middle, end), (start, middle)]
        except IntegrationError as error:
            answers[start:end] = [error] * (end - start)
            stop = _not_sent(error) if error.kind == "outcome_unknown" else error
        if stop is not None:
            for rest_start, rest_end in pending:
                answers[rest_start:rest_end] = [stop] * (rest_end - rest_start)
            break
    return answers


def find_stop(answers):
    """Whether what a system has answered is a reason to send it nothing more.

    :param list answers: of one call
    :return: the error for those that were not sent (nothing is unknown about them), or None
    """
    for answer in answers:
        if isinstance(answer, IntegrationError) and answer.kind in SYSTEM_KINDS:
            return _not_sent(answer) if answer.kind == "outcome_unknown" else answer
    return None


def send_in_chunks(send, chunks):
    """:func:`send_by_halving` chunk by chunk; after an error that concerns the system
    nothing more is sent.

    :param send: as for :func:`send_by_halving`
    :param chunks: iterable of lists of items
    :return: one answer or :class:`IntegrationError` per item, chunk after chunk
    """
    answers, stopped = [], None
    for chunk in chunks:
        if stopped is not None:
            answers += [stopped] * len(chunk)
            continue
        sent = send_by_halving(send, chunk)
        answers += sent
        stopped = find_stop(sent)
    return answers


def _not_sent(error):
    return NetworkError(error.message, error.technical, error.retry_after)

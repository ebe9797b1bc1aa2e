"""Steps of a batch that need no database; see ``job_batch.py``."""

import json
import logging
import time
from random import uniform

from odoo.tools.json import json_default

from ..client import IntegrationError, InternalError, TextMaker, make_storable
from ..client.rate_limit import bound_wait
from ..client.storable import may_be_unstorable

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

BACK_OFF_CEILING = 3600.0
# from here on it is above the ceiling, and at last above what a float holds
MOST_DOUBLINGS = 12
# seconds since 1970, the end of the year 9999
FOREVER = 253_402_300_799.0


def make_call(call, client, requests):
    """Run a handler's ``_call``. Executed in a thread.

    :return: ``(answers, exchanges)``, one answer or error per request, whatever happens
    """
    client.may_have_changed, defect = False, None
    try:
        answers = call(client, hold_back_throughout(requests, time.time()))
        if len(answers) != len(requests):
            defect = InternalError(
                _lt("The system's client gave a wrong number of answers."),
                f"{len(answers)} for {len(requests)}",
            )
    except IntegrationError as error:
        answers = [error] * len(requests)
    except Exception as error:
        _logger.exception("A call failed in a way its client does not know")
        defect = as_internal(error)
    if defect:
        # of the whole call: nobody knows how far it got
        defect.was_sent = client.may_have_changed
        answers = [defect] * len(requests)
    exchanges, client.exchanges = client.exchanges, []
    return answers, exchanges


def hold_back_throughout(requests, now):
    """What is held back when its call begins is held back until that has ended: where the
    moment comes in between, what was looked up before it may have come to be there since.

    :param list requests: with ``unsettled_until``
    :param float now: seconds since 1970
    :return: list of requests
    """
    return [
        {**request, "unsettled_until": FOREVER}
        if request and (request.get("unsettled_until") or 0.0) > now
        else request
        for request in requests
    ]


def pack_answer(answer):
    """
    :param answer: JSON-safe
    :return: the same without what the database can't keep, and its JSON
    """
    text = json.dumps({"value": answer}, default=json_default)
    if may_be_unstorable(text):
        answer = make_storable(answer)
        text = json.dumps({"value": answer}, default=json_default)
    return answer, text


def get_moment_here(moment, now):
    """When that will be by the clock of this host, which may differ from the database's.

    :param datetime moment: by the clock of the database
    :param datetime now: by the same
    :return: seconds since 1970, plain data for a thread
    """
    return time.time() + (moment - now).total_seconds()


def get_back_off(job, error):
    """Seconds until the next try: 1, 2, 4, 8 …, spread by a fifth so that what failed
    together does not come back together; or what the system asked for, within reason."""
    doublings = min(job.attempts - 1, MOST_DOUBLINGS)
    seconds = min(2.0**doublings, BACK_OFF_CEILING) * uniform(0.8, 1.2)
    return max(seconds, bound_wait(error.retry_after))


def as_internal(error):
    return InternalError(
        _lt(
            "An unexpected error stopped this. Retry; if it comes back, the technical"
            " detail helps whoever looks after the system."
        ),
        f"{type(error).__name__}: {error}",
    )

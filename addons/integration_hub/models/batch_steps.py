"""Steps of a batch that need no database; see ``job_batch.py``."""

import logging
from datetime import UTC
from random import uniform

from ..client import IntegrationError, InternalError, TextMaker

_logger = logging.getLogger(__name__)
_lt = TextMaker(__name__)

BACK_OFF_CEILING = 3600.0


def make_call(call, client, requests):
    """Run a handler's ``_call``. Executed in a thread.

    :return: ``(answers, exchanges)``, one answer or error per request, whatever happens
    """
    try:
        answers = call(client, requests)
        if len(answers) != len(requests):
            raise InternalError(
                _lt("The system's client gave a wrong number of answers."),
                f"{len(answers)} for {len(requests)}",
            )
    except IntegrationError as error:
        answers = [error] * len(requests)
    except Exception as error:
        _logger.exception("A call failed in a way its client does not know")
        answers = [as_internal(error)] * len(requests)
    exchanges, client.exchanges = client.exchanges, []
    return answers, exchanges


def get_timestamp(moment):
    """Seconds since 1970 of a naive UTC datetime, or None: plain data for a thread."""
    return moment.replace(tzinfo=UTC).timestamp() if moment else None


def get_back_off(job, error):
    """Seconds until the next try: 1, 2, 4, 8 …, spread by a fifth so that what failed
    together does not come back together; or what the system asked for."""
    seconds = min(2.0 ** (job.attempts - 1), BACK_OFF_CEILING) * uniform(0.8, 1.2)
    return max(seconds, error.retry_after or 0.0)


def as_internal(error):
    return InternalError(
        _lt(
            "An unexpected error stopped this. Retry; if it comes back, the technical"
            " detail helps whoever looks after the system."
        ),
        f"{type(error).__name__}: {error}",
    )

"""For how long a system wants to be left alone."""

import math
import re
import time
from email.utils import parsedate_to_datetime

# Whatever it says, it is asked again after that: a page of a server in between is written
# once for all break-downs, and some send moments of another scale than they say
LONGEST_LIMIT = 86_400.0
LONGEST_OUTAGE = 3_600.0
# one that asks us to slow down without saying for how long
RATE_LIMIT_REST = 10.0
# above this a number is no span but a moment, as Unix time …
_FIRST_MOMENT = 1e9
# … and above this one in milliseconds, or less
_FIRST_FRACTION = 1e11


def read_retry_after(headers, is_limited=False):
    """Seconds to wait by ``Retry-After`` (RFC 9110 §10.2.3), else by the usual rate-limit
    headers: ``X-RateLimit-Reset`` (a span, or a moment as Unix time, of some systems in
    milliseconds), ``RateLimit-Reset`` and ``RateLimit`` with its parameter ``t`` (both
    drafts of the IETF's httpapi group: a span); None where the system says nothing that
    can be understood.

    :param headers: case-insensitive mapping
    :param bool is_limited: the system said that it is about the limit; otherwise the
        headers count once nothing of it remains, as many systems always send them
    :return: float, a day at most, an hour where it is not about the limit; or None
    """
    value = headers.get("Retry-After")
    if not value and (is_limited or _has_used_up(headers)):
        value = _read_reset(headers)
    seconds = _read_seconds(value) if value else None
    if seconds is None:
        return None
    return bound_wait(seconds, LONGEST_LIMIT if is_limited else LONGEST_OUTAGE)


def read_pause(headers):
    """Seconds until the next call may go out, by the headers of an answer that was a good
    one but says that nothing remains of the limit.

    :param headers: case-insensitive mapping
    :return: float, a day at most; 0.0 where there is nothing to wait for
    """
    reset = _read_reset(headers) if _has_used_up(headers) else None
    return bound_wait(_read_seconds(reset)) if reset else 0.0


def bound_wait(seconds, longest=LONGEST_LIMIT):
    """
    :param seconds: what a system asked for; None for nothing
    :return: seconds within reason, 0.0 where nothing sensible was asked for
    """
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return 0.0
    return float(min(max(seconds, 0.0), longest))


def _read_seconds(value):
    try:
        seconds = float(value)
    except ValueError:
        try:
            return parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    if not math.isfinite(seconds):
        return None
    while seconds > _FIRST_FRACTION:
        seconds /= 1000
    return seconds - time.time() if seconds > _FIRST_MOMENT else seconds


def _has_used_up(headers):
    return "0" in (
        headers.get("X-RateLimit-Remaining"),
        headers.get("RateLimit-Remaining"),
    ) or bool(re.search(r";\s*r=0\b", headers.get("RateLimit") or ""))


def _read_reset(headers):
    reset = headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset")
    if not reset:
        spans = re.findall(r";\s*t=(\d{1,18})", headers.get("RateLimit") or "")
        # of several limits the one that takes longest
        reset = max(spans, key=int, default=None)
    return reset

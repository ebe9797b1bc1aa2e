"""What every system's client shares: session, time-outs, error kinds, exchange log."""

import json
import math
import time

import requests

from .deadline import Deadline, DeadlineAdapter
from .errors import (
    AuthenticationError,
    InternalError,
    NetworkError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitError,
    ValidationError,
)
from .plain_data import Exchange
from .rate_limit import RATE_LIMIT_REST, bound_wait, read_pause, read_retry_after
from .redact import redact
from .storable import make_storable, may_be_unstorable
from .text import TextMaker

_lt = TextMaker(__name__)

# zero would be an error of its own
SHORTEST_TIMEOUT = 0.1
# seconds a call waits for its turn where nobody says how much time there is
LONGEST_TURN = 60.0
# a system whose limit is used up for so few seconds is waited for within a batch
SHORT_PAUSE = 5.0
# in the session cache, which all clients of this process share
RESUME_AT = "calls_resume_at"
# request time-out, conflict, too early: to be tried again, after a look at what is there
BUSY_STATUSES = (408, 409, 425)


class SystemClient:
    """Base of a system's client. Not shared between threads: one client per thread.

    A system addon overrides :meth:`prepare_headers`, :meth:`test_connection` and adds the
    verbs its flows ask for (see the flow addon's ``contract.py``).
    """

    #: how many calls may be under way at once without slowing the system down
    default_parallel_calls = 1
    #: its texts are kept where NUL and halves of characters can't be: an answer with such
    #: is not its own
    is_on_postgresql = False
    #: how long a call whose answer was lost may go on over there; until then a record that
    #: can't be found may still appear
    settle_seconds = 60.0
    #: records over there can bear our key, by which they are looked up before any create;
    #: where they can't, flows search by what is known and ask a person when in doubt
    stores_key = True
    #: ... and the system itself refuses a second record with the same key
    key_is_unique = False

    def __init__(self, settings):
        """:param ConnectionSettings settings: where and as whom"""
        self.settings = settings
        self.exchanges = []
        #: a change has gone out since the lane last asked
        self.may_have_changed = False
        #: its calls may use what a daily budget keeps for won deals
        self.carries_deals = False
        self._session = None
        self._is_closed = False
        self._last_begin = self._end = math.inf
        # the request of the call under way has begun to leave
        self._has_left = False
        # ... and is given less than the usual time
        self._is_cut_short = False

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        """Nothing is sent from here on: a thread whose lane is gone must not go on with its
        next call while another lane has taken up its jobs."""
        self._is_closed = True
        if self._session is not None:
            self._session.close()
            self._session = None

    def keep_to(self, last_begin, end):
        """A server ends a worker that takes too long, in the midst of a call: so no call
        begins too late, and none lasts longer than that.

        :param float last_begin: no call begins after it, ``time.monotonic``
        :param float end: no call lasts beyond it, ``time.monotonic``
        """
        self._last_begin, self._end = last_begin, end

    # -- to be overridden -------------------------------------------------------------

    def prepare_headers(self):
        """:return: dict of headers sent with each call, authorization included"""
        return {}

    def test_connection(self):
        """Say who we are over there, and what is missing.

        :rtype: ConnectionReport
        :raise IntegrationError: when the system can't be reached or refuses us
        """
        raise NotImplementedError

    # -- HTTP -------------------------------------------------------------------------

    @property
    def session(self):
        """A session of our own: connections are reused, nothing is inherited from
        ``.netrc``, which could send somebody else's credentials along."""
        if self._session is None:
            self._session = requests.Session()
            self._session.trust_env = False
            for scheme in ("http://", "https://"):
                self._session.mount(scheme, DeadlineAdapter())
        return self._session

    def send(self, operation, method, path, *, body=None, changes=False, headers=None):
        """Send one request and return the response, whatever its 2xx–4xx content.

        :param str operation: what this call is for, shown in the exchange log
        :param str method: HTTP verb
        :param str path: appended to the URL of the settings
        :param body: JSON-safe structure, or None
        :param bool changes: the call may change something over there: a lost answer is
            then an *outcome unknown*, not a network error
        :param dict headers: besides those of :meth:`prepare_headers`
        :rtype: requests.Response
        :raise NotSentError: nothing was sent, for a reason of ours
        :raise HeldBackError: nothing was sent, as the connector allows no call now
        :raise NetworkError: nothing was sent, or nothing can have changed
        :raise OutcomeUnknownError: the answer got lost after we sent a change
        :raise RateLimitError: 429, or 503 with ``Retry-After`` where nothing was changed
        :raise AuthenticationError: 401
        """
        self._check_time()
        self._keep_pause()
        if self.settings.meter:
            self._wait_turn()
            self._check_time()
        url = self.settings.url.rstrip("/") + path
        data = None if body is None else json.dumps(body)
        exchange = Exchange(
            operation, method, self._loggable(url), self._loggable(data), time.time()
        )
        self.exchanges.append(exchange)
        self.may_have_changed |= changes
        started = time.monotonic()
        lost = OutcomeUnknownError if changes else NetworkError
        try:
            response = self._request(
                method,
                url,
                data=data,
                headers={
                    "Content-Type": "application/json",
                    **self.prepare_headers(),
                    **(headers or {}),
                },
                # a redirect would carry our credentials to an address nobody configured
                allow_redirects=False,
            )
            exchange.status = response.status_code
            # a server in between has waited for the system in vain
            exchange.has_timed_out = response.status_code == 504
            exchange.response = self._loggable(response.text)
            self.check_status(response, lost)
            self.note_pause(read_pause(response.headers))
            return response
        except requests.RequestException as error:
            is_over = isinstance(error, requests.ReadTimeout)
            exchange.has_timed_out = is_over and not self._is_cut_short
            raise self._log_error(exchange, self._explain(error, lost)) from error
        except (
            NetworkError,
            OutcomeUnknownError,
            RateLimitError,
            AuthenticationError,
            ValidationError,
            InternalError,
        ) as error:
            self._log_error(exchange, error)
            if isinstance(error, RateLimitError):
                # whatever becomes of the error: nothing more of a batch goes out
                self.note_pause(bound_wait(error.retry_after) or RATE_LIMIT_REST)
            raise
        finally:
            exchange.duration = time.monotonic() - started

    def _request(self, *args, **kwargs):
        settings = self.settings
        left = max(self._end - time.monotonic(), SHORTEST_TIMEOUT)
        timeout = (
            min(settings.connect_timeout, left),
            min(settings.read_timeout, left),
        )
        self._has_left = False
        self._is_cut_short = left < settings.read_timeout
        with Deadline(min(sum(timeout), left)) as deadline:
            try:
                response = self.session.request(*args, timeout=timeout, **kwargs)
            except Exception as error:
                self._has_left = deadline.has_left
                if deadline.is_over:
                    # whatever it made of a connection that was cut under it
                    raise requests.ReadTimeout(str(error)) from error
                raise
            if deadline.is_over:
                # what has no stated length looks complete when it is cut
                raise requests.ReadTimeout("cut off")
            return response

    def check_status(self, response, lost):
        """Raise the error an HTTP status stands for by itself.

        :param response: requests.Response
        :param lost: class of error for a 5xx, after which nothing is known
        """
        status = response.status_code
        retry_after = read_retry_after(response.headers, is_limited=status == 429)
        # a server in between says so as well when it has waited for the system in vain,
        # which may go on with a change all the same
        is_turned_away = retry_after is not None and lost is not OutcomeUnknownError
        if status == 429 or (status == 503 and is_turned_away):
            raise RateLimitError(
                _lt("The system asks us to slow down."), f"HTTP {status}", retry_after
            )
        if status == 401:
            raise AuthenticationError(
                _lt(
                    "The system refuses our credentials. Enter valid ones on the"
                    " connector, then test the connection."
                ),
                f"HTTP {status}",
            )
        if status in BUSY_STATUSES:
            raise lost(
                _lt(
                    "The system is busy with the same record (HTTP %(status)s).",
                    status=status,
                ),
                self._loggable(response.text[:500]),
            )
        if status >= 500:
            raise lost(
                _lt(
                    "The system answered with an internal error (HTTP %(status)s).",
                    status=status,
                ),
                self._loggable(response.text[:500]),
                retry_after,
            )
        if 300 <= status < 400:
            raise InternalError(
                _lt(
                    "The address leads elsewhere. Enter the address it leads to"
                    " on the connector."
                ),
                f"HTTP {status} to {response.headers.get('Location', '')}",
            )

    def parse_json(self, response, changes=False):
        """Body of ``response`` as structure.

        :param bool changes: as in :meth:`send`: an unreadable answer to a change leaves its
            outcome unknown
        :raise OutcomeUnknownError, NetworkError: the body is not JSON, or cannot be the
            system's
        """
        try:
            answer = response.json()
            if (
                self.is_on_postgresql
                and may_be_unstorable(response.text)
                and make_storable(answer) != answer
            ):
                raise ValueError("no text of a database")
            return answer
        except ValueError as error:
            error_class = OutcomeUnknownError if changes else NetworkError
            raise self.note_error(
                error_class(
                    _lt(
                        "The answer could not be read: it is not JSON. Check that"
                        " the address of the connector is right."
                    ),
                    self._loggable(response.text[:500]),
                )
            ) from error

    def note_error(self, error):
        """Write an error found in the content of the last answer to the exchange log.

        :return: ``error``, to be raised
        """
        if self.exchanges:
            self._log_error(self.exchanges[-1], error)
        return error

    # -- helpers ----------------------------------------------------------------------

    def _explain(self, error, lost):
        """The named error behind what the HTTP library raised."""
        detail = self._loggable(str(error))[:500]
        is_of_tls = isinstance(error, requests.exceptions.SSLError)
        if is_of_tls and not self._has_left:
            return NetworkError(
                _lt("The system's certificate can't be trusted. Check the address."),
                detail,
            )
        if isinstance(error, requests.exceptions.ConnectTimeout) or (
            # refused or not found: the request never left
            isinstance(error, requests.exceptions.ConnectionError)
            and "NewConnectionError" in repr(error)
        ):
            return NetworkError(_lt("The system can't be reached."), detail)
        if isinstance(error, requests.exceptions.Timeout):
            return lost(_lt("The system did not answer in time."), detail)
        if isinstance(
            error,
            requests.exceptions.InvalidURL
            | requests.exceptions.MissingSchema
            | requests.exceptions.InvalidSchema,
        ):
            return ValidationError(
                _lt("The address of the connector is not a valid URL."), detail
            )
        return lost(
            _lt("The connection broke off before the answer was complete."), detail
        )

    def _check_time(self):
        if self._is_closed:
            raise NotSentError(_lt("The server has broken this off: nothing was sent."))
        if time.monotonic() > self._last_begin:
            raise NotSentError(
                _lt("The time for this was up before the call: nothing was sent.")
            )

    def note_pause(self, seconds):
        """Keep all clients of this process from calling.

        :param float seconds: for how long; a longer pause noted before stays
        """
        if seconds > max(self._get_pause_left(), 0.0):
            self.settings.session_cache[RESUME_AT] = time.monotonic() + seconds

    def get_pause(self):
        """:return: seconds for which the system takes no more calls, by what it has
        answered last; those for which a call of ours waits here are 0.0"""
        seconds = self._get_pause_left()
        return seconds if seconds > SHORT_PAUSE else 0.0

    def forget_pause(self):
        """The connector knows of what :meth:`get_pause` gave, and need not rest any more."""
        if self.get_pause():
            self.settings.session_cache.pop(RESUME_AT, None)

    def _get_pause_left(self):
        return self.settings.session_cache.get(RESUME_AT, 0.0) - time.monotonic()

    def _keep_pause(self):
        """An answer before may have said that it was the last one for now."""
        seconds = self._get_pause_left()
        if seconds > SHORT_PAUSE:
            # the connector rests for that long
            raise RateLimitError(
                _lt("The system takes no more calls for now."), retry_after=seconds
            )
        if seconds > 0:
            time.sleep(seconds)
            self._check_time()

    def _wait_turn(self):
        """Keep to the calls that the connector allows."""
        left = self._last_begin - time.monotonic()
        seconds = self.settings.meter(self.carries_deals, min(left, LONGEST_TURN))
        if seconds > 0:
            time.sleep(seconds)

    def _loggable(self, text):
        limit = self.settings.log_limit
        if not text or not limit:
            return ""
        # cut first, with a margin: redacting megabytes would cost more than the call
        cut = make_storable(text[: limit + 200])
        return redact(cut, self.settings.credentials.values())[:limit]

    def _log_error(self, exchange, error):
        exchange.error_kind = error.kind
        exchange.error_message = error.message
        return error

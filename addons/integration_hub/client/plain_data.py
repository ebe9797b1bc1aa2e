"""What goes into a client and what comes out of it besides answers: plain data."""

from collections.abc import Callable
from dataclasses import dataclass, field

DEFAULT_CONNECT_TIMEOUT = 10.0
DEFAULT_READ_TIMEOUT = 120.0
DEFAULT_LOG_LIMIT = 20_000


@dataclass
class ConnectionSettings:
    """All a client needs to know to reach its system; made by the connector.

    :param str url: address of the system, without a trailing slash
    :param dict credentials: secret values by name (``api_key``, ``password`` …)
    :param dict options: what is not secret, by name (``database``, ``login`` …)
    :param float connect_timeout: seconds
    :param float read_timeout: seconds until the whole answer is there
    :param int log_limit: characters of a request or response kept in the exchange log;
        0 keeps no bodies
    :param meter: asked before each call where the connector limits them: a callable that
        takes whether the call carries won deals and how many seconds it can wait, returns
        how many it has to, and raises ``HeldBackError`` where it may not go out
    :param dict session_cache: survives the client, in this process only: a place for a
        session token, so that not every client logs in anew
    """

    url: str
    credentials: dict = field(default_factory=dict, repr=False)
    options: dict = field(default_factory=dict)
    connect_timeout: float = DEFAULT_CONNECT_TIMEOUT
    read_timeout: float = DEFAULT_READ_TIMEOUT
    log_limit: int = DEFAULT_LOG_LIMIT
    meter: Callable | None = None
    session_cache: dict = field(default_factory=dict, repr=False)


@dataclass
class Exchange:
    """One call and its answer, secrets removed, cut to ``log_limit``."""

    operation: str
    method: str
    url: str
    request: str
    started_at: float
    status: int = 0
    response: str = ""
    duration: float = 0.0
    error_kind: str = ""
    error_message: str = ""
    # no answer in all the time that the system is given
    has_timed_out: bool = False


@dataclass
class ConnectionReport:
    """Answer of *Test connection*.

    :param str user: who we are over there
    :param str version: version of the remote system, as it calls itself
    :param str company: company we work for over there, if the system has such
    :param list missing: sentences, each naming something that has to be mended first
    :param list warnings: sentences, each naming something worth knowing
    :param dict options: options found out on the way, to be kept on the connector
    """

    user: str = ""
    version: str = ""
    company: str = ""
    missing: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    options: dict = field(default_factory=dict)

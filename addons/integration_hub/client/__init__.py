"""Plain Python ground for every system's client: no ORM, no Odoo import.

A system addon derives one class from :class:`SystemClient`; flows hand it plain
dictionaries and get plain dictionaries back, or errors of the kinds in
:mod:`.errors`. Clients can therefore be tested without a database and run in threads.
"""

from .base import SystemClient
from .batch import find_stop, in_chunks, send_by_halving, send_in_chunks
from .errors import (
    AmbiguousMatchError,
    AuthenticationError,
    HeldBackError,
    IntegrationError,
    InternalError,
    MappingError,
    NetworkError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitError,
    StillUnknownError,
    ValidationError,
    error_from_dict,
    get_hold_back,
)
from .plain_data import ConnectionReport, ConnectionSettings, Exchange
from .storable import make_storable
from .text import Text, TextMaker, join_texts, unpack_text

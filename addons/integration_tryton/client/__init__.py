"""Plain Python client of Tryton: no ORM, no database of ours."""

from .tryton_client import TrytonClient

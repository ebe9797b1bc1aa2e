"""What the flow of account figures asks of a system's client, in plain data.

``account_figures(remote_ids)`` → per customer an :class:`AccountFigures`, or None where it
is gone. Few calls, however many customers. Amounts are decimal strings in ``currency``,
the currency the ERP keeps its books in; an empty string says that the ERP does not tell.
"""

from typing import TypedDict


class AccountFigures(TypedDict):
    currency: str  # ISO code
    receivable: str  # what the customer owes, due or not
    overdue: str  # of it, what is past its due date
    credit_limit: str  # "" for none
    credit_used: str  # what counts against the limit
    is_on_hold: bool  # the ERP itself would stop an order
    margin: str  # of the last twelve months
    margin_percent: str
    missing: list[str]  # what this ERP does not tell, and why, for people

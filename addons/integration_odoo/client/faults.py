"""Odoo's exceptions, as told over either protocol, and the error kinds they stand for.

An exception Odoo tells us of was raised before its transaction committed, so nothing has
changed over there, even if the HTTP status is 500 (``odoo/service/model.py``,
``retrying``). Only a database connection lost during the commit leaves that open.
"""

import re

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    InternalError,
    NetworkError,
    OutcomeUnknownError,
    TextMaker,
    ValidationError,
)

_lt = TextMaker(__name__)

AUTHENTICATION = ("AccessDenied", "Unauthorized", "SessionExpiredException")
# Odoo has tried these again itself, up to five times, before it tells us
BUSY = (
    "ConcurrencyError",
    "DeadlockDetected",
    "LockError",
    "LockNotAvailable",
    "PoolError",
    "SerializationFailure",
    "TransactionRollbackError",
)
CONNECTION_LOST = ("OperationalError", "InterfaceError")
# meant for people: the text says what is wrong with the record
FOR_PEOPLE = (
    "CacheMiss",
    "Forbidden",
    "MissingError",
    "RedirectWarning",
    "UserError",
    "ValidationError",
    "Warning",
)
APP_OF_MODEL = {
    "sale.order": "Sales",
    "account.move": "Invoicing",
    "stock.picking": "Inventory",
    "delivery.carrier": "Delivery Costs",
}
# the wordings of JSON-2 (addons/rpc) and of JSON-RPC (odoo/service/model.py)
_NO_MODEL = re.compile(
    r"the model '([\w.]+)' does not exist|Object ([\w.]+) doesn't exist"
)
_NO_DATABASE = re.compile(r'database ".*" does not exist')


# PostgreSQL's own words, where an import of Odoo tells an exception as a message
_BUSY_TEXT = re.compile(
    r"could not serialize access|deadlock detected|could not obtain lock"
    r"|lock timeout",
    re.IGNORECASE,
)


class ModelMissingError(ValidationError):
    """The remote Odoo lacks the app that brings a model."""


def find_fault(structure):
    """The exception in an answer, or None.

    :param structure: parsed body of a JSON-2 answer with an error status, or the
        ``error`` member of a JSON-RPC answer
    :return: dict with ``name`` and ``message``, or None
    """
    if not isinstance(structure, dict):
        return None
    fault = structure.get("data", structure)
    if isinstance(fault, dict) and fault.get("name") and "message" in fault:
        return fault
    return None


def error_of_messages(messages):
    """The named error that the messages of an import stand for: ``load`` catches what Odoo
    would have tried again, a conflict of two transactions say, and has nothing written
    (``odoo/orm/models.py``).

    :param messages: texts
    """
    text = " ".join(dict.fromkeys(messages))
    if _BUSY_TEXT.search(text):
        return NetworkError(_lt("Odoo is busy with the same records."), text)
    return ValidationError(text or _lt("Odoo refuses this change."))


def error_of_fault(fault, changes, technical):
    """The named error an exception over there stands for.

    :param dict fault: see :func:`find_fault`
    :param bool changes: the call was to change something
    :param str technical: for the exchange log, secrets removed
    :rtype: IntegrationError
    """
    name = fault["name"].rpartition(".")[2]
    text = get_text(fault)
    if name in AUTHENTICATION:
        return AuthenticationError(
            _lt(
                "Odoo refuses our credentials. Enter a valid API key on the"
                " connector, then test the connection."
            ),
            technical,
        )
    if _NO_DATABASE.search(text):
        return AuthenticationError(
            _lt(
                "There is no database of that name. Enter its name on the"
                " connector, then test the connection."
            ),
            technical,
        )
    no_model = _NO_MODEL.search(text)
    if no_model:
        model = no_model[1] or no_model[2]
        app = APP_OF_MODEL.get(model, model)
        return ModelMissingError(
            _lt(
                "The app “%(app)s” is not installed in the other Odoo. Install it"
                " there.",
                app=app,
            ),
            technical,
        )
    if name in BUSY:
        return NetworkError(_lt("Odoo is busy with the same records."), technical)
    if name in CONNECTION_LOST:
        lost = OutcomeUnknownError if changes else NetworkError
        return lost(_lt("Odoo has lost the connection to its database."), technical)
    if name == "AccessError":
        return ValidationError(
            _lt(
                "The user of the connector lacks a right in the other Odoo: %(text)s",
                text=text,
            ),
            technical,
        )
    if name in FOR_PEOPLE:
        return ValidationError(text, technical)
    if changes and name != "UnprocessableEntity":
        # rolled back, so it is about the content: the others of the batch may get through
        return ValidationError(
            _lt(
                "Odoo could not process this and has undone it: %(name)s: %(text)s",
                name=name,
                text=text,
            ),
            technical,
        )
    return InternalError(
        _lt(
            "Odoo failed: %(name)s: %(text)s",
            name=name,
            text=text,
        ),
        technical,
    )


def get_text(fault):
    """What the exception says to people, cut to a length they will read."""
    text = fault["message"]
    arguments = fault.get("arguments") or ()
    if not text and arguments and isinstance(arguments[0], str):
        text = arguments[0]
    return " ".join(str(text or fault["name"]).split())[:1000]

"""What Tryton means by its errors, in words that say what to do.

What is said here about Tryton was read in trytond 8.0: ``protocols/dispatcher.py``,
``protocols/jsonrpc.py``, ``exceptions.py``.
"""

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    InternalError,
    NetworkError,
    TextMaker,
    ValidationError,
)
from odoo.addons.integration_hub.client.words import list_rights

_lt = TextMaker(__name__)

# RPC methods by the right they need (trytond/model/modelstorage.py); buttons write
READ_METHODS = ("read", "search", "search_read", "search_count", "fields_get")


class Refusal(ValidationError):
    """A ``UserError``: required, domain, access … only its text tells which."""


class Question(ValidationError):
    """A ``UserWarning``: Tryton wants a yes before it goes on."""

    def __init__(self, name, message):
        super().__init__(message, name)
        self.name = name


class RefusalWords:
    """The part of the client that puts errors into words, and knows what its user may do."""

    def _explain_status(self, name, response):
        """What a 4xx means (``dispatcher.py``); 401 and 429 were dealt with before."""
        status = response.status_code
        technical = f"HTTP {status} to {name}"
        if status == 404:
            # also the answer while Tryton can't reach its own database
            return NetworkError(
                _lt(
                    "Tryton has no database called %(database)s, or can't reach"
                    " it at the moment. Check its name on the connector.",
                    database=self.database or _lt("(empty)"),
                ),
                technical,
            )
        if status == 403:
            return ValidationError(
                _lt(
                    "Tryton does not offer %(name)s to other systems. Is the"
                    " module that brings it activated there?",
                    name=name,
                ),
                technical,
            )
        if status == 413:
            return ValidationError(
                _lt("The request is too large for Tryton."), technical
            )
        return InternalError(
            _lt(
                "Tryton does not understand %(name)s.",
                name=name,
            ),
            technical,
        )

    def _explain_error(self, name, error, changes):
        """What the ``error`` of an answer means; the transaction was rolled back."""
        kind, details = (list(error) + ["", ""])[:2] if error else ("", "")
        if kind == "UserError":
            message, description, *_domain = [*details, "", ""]
            return Refusal("\n".join(filter(None, (message, description))))
        if kind == "UserWarning":
            warning, message, description = [*details, "", ""][:3]
            return Question(warning, "\n".join(filter(None, (message, description))))
        if kind == "ConcurrencyException":
            return NetworkError(
                _lt("Somebody changed the same record in Tryton at the same moment."),
                str(details),
            )
        if kind == "LoginException":
            return AuthenticationError(
                _lt(
                    "Tryton asks %(login)s for one more proof of identity at"
                    " login. Take a user that logs in with a password alone.",
                    login=self.login,
                ),
                str(details),
            )
        message = _lt(
            "Tryton failed at %(name)s: %(reason)s",
            name=name,
            reason=kind or _lt("it does not say why"),
        )
        # a defect over there often hangs on one record of many: a refusal is looked
        # into one by one, so that the others get through
        return (ValidationError if changes else InternalError)(message, str(details))

    def _explain_refusal(self, model, method, refusal, context):
        """Name the missing right where there is one: Tryton's own words hardly do, and
        come in any language."""
        right = method if method in ("create", "delete") else "write"
        right = "read" if method in READ_METHODS else right
        if not self.has_right(model, right, context):
            return ValidationError(
                _lt(
                    "The Tryton user %(login)s may not %(right)s %(model)s. Give"
                    " that user a group with this right there. (Tryton says:"
                    " %(reason)s)",
                    login=self.login,
                    right=list_rights([right]),
                    model=model,
                    reason=refusal.message,
                )
            )
        return ValidationError(refusal.message)

    def has_right(self, model, right, context=None):
        """Whether our user has a right on a model (``ir.model.access.get_access``).

        :param str right: read, write, create or delete
        """
        rights = self.facts.setdefault("rights", {})
        if model not in rights:
            try:
                rights.update(
                    self.call_method(
                        "model.ir.model.access.get_access",
                        [[model]],
                        self.context if context is None else context,
                    )
                )
            except (Refusal, InternalError):
                # no such model: then rights are not what is missing
                return True
        return bool(rights[model][right])

    def may_press(self, model, button):
        """Whether our user may call a button: one may be kept to some groups
        (``ir.model.button``), whatever the rights on the model."""
        buttons = self.facts.setdefault("buttons", {})
        if (model, button) not in buttons:
            rows = self.search_read(
                "ir.model.button",
                [["model", "=", model], ["name", "=", button]],
                ["groups"],
            )
            own = set(self.context.get("groups") or [])
            buttons[model, button] = all(
                not row["groups"] or own & set(row["groups"]) for row in rows
            )
        return buttons[model, button]

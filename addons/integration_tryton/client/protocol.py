"""JSON-RPC to a Tryton server: log in, call, tell its errors apart.

What is said here about Tryton was read in trytond 8.0: ``protocols/dispatcher.py``,
``protocols/jsonrpc.py``, ``security.py``, ``exceptions.py``.
"""

import base64
from urllib.parse import quote

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    IntegrationError,
    InternalError,
    NetworkError,
    OutcomeUnknownError,
    RateLimitError,
    SystemClient,
    TextMaker,
    ValidationError,
    in_chunks,
)
from odoo.addons.integration_hub.client.words import list_rights

from .encoding import decode, encode

_lt = TextMaker(__name__)

# trytond counts failed logins over [session] timeout, 300 seconds unless configured
LOGIN_PAUSE = 300.0
# a call that meets more warnings than this meets the same one again and again
MAX_WARNINGS = 5
READ_SIZE = 500
# RPC methods by the right they need (trytond/model/modelstorage.py); buttons write
READ_METHODS = ("read", "search", "search_read", "search_count", "fields_get")


class RpcClient(SystemClient):
    """One Tryton user in one Tryton database.

    Options: ``database``, ``login``, ``company_id``; credential: ``password``. The
    session token is kept in ``settings.session_cache``: Tryton hashes passwords slowly on
    purpose, so a login for every client would cost more than most calls.
    """

    @property
    def login(self):
        return self.settings.options.get("login") or ""

    @property
    def database(self):
        return self.settings.options.get("database") or ""

    # -- session ----------------------------------------------------------------------

    @property
    def _cache(self):
        """What this user's clients share: ``token``, ``context`` and ``facts``."""
        key = ("tryton", self.settings.url, self.database, self.login)
        return self.settings.session_cache.setdefault(key, {})

    @property
    def facts(self):
        """What was found out about the server in this session, by name."""
        return self._cache.setdefault("facts", {})

    def forget_session(self):
        self._cache.clear()

    def _log_in(self):
        """Get a session token (``security.login``).

        :raise AuthenticationError: wrong login or password, or a second factor is asked
        :raise RateLimitError: too many failed logins: even the right password is refused
        """
        parameters = {"password": self.settings.credentials.get("password") or ""}
        try:
            user_id, token, *_bus = self._post(
                "common.db.login", [self.login, parameters, "en"]
            )
        except RateLimitError as error:
            raise self.note_error(
                RateLimitError(
                    _lt(
                        "Too many failed logins as %(login)s: Tryton refuses even"
                        " the right password for about five minutes.",
                        login=self.login,
                    ),
                    error.technical,
                    error.retry_after or LOGIN_PAUSE,
                )
            ) from error
        except AuthenticationError as error:
            if not self.exchanges or self.exchanges[-1].status != 401:
                raise
            raise self.note_error(
                AuthenticationError(
                    _lt(
                        "Tryton refuses the login %(login)s with this password"
                        " for database %(database)s. Enter valid ones on the"
                        " connector, then test the connection.",
                        login=self.login,
                        database=self.database,
                    ),
                    error.technical,
                )
            ) from error
        finally:
            # the answer is the token itself, which no pattern can tell from other text
            if self.exchanges and self.exchanges[-1].response:
                self.exchanges[-1].response = "***"
        credential = f"{self.login}:{user_id}:{token}"
        self._cache["token"] = base64.b64encode(credential.encode()).decode()

    def prepare_headers(self):
        token = self._cache.get("token")
        return {"Authorization": f"Session {token}"} if token else {}

    @property
    def context(self):
        """The user's own context (company, language, groups), which the last parameter of
        every call has to be."""
        context = self._cache.get("context")
        if context is None:
            preferences = self.call_method("model.res.user.get_preferences", [True], {})
            # number and date formats are for screens; they would swell every call
            context = {
                name: value
                for name, value in preferences.items()
                if name not in ("locale", "language_direction")
            }
            company_id = self.settings.options.get("company_id")
            if company_id:
                context["company"] = int(company_id)
            self._cache["context"] = context
        return context

    # -- calls ------------------------------------------------------------------------

    def rpc(
        self, model, method, *params, changes=False, context=None, skip_warnings=False
    ):
        """Call ``method`` of ``model`` as a user's client would.

        :param bool changes: as in :meth:`SystemClient.send`
        :param dict context: added to the user's own
        :param bool skip_warnings: answer "yes" to what Tryton asks a person ("do you
            really want …?"). Only for what can be taken back: a credit limit, say, is
            such a question.
        """
        full_context = {**self.context, **(context or {})}
        for _attempt in range(MAX_WARNINGS):
            try:
                return self.call_method(
                    f"model.{model}.{method}", list(params), full_context, changes
                )
            except _Warning as warning:
                if not skip_warnings:
                    raise self.note_error(
                        ValidationError(
                            _lt(
                                "Tryton asks a person to decide: %(question)s",
                                question=warning.message,
                            ),
                            warning.name,
                        )
                    ) from warning
                self.call_method(
                    "model.res.user.warning.skip",
                    [warning.name, False],
                    full_context,
                    True,
                )
            except _Refusal as refusal:
                raise self.note_error(
                    self._explain_refusal(model, method, refusal, full_context)
                ) from refusal
        raise self.note_error(
            ValidationError(
                _lt("Tryton keeps asking the same question; try it there by hand."),
                f"{model}.{method}",
            )
        )

    def call_method(self, name, params, context, changes=False):
        """Call an RPC method, logging in when there is no session or it has ended.

        A call that got a 401 was not carried out (``wsgi.auth_required`` comes first), so
        it is sent again even when it creates something.
        """
        if not self._cache.get("token"):
            self._log_in()
        used = self._cache["token"]
        try:
            return self._post(name, [*params, context], changes)
        except AuthenticationError:
            if not self.exchanges or self.exchanges[-1].status != 401:
                raise
            # somebody else may have renewed it meanwhile
            if self._cache.get("token") in (used, None):
                self._log_in()
            return self._post(name, [*params, context], changes)

    def _post(self, name, params, changes=False, path=None):
        """One request and its result.

        :raise _Warning, _Refusal: to be put into words by :meth:`rpc`
        """
        response = self.send(
            name,
            "POST",
            path or f"/{quote(self.database)}/rpc/",
            body={"id": 0, "method": name, "params": encode(params)},
            changes=changes,
            headers={"Authorization": None} if name == "common.db.login" else None,
        )
        if response.status_code >= 400:
            raise self.note_error(self._explain_status(name, response))
        answer = self.parse_json(response, changes)
        if not isinstance(answer, dict) or not answer.keys() & {"result", "error"}:
            lost = OutcomeUnknownError if changes else NetworkError
            raise self.note_error(
                lost(
                    _lt(
                        "This does not answer like a Tryton server. Check the"
                        " address of the connector."
                    ),
                    str(answer)[:200],
                )
            )
        if "error" in answer:
            raise self.note_error(self._explain_error(name, answer["error"], changes))
        return decode(answer["result"])

    def search_read(self, model, domain, fields, order=None, limit=None, context=None):
        return self.rpc(
            model, "search_read", domain, 0, limit, order, list(fields), context=context
        )

    def read_records(self, model, ids, fields):
        """:return: dict ``{id: values}`` of the records, which have to exist"""
        rows = []
        for chunk in in_chunks(list(dict.fromkeys(ids)), READ_SIZE):
            rows += self.rpc(model, "read", chunk, list(fields))
        return {row["id"]: row for row in rows}

    def read_created(self, model, ids, fields):
        """:meth:`read_records` of what was just created: it is there, so a failure to read it
        must not look like a refusal, which would have it sent again."""
        try:
            return self.read_records(model, ids, fields)
        except IntegrationError as error:
            raise OutcomeUnknownError(
                _lt("It was created, but could not be read."),
                f"{error.message} {error.technical}",
            ) from error

    def read_existing(self, model, ids, fields):
        """Like :meth:`read_records`, without those that were deleted meanwhile; archived ones of
        a model that can be archived are left out as well."""
        rows = []
        for chunk in in_chunks(sorted(set(ids)), READ_SIZE):
            rows += self.search_read(model, [["id", "in", chunk]], fields)
        return {row["id"]: row for row in rows}

    def record_url(self, model, record_id):
        """Where Tryton's web client (sao) shows a record."""
        return f"{self.settings.url}/#{self.database}/model/{model}/{record_id}"

    @property
    def company_id(self):
        return self.context.get("company")

    @property
    def modules(self):
        """:return: set of names of the activated modules"""
        if "modules" not in self.facts:
            rows = self.search_read(
                "ir.module", [["state", "=", "activated"]], ["name"]
            )
            self.facts["modules"] = {row["name"] for row in rows}
        return self.facts["modules"]

    # -- errors -----------------------------------------------------------------------

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
            return _Refusal("\n".join(filter(None, (message, description))))
        if kind == "UserWarning":
            warning, message, description = [*details, "", ""][:3]
            return _Warning(warning, "\n".join(filter(None, (message, description))))
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
            except (_Refusal, InternalError):
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


class _Refusal(ValidationError):
    """A ``UserError``: required, domain, access … only its text tells which."""


class _Warning(ValidationError):
    """A ``UserWarning``: Tryton wants a yes before it goes on."""

    def __init__(self, name, message):
        super().__init__(message, name)
        self.name = name

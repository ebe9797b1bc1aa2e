"""JSON-RPC to a Tryton server: log in, call. What its errors mean is in ``refusals.py``.

What is said here about Tryton was read in trytond 8.0: ``protocols/dispatcher.py``,
``protocols/jsonrpc.py``, ``security.py``.
"""

import base64
from urllib.parse import quote

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    IntegrationError,
    NetworkError,
    OutcomeUnknownError,
    RateLimitError,
    SystemClient,
    TextMaker,
    ValidationError,
    in_chunks,
)

from .encoding import decode, encode
from .refusals import Question, Refusal, RefusalWords

_lt = TextMaker(__name__)

# trytond counts failed logins over [session] timeout, 300 seconds unless configured
LOGIN_PAUSE = 300.0
# a call that meets more warnings than this meets the same one again and again
MAX_WARNINGS = 5
READ_SIZE = 500
# Clause for archived records too: Tryton leaves them out unless the domain speaks of them,
# each nested list of clauses by itself (trytond/model/modelstorage.py)
ANY_ACTIVE = ["active", "in", [True, False]]


class RpcClient(RefusalWords, SystemClient):
    """One Tryton user in one Tryton database.

    Options: ``database``, ``login``, ``company_id``; credential: ``password``. The
    session token is kept in ``settings.session_cache``: Tryton hashes passwords slowly on
    purpose, so a login for every client would cost more than most calls.
    """

    is_on_postgresql = True

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
            answer = self._post("common.db.login", [self.login, parameters, "en"])
        except RateLimitError as error:
            pause = error.retry_after or LOGIN_PAUSE
            self.note_pause(pause)
            raise self.note_error(
                RateLimitError(
                    _lt(
                        "Too many failed logins as %(login)s: Tryton refuses even"
                        " the right password for about five minutes.",
                        login=self.login,
                    ),
                    error.technical,
                    pause,
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
        if not _is_session(answer):
            raise self._get_nonsense_error("***")
        user_id, token, *_bus = answer
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
            if not isinstance(preferences, dict):
                raise self._get_nonsense_error(preferences)
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
            except Question as asked:
                if not skip_warnings:
                    raise self.note_error(
                        ValidationError(
                            _lt(
                                "Tryton asks a person to decide: %(question)s",
                                question=asked.message,
                            ),
                            asked.name,
                        )
                    ) from asked
                self.call_method(
                    "model.res.user.warning.skip",
                    [asked.name, False],
                    full_context,
                    True,
                )
            except Refusal as refusal:
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

        :raise Question, Refusal: to be put into words by :meth:`rpc`
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
            raise self._get_nonsense_error(answer, changes)
        if "error" in answer:
            raise self.note_error(self._explain_error(name, answer["error"], changes))
        return decode(answer["result"])

    def search_read(self, model, domain, fields, order=None, limit=None, context=None):
        rows = self.rpc(
            model, "search_read", domain, 0, limit, order, list(fields), context=context
        )
        return self._check_rows(rows)

    def read_records(self, model, ids, fields):
        """:return: dict ``{id: values}`` of the records, which have to exist"""
        rows = []
        for chunk in in_chunks(list(dict.fromkeys(ids)), READ_SIZE):
            rows += self._check_rows(self.rpc(model, "read", chunk, list(fields)))
        return {row["id"]: row for row in rows}

    def _check_rows(self, rows):
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return rows
        raise self._get_nonsense_error(rows)

    def _get_nonsense_error(self, answer, changes=False):
        """What stands between us and the server may answer in its place. Asked again, the
        server answers itself; who knows what it has done."""
        lost = OutcomeUnknownError if changes else NetworkError
        return self.note_error(
            lost(
                _lt(
                    "This does not answer like a Tryton server. Check the"
                    " address of the connector."
                ),
                self._loggable(str(answer)[:200]),
            )
        )

    def create_records(self, model, values, **options):
        """
        :param list values: of each record
        :param options: see :meth:`rpc`
        :return: list of ids, in the order of ``values``
        :raise OutcomeUnknownError: the answer is not as many ids
        """
        ids = self.rpc(model, "create", values, changes=True, **options)
        is_list = isinstance(ids, list) and all(type(item) is int for item in ids)
        if not is_list or not len(set(ids)) == len(ids) == len(values):
            raise self._get_nonsense_error(ids, changes=True)
        return ids

    def read_created(self, model, ids, fields):
        """:meth:`read_records` of what was just created: it is there, so a failure to read it
        must not look like a refusal, which would have it sent again."""
        try:
            rows = self.read_records(model, ids, fields)
            if rows.keys() >= set(ids):
                return rows
            detail = str(ids)
        except IntegrationError as error:
            detail = f"{error.message} {error.technical}"
        raise OutcomeUnknownError(_lt("It was created, but could not be read."), detail)

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


def _is_session(answer):
    """Whether it is what a login is answered with: the user's id, a token, and more."""
    return (
        isinstance(answer, list)
        and len(answer) > 1
        and type(answer[0]) is int
        and isinstance(answer[1], str)
        and bool(answer[1])
    )

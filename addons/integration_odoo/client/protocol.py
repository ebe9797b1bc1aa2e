"""Two protocols behind one ``call``: JSON-2 (Odoo 19 on) and JSON-RPC (14 to 18, 19)."""

import re
import time

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    InternalError,
    NetworkError,
    OutcomeUnknownError,
    SystemClient,
    TextMaker,
    ValidationError,
)

from .faults import (
    ModelMissingError,
    error_of_fault,
    error_of_messages,
    find_fault,
)
from .names import NAMES

_lt = TextMaker(__name__)

# Odoo's default limit_time_real, after which a worker is killed, and a margin: a call
# whose answer was lost may go on for that long over there
SETTLE_SECONDS = 150.0
# apps get installed, currencies and languages added
FACTS_LIFETIME = 3600.0
JSON2_SINCE = 19
# paths such as /odoo/sale.order/12 (odoo/addons/web/static/src/core/browser/router.js)
SHORT_URLS_SINCE = 18
HAS_ACCESS_SINCE = 18
# what these methods answer; anything else was not said by Odoo
ANSWER_TYPES = {
    "check_access_rights": bool,
    "context_get": dict,
    "create": list,
    "fields_get": dict,
    "formatted_read_group": list,
    "has_access": bool,
    "load": dict,
    "read_group": list,
    "search_read": list,
    "unlink": bool | None,
    "write": bool | None,
}
# ... what their lists or dictionaries hold
ITEM_TYPES = {"create": int, "fields_get": dict, "search_read": dict}
# ... and what is always in their dictionaries
ANSWER_KEYS = {"context_get": {"uid"}, "load": {"ids", "messages"}}


class NotThereError(NetworkError):
    """No Odoo, or none with its database, has answered: nothing was done."""


class OdooProtocol(SystemClient):
    """Calls methods of models, tells errors apart, knows which fields there are."""

    #: a second call at once gains on a server with worker processes, and costs nothing on
    #: one without
    default_parallel_calls = 2
    is_on_postgresql = True
    #: how long a call whose answer was lost may go on over there
    settle_seconds = SETTLE_SECONDS

    def __init__(self, settings):
        super().__init__(settings)
        self.last_headers = {}

    # -- calls ------------------------------------------------------------------------

    def call(self, model, method, ids=None, *, changes=False, purpose="", **arguments):
        """Call a public method, arguments by name.

        :param str model: such as ``sale.order``
        :param str method: public one
        :param list ids: records; None for a method of the model as a whole
        :param bool changes: a lost answer leaves the outcome unknown
        :param str purpose: for the exchange log; else model and method
        :return: what the method returns; ids for records
        :raise IntegrationError: of the kind that fits
        """
        purpose = purpose or f"{model} {method}"
        arguments["context"] = {**self.context, **arguments.get("context", {})}
        send = self._call_json2 if self.protocol == "json2" else self._call_jsonrpc
        # before it is sent, which takes it out
        to_create = arguments.get("vals_list") if method == "create" else None
        answer = send(purpose, model, method, ids, changes, arguments)
        if not _is_answer(method, answer, to_create):
            raise self._get_nonsense_error(answer, changes)
        return answer

    def write_table(self, model, columns, table, *, purpose, context):
        """Values of their own for many records in one call, where ``write`` takes one set
        for all of them: by ``load``, the method behind Odoo's import. It takes the table in
        one transaction, and checks rights and values like any write
        (``odoo/orm/models.py``).

        :param str model: such as ``sale.order``
        :param columns: as the import names them; ``.id`` is the record
        :param list table: rows of texts
        :param str purpose: see :meth:`call`
        :param dict context: added to ours
        :raise ValidationError: Odoo refuses a row; nothing of the table is written
        :raise NetworkError: others are at the same records; nothing of it is written either
        """
        answer = self.call(
            model,
            "load",
            fields=list(columns),
            data=table,
            context=context,
            changes=True,
            purpose=purpose,
        )
        if not answer.get("ids"):
            raise error_of_messages(
                str(item.get("message", "")) for item in answer.get("messages") or []
            )

    def check_action_answer(self, answer):
        """A button's method answers True, or with a window to open; a page in between with
        anything. Over JSON-RPC the envelope has told already who answers.

        :raise OutcomeUnknownError: it was not Odoo that answered
        """
        is_window = isinstance(answer, dict) and "type" in answer
        if answer is not True and not is_window and self.protocol == "json2":
            raise self._get_nonsense_error(answer, changes=True)

    def search_read(self, model, domain, fields, order="id", **arguments):
        """Records of ``domain`` as dicts; fields the remote version lacks are left out."""
        known = self.get_fields(model)
        return self.call(
            model,
            "search_read",
            domain=domain,
            fields=[name for name in fields if name in known],
            order=order,
            **arguments,
        )

    @property
    def context(self):
        """Context of every call: one company, moments in UTC."""
        context = {"tz": "UTC"}
        company_id = self.settings.options.get("company_id")
        if company_id:
            context["allowed_company_ids"] = [int(company_id)]
        return context

    def _call_json2(self, purpose, model, method, ids, changes, arguments):
        body = arguments if ids is None else {**arguments, "ids": ids}
        headers = {
            "Authorization": f"bearer {self.settings.credentials.get('api_key') or ''}"
        }
        if self.database:
            headers["X-Odoo-Database"] = self.database
        response = self.send(
            purpose,
            "POST",
            f"/json/2/{model}/{method}",
            body=body,
            changes=changes,
            headers=headers,
        )
        return self.parse_json(response, changes)

    def _call_jsonrpc(self, purpose, model, method, ids, changes, arguments):
        positional = [] if ids is None else [ids]
        # call_kw looks at the first positional argument of a create; write is overridden
        # under other names of its argument until 16 (sale.order)
        name = {"create": "vals_list", "write": "vals"}.get(method)
        if name:
            positional.append(arguments.pop(name))
        parameters = [self.database, self._get_uid(), self._secret]
        parameters += [model, method, positional, arguments]
        return self._call_service(purpose, "object", "execute_kw", parameters, changes)

    def _call_service(self, purpose, service, method, parameters, changes=False):
        params = {"service": service, "method": method, "args": parameters}
        return self._post_jsonrpc(purpose, "/jsonrpc", params, changes)

    def _post_jsonrpc(self, purpose, path, params, changes=False):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        response = self.send(purpose, "POST", path, body=body, changes=changes)
        answer = self.parse_json(response, changes)
        if not isinstance(answer, dict) or "jsonrpc" not in answer:
            raise self._get_nonsense_error(answer, changes)
        if "error" not in answer:
            # left out where a method returns nothing
            return answer.get("result")
        fault = find_fault(answer["error"])
        technical = self._loggable(response.text[:2000])
        if fault is None:
            raise self.note_error(InternalError(_lt("Odoo failed."), technical))
        raise self.note_error(error_of_fault(fault, changes, technical))

    def _get_nonsense_error(self, answer, changes):
        """Something in between has answered, who knows what Odoo has done."""
        lost = OutcomeUnknownError if changes else NetworkError
        return self.note_error(
            lost(
                _lt(
                    "This does not answer like an Odoo. Check the address of the"
                    " connector."
                ),
                self._loggable(str(answer)[:200]),
            )
        )

    def check_status(self, response, lost):
        """An error status with an exception of Odoo's in it says more than its number."""
        self.last_headers = response.headers
        if response.status_code < 400:
            return super().check_status(response, lost)
        fault = None
        if "json" in response.headers.get("Content-Type", ""):
            try:
                fault = find_fault(response.json())
            except ValueError:
                fault = None
        if fault:
            technical = self._loggable(fault.get("debug") or response.text[:2000])
            raise error_of_fault(fault, lost is OutcomeUnknownError, technical)
        super().check_status(response, lost)
        technical = f"HTTP {response.status_code} {self._loggable(response.text[:500])}"
        if response.status_code == 413:
            raise ValidationError(
                _lt("This is more than the server in front of Odoo takes at once."),
                technical,
            )
        if response.status_code == 404:
            # Also what a JSON-2 call is answered with while Odoo can't reach its database
            # (odoo/http.py: RegistryError), and what some servers in front say while no
            # Odoo runs behind them: it may be back in a moment
            raise NotThereError(
                _lt(
                    "There is no Odoo at this address, or it has no database of that"
                    " name, or can't reach it at the moment. Check address and database"
                    " of the connector."
                ),
                technical,
            )
        # not about a record: no call will get through, so the connector stops
        raise AuthenticationError(
            _lt(
                "What is at the address of the connector refuses us before Odoo is"
                " asked. Check address and database of the connector, then test the"
                " connection."
            ),
            technical,
        )

    # -- who and how ------------------------------------------------------------------

    @property
    def database(self):
        return self.settings.options.get("database") or ""

    @property
    def protocol(self):
        """``json2`` or ``jsonrpc``: as set, else what version and credentials allow."""
        chosen = self.settings.options.get("protocol") or "auto"
        if chosen != "auto":
            return chosen
        has_key = bool(self.settings.credentials.get("api_key"))
        return "json2" if has_key and self.major_version >= JSON2_SINCE else "jsonrpc"

    @property
    def version(self):
        """Version of the remote Odoo, such as ``19.0``. Asked once, without a login."""
        version = self._facts.get("version") or self.settings.options.get("version")
        if not version:
            version = self._fetch_version()
        self._facts["version"] = version
        return version

    @property
    def major_version(self):
        # "saas~18.2" and "saas-18.2" are 18 and a bit
        digits = re.search(r"\d+", self.version)
        return int(digits[0]) if digits else 0

    def _fetch_version(self):
        try:
            answer = self._post_jsonrpc("version", "/web/webclient/version_info", {})
        except (AuthenticationError, NotThereError):
            # on its way out since 19, where this one takes its place later on
            response = self.send("version", "GET", "/web/version")
            answer = self.parse_json(response)
            answer["server_version"] = answer.get("version")
        version = (answer or {}).get("server_version")
        if not version:
            raise ValidationError(_lt("What is at this address is not an Odoo."))
        return version

    @property
    def _secret(self):
        """An API key takes the place of the password in JSON-RPC since 14."""
        credentials = self.settings.credentials
        return credentials.get("api_key") or credentials.get("password") or ""

    def _get_uid(self):
        """Number of our user over there, by login; JSON-RPC asks for it in every call."""
        login = self.settings.options.get("login") or ""
        key = ("uid", login)
        if not self._facts.get(key):
            if not (login and self.database and self._secret):
                raise AuthenticationError(
                    _lt(
                        "Enter the database, the login, and the API key or"
                        " password on the connector: Odoo's JSON-RPC needs them."
                    )
                )
            parameters = [self.database, login, self._secret, {}]
            uid = self._call_service("log in", "common", "authenticate", parameters)
            if not uid:
                raise self.note_error(
                    AuthenticationError(
                        _lt(
                            "Odoo refuses our credentials. Enter a valid login"
                            " with its API key or password on the connector, then"
                            " test the connection."
                        )
                    )
                )
            self._facts[key] = uid
        return self._facts[key]

    # -- facts about the other side ---------------------------------------------------

    @property
    def _facts(self):
        """What was found out in this process, for this address, database and company."""
        options = self.settings.options
        key = ("odoo", self.settings.url, self.database, options.get("company_id"))
        facts = self.settings.session_cache.get(key)
        if facts is None or time.monotonic() > facts["expires"]:
            facts = {"expires": time.monotonic() + FACTS_LIFETIME}
            self.settings.session_cache[key] = facts
        return facts

    def get_fact(self, name, find):
        """A fact, found out once in a while per process.

        :param name: what it is kept under
        :param find: callable that asks for it
        """
        facts = self._facts
        value = facts.get(name)
        if not value:
            # nothing found is asked again: somebody may add it at any moment
            value = facts[name] = find()
        return value

    def forget_fact(self, name):
        self._facts.pop(name, None)

    def get_fields(self, model):
        """Fields of a model over there: ``{name: {"type", "required", "depends"}}``. They
        differ from version to version and with the apps installed; empty for a model that
        is not there. What depends on other fields Odoo works out by itself."""
        return self.get_fact(("fields", model), lambda: self._fetch_fields(model))

    def _fetch_fields(self, model):
        try:
            attributes = ["type", "required", "depends"]
            return self.call(model, "fields_get", attributes=attributes)
        except ModelMissingError:
            return {}

    def get_field(self, model, *names):
        """The first of ``names`` that the model has, else None: what was renamed."""
        known = self.get_fields(model)
        return next((name for name in names if name in known), None)

    def get_name(self, model, what):
        """What this version calls a field, see ``names.py``; None where it has none."""
        return self.get_field(model, *NAMES[model, what])

    def has_model(self, model):
        return bool(self.get_fields(model))

    def get_url(self, model, remote_id):
        """Address of the record for people."""
        url = self.settings.url.rstrip("/")
        if self.major_version >= SHORT_URLS_SINCE:
            return f"{url}/odoo/{model}/{remote_id}"
        return f"{url}/web#id={remote_id}&model={model}&view_type=form"


def _is_answer(method, answer, to_create):
    """Whether Odoo can have said that.

    :param list to_create: values of records, each of which gets an id of its own; None
        where none is made
    """
    if not isinstance(answer, ANSWER_TYPES.get(method, object)):
        return False
    if method in ANSWER_KEYS and not ANSWER_KEYS[method].issubset(answer):
        return False
    kind = ITEM_TYPES.get(method)
    items = answer.values() if isinstance(answer, dict) else answer
    if kind and any(type(item) is not kind for item in items):
        return False
    return to_create is None or len(set(answer)) == len(answer) == len(to_create)

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..client import ConnectionSettings, IntegrationError
from ..translation import say

# {(database, connector): {}}: session tokens live in this process only, never on disk
# of the database's uuid, in keys that are kept over there
REMOTE_KEY_LENGTH = 8
_SESSION_CACHES = {}
# in the context: no call of a client goes on after it, ``time.monotonic``
UNTIL = "integration_hub.until"


class IntegrationConnector(models.Model):
    """Where a system is, as whom we work there, and how it fares.

    A system addon adds its type and two hooks::

        system_type = fields.Selection(
            selection_add=[("acme", "ACME")], ondelete={"acme": "cascade"}
        )

        def _acme_get_client_class(self): ...
        def _acme_get_client_options(self): ...  # what is not secret

    Optional hooks: ``_acme_get_credential_fields`` (which of login, api_key, password it
    uses) and ``_acme_apply_report_options`` (keep what a test found out).
    """

    _name = "integration.connector"
    _description = "Connector"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    # -- identity ---------------------------------------------------------------------
    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        help="Is told when the connector stops or a sync needs a person.",
    )
    system_type = fields.Selection([], required=True, string="System")
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("production", "Production")],
        required=True,
        default="production",
        tracking=True,
        help="Sandbox: a system to try things out. Production: the one the company works"
        " with. It can be changed later. A neutralised copy of this database talks to"
        " sandboxes only.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("tested", "Tested"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("error", "Stopped by an Error"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    error_message = fields.Text(readonly=True, copy=False)

    # -- connection -------------------------------------------------------------------
    url = fields.Char("Address", tracking=True, help="Such as https://erp.example.com")
    login = fields.Char(tracking=True)
    connect_timeout = fields.Float("Connect Time-out (s)", default=10.0)
    read_timeout = fields.Float("Answer Time-out (s)", default=120.0)
    batch_size = fields.Integer(
        default=100, help="How many records go over in one call where a flow sets none."
    )
    parallel_calls = fields.Integer(
        "Calls at Once",
        default=1,
        help="How many calls each lane may have under way at this system.",
    )
    max_attempts = fields.Integer(
        default=20, help="After so many tries a job fails and a person is asked."
    )
    exchange_log_days = fields.Integer("Keep Exchanges (days)", default=30)
    exchange_log_limit = fields.Integer(
        "Exchange Size Limit",
        default=20_000,
        help="Characters of each request and answer that are kept; 0 keeps none.",
    )

    # -- what we know of the other side -----------------------------------------------
    is_testing = fields.Boolean(readonly=True, copy=False)
    test_tries = fields.Integer(readonly=True, copy=False, aggregator=None)
    last_contact = fields.Datetime(readonly=True, copy=False)
    last_test = fields.Datetime(readonly=True, copy=False)
    remote_user = fields.Char(readonly=True, copy=False)
    remote_version = fields.Char(readonly=True, copy=False)
    remote_company = fields.Char(readonly=True, copy=False)
    missing_message = fields.Text("Missing", readonly=True, copy=False)
    warning_message = fields.Text("Worth Knowing", readonly=True, copy=False)

    # -- related ----------------------------------------------------------------------
    flow_ids = fields.One2many("integration.flow", "connector_id", "Flows")
    waiting_job_count = fields.Integer(compute="_compute_job_counts")
    problem_job_count = fields.Integer(compute="_compute_job_counts")

    _batch_size_positive = models.Constraint(
        "CHECK (batch_size > 0 AND parallel_calls > 0 AND max_attempts > 0)",
        "Batch size, calls at once and attempts must be at least 1.",
    )
    _parallel_calls_bounded = models.Constraint(
        "CHECK (parallel_calls <= 16)",
        "Calls at once: 16 at most. Where that is not enough, switch on more lanes.",
    )
    _timeouts_positive = models.Constraint(
        "CHECK (connect_timeout > 0 AND read_timeout > 0)",
        "Time-outs must be above zero: a call without one could wait for ever.",
    )

    @api.constrains("url")
    def _check_url(self):
        for connector in self:
            if connector.url and not connector.url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("The address must begin with https:// or http://")
                )
            if "@" in (connector.url or "").partition("://")[2].partition("/")[0]:
                # it stands in links, in the exchange log and in chatter
                raise ValidationError(
                    self.env._(
                        "Take the user name and the password out of the address: others"
                        " see it. Enter them in the fields for them."
                    )
                )

    # -- compute ----------------------------------------------------------------------

    def _compute_job_counts(self):
        counts = {
            (connector.id, state): count
            for connector, state, count in self.env["integration.job"]._read_group(
                [
                    ("connector_id", "in", self.ids),
                    ("state", "not in", ("done", "cancelled")),
                ],
                ["connector_id", "state"],
                ["__count"],
            )
        }
        for connector in self:
            connector.waiting_job_count = sum(
                counts.get((connector.id, state), 0)
                for state in ("waiting", "running", "retrying")
            )
            connector.problem_job_count = sum(
                counts.get((connector.id, state), 0)
                for state in ("failed", "attention")
            )

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        connectors = super().create(vals_list)
        for connector in connectors:
            connector._create_missing_flows()
        return connectors

    def write(self, vals):
        result = super().write(vals)
        if {"url", "login", "environment"} & vals.keys():
            for connector in self:
                connector._forget_session()
        return result

    # -- actions ----------------------------------------------------------------------

    def action_test_connection(self):
        """Ask a scheduled action to test: a remote call has no place in a request that may
        be run again."""
        self.check_access("write")
        # A test under way answers this as well: writing would refuse what it found out,
        # as it should when something was changed, and only then.
        idle = self.filtered(lambda connector: not connector.is_testing)
        idle.write({"is_testing": True})
        self.env["integration.lane"]._wake_up_to_test()
        return True

    def action_start(self):
        self.check_access("write")
        for connector in self:
            if connector.state == "draft" or connector.missing_message:
                raise UserError(
                    self.env._(
                        "Test the connection of %s first, and mend what is missing.",
                        connector.name,
                    )
                )
        self.write({"state": "running", "error_message": False})
        self.env["integration.lane"]._wake_up(connectors=self)
        return True

    def action_pause(self):
        """Stop sending and fetching; what happens meanwhile is collected."""
        self.check_access("write")
        self.write({"state": "paused"})
        return True

    def action_view_jobs(self):
        return self._get_related_action("integration.job", {"search_default_open": 1})

    def action_view_problems(self):
        return self._get_related_action(
            "integration.job", {"search_default_problem": 1}
        )

    def _get_related_action(self, model_name, context=None):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            # sudo: what a model is called
            "name": self.env["ir.model"].sudo()._get(model_name).name,
            "res_model": model_name,
            "view_mode": "list,form",
            "domain": [("connector_id", "=", self.id)],
            "context": {"default_connector_id": self.id, **(context or {})},
        }

    # -- for flows and lanes ----------------------------------------------------------

    @api.private
    def _is_running(self):
        self.ensure_one()
        return self.state == "running"

    @api.private
    def _is_collecting(self):
        """Changes are queued, be they sent now or once the connector goes on."""
        self.ensure_one()
        return self.state in ("running", "paused", "error")

    @api.model
    @api.private
    def _get_remote_key_prefix(self):
        """What the keys of this database begin with over there, so that several CRM
        databases can share an ERP."""
        # sudo: the database's own id is no secret among its users
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"CRM-{uuid[:REMOTE_KEY_LENGTH]}-"

    @api.private
    def _get_person_in_charge(self):
        """Who is asked where a problem is the connector's, not a deal's."""
        self.ensure_one()
        return self.user_id or self.env.ref("base.user_admin")

    @api.private
    def _get_client(self):
        """A client of this system; not to be shared between threads.

        :raise UserError: as :meth:`_get_connection_settings`
        """
        settings = self._get_connection_settings()
        client = self._call_hook("get_client_class")(settings)
        if until := self.env.context.get(UNTIL):
            client.keep_to(until, until)
        return client

    @api.private
    def _get_connection_settings(self):
        """All that a client has to know.

        :rtype: ConnectionSettings
        :raise UserError: no address, credentials that can't be read, or a neutralised
            database
        """
        self.ensure_one()
        if not self.url:
            raise UserError(
                self.env._("Enter the address of %(connector)s.", connector=self.name)
            )
        if self.environment == "production" and self._database_is_neutralized():
            raise UserError(
                self.env._(
                    "This is a neutralised copy of a database: it never talks to "
                    "production systems. Use a sandbox."
                )
            )
        key = (self.env.cr.dbname, self.id)
        return ConnectionSettings(
            url=self.url.rstrip("/"),
            # sudo: secrets go to the client and nowhere else
            credentials=self.env["integration.credential"].sudo()._read_secrets(self),
            options=self._get_client_options(),
            connect_timeout=self.connect_timeout,
            read_timeout=self._get_read_timeout(),
            meter=self._get_meter(),
            log_limit=self.exchange_log_limit,
            session_cache=_SESSION_CACHES.setdefault(key, {}),
        )

    def _get_read_timeout(self):
        """What is set, but no longer than a lane may live: a call that outlasts its
        server loses its answer."""
        return min(self.read_timeout, self.env["integration.lane"]._get_run_seconds())

    def _get_client_options(self):
        """What a client may know besides secrets.

        :return: dict; the system addon's hook adds its own"""
        return {
            "login": self.login or "",
            **(self._call_hook("get_client_options", default={}) or {}),
        }

    def _call_hook(self, name, *args, default=None):
        """Call this type's ``_<system_type>_<name>``."""
        hook = getattr(self, f"_{self.system_type}_{name}", None)
        if not self.system_type or hook is None:
            return default
        return hook(*args)

    def _database_is_neutralized(self):
        # sudo: a fact about the database, needed by whoever runs the client
        return bool(
            self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        )

    def _forget_session(self):
        _SESSION_CACHES.pop((self.env.cr.dbname, self.id), None)

    @api.private
    def _run_test(self):
        """Talk to the system and keep what it says. Called by a scheduled action."""
        self.ensure_one()
        self._forget_session()
        speaker = self._speak()
        report, error, exchanges = None, None, []
        try:
            with speaker._get_client() as client:
                try:
                    report = client.test_connection()
                    if not report.missing:
                        warnings = speaker.flow_ids._get_system_warnings(client)
                        report.warnings = [*report.warnings, *warnings]
                finally:
                    exchanges = client.exchanges
        except IntegrationError as caught:
            error = say(speaker.env, caught.message)
        except UserError as caught:
            error = str(caught)
        values = {"is_testing": False, "last_test": self.env.cr.now()}
        if report:
            values.update(
                last_contact=self.env.cr.now(),
                remote_user=report.user,
                remote_version=report.version,
                remote_company=report.company,
                missing_message=speaker._list_sentences(report.missing),
                warning_message=speaker._list_sentences(report.warnings),
                error_message=False,
            )
            if report.missing:
                values["state"] = "draft" if self.state == "tested" else self.state
            elif self.state == "draft":
                values["state"] = "tested"
            elif self.state == "error":
                # a person looks, then starts it again; what is won meanwhile is collected
                values["state"] = "paused"
        else:
            values.update(
                error_message=error,
                state="draft" if self.state in ("draft", "tested") else self.state,
            )
        self.write(values)
        if report and report.options:
            self._call_hook("apply_report_options", report.options)
        self.env["integration.exchange"]._log(self, exchanges)

    @api.private
    def _stop_by_error(self, error):
        """Stop, and tell the responsible at once. It stops even if nobody can be told.

        :param error: IntegrationError that no retry can mend
        """
        self.ensure_one()
        if self.state in ("draft", "error"):
            return
        speaker = self._speak()
        message = say(speaker.env, error.message)
        # one that was never started has nothing to collect: it is tested once more
        state = "draft" if self.state == "tested" else "error"
        self.write({"state": state, "error_message": message})
        self._forget_session()
        self._tell_safely(lambda: self._tell_of_stop(message))

from odoo import api, fields, models

from .integration_credential import PATIENCE, UnreadableCredentialsError
from .ir_cron_worker import note_left_work

SECRET_FIELDS = ("api_key", "password")


class IntegrationConnector(models.Model):
    """Secrets are written to a connector, never read from it."""

    _inherit = "integration.connector"

    # those of many connectors are read at once
    credential_ids = fields.One2many(
        "integration.credential",
        "connector_id",
        "Credentials",
        groups=fields.NO_ACCESS,
    )
    api_key = fields.Char(
        "API Key",
        compute="_compute_secrets",
        inverse="_inverse_api_key",
        groups="integration_hub.group_integration_administrator",
        copy=False,
        exportable=False,
        help="Kept encrypted. Nobody can read it again: enter a new one to replace it.",
    )
    password = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_password",
        groups="integration_hub.group_integration_administrator",
        copy=False,
        exportable=False,
        help="Kept encrypted. Nobody can read it again: enter a new one to replace it.",
    )
    api_key_is_set = fields.Boolean(compute="_compute_secrets_are_set")
    password_is_set = fields.Boolean(compute="_compute_secrets_are_set")
    unread_text = fields.Char("Server without Key", compute="_compute_unread_text")
    use_login = fields.Boolean(compute="_compute_credential_fields")
    use_api_key = fields.Boolean(compute="_compute_credential_fields")
    use_password = fields.Boolean(compute="_compute_credential_fields")

    def _compute_secrets(self):
        """Secrets are written, never read."""
        self.api_key = False
        self.password = False

    def _inverse_api_key(self):
        self._store_secret("api_key")

    def _inverse_password(self):
        self._store_secret("password")

    def _store_secret(self, name):
        for connector in self:
            if connector[name]:
                # sudo: nobody has rights on credentials; who may write this field may set
                # them, which the field's group has checked
                self.env["integration.credential"].sudo()._set(
                    connector, name, connector[name]
                )
                connector._forget_session()
        # what was written must not stay readable in the cache of this request
        self.invalidate_recordset([name, f"{name}_is_set"], flush=False)

    def action_forget_credentials(self):
        self.check_access("write")
        for connector in self:
            for name in SECRET_FIELDS:
                # sudo: see _store_secret
                self.env["integration.credential"].sudo()._set(connector, name, False)
            connector._forget_session()
        self.invalidate_recordset(["api_key_is_set", "password_is_set"], flush=False)

    def _compute_secrets_are_set(self):
        # sudo: only tells whether there is one
        credentials = (
            self.env["integration.credential"]
            .sudo()
            .search([("connector_id", "in", self.ids)])
        )
        names = {(item.connector_id.id, item.name) for item in credentials}
        for connector in self:
            connector.api_key_is_set = (connector._origin.id, "api_key") in names
            connector.password_is_set = (connector._origin.id, "password") in names

    @api.private
    def _leave_to_others(self, error, patience=PATIENCE):
        """What this server can't do as it lacks a key is for servers that have it.

        :param error: why there is no client
        :param timedelta patience: after so long without any of them, there is none
        :return: whether there may be one; else, or for any other error, it is ours to say
            what is wrong
        """
        self.ensure_one()
        if not isinstance(error, UnreadableCredentialsError):
            return False
        note_left_work()
        # sudo: nobody has rights on credentials
        return (
            self.env["integration.credential"].sudo()._leave_to_others(self, patience)
        )

    @api.depends_context("lang")
    def _compute_unread_text(self):
        # sudo: only tells which server it was
        servers = self.env["integration.credential"].sudo()._find_unread(self)
        for connector in self:
            connector.unread_text = connector in servers and self.env._(
                "The server %(server)s can't read the credentials: it does not have the key"
                " they are encrypted with, and leaves the work to the servers that do."
                " Whoever runs it gives it the same key and restarts it.",
                server=servers[connector],
            )

    @api.depends("system_type")
    def _compute_credential_fields(self):
        for connector in self:
            used = connector._call_hook("get_credential_fields", default=()) or ()
            connector.use_login = "login" in used
            connector.use_api_key = "api_key" in used
            connector.use_password = "password" in used

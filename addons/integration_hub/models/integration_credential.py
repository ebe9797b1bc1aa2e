import logging
import socket
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_list

from .. import credential_cipher

_logger = logging.getLogger(__name__)

# typed by whoever runs the server
MAKE_KEY = (
    "python3 -c 'from cryptography.fernet import Fernet;"
    " print(Fernet.generate_key().decode())'"
)


# For so long a server that can't read credentials leaves the work to others that may be
# able to; where none has come by then, it says that nobody can.
PATIENCE = timedelta(minutes=10)
# ... and where a person waits for the answer
TEST_PATIENCE = timedelta(seconds=60)
# that it still can't is noted so often
NOTE_EVERY = timedelta(seconds=20)
# what was not noted for so long is past
NOTE_LASTS = timedelta(minutes=5)
# ... for a test: what lanes have asked before it began, and nobody answered, is none of it
TEST_NOTE_LASTS = 4 * NOTE_EVERY

# databases whose credentials this process has said it can't read
_told = set()


class UnreadableCredentialsError(UserError):
    """This server can't read what is stored: its key is none, or another one."""


class IntegrationCredential(models.Model):
    """A secret of a connector, encrypted. Nobody has access: no rights are given on this
    model, and connectors read it for the client alone."""

    _name = "integration.credential"
    _description = "Connector Credential"

    connector_id = fields.Many2one(
        "integration.connector", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(required=True)
    token = fields.Char(required=True, groups=fields.NO_ACCESS)
    # a server has work for which it can't read this, and no other one has read it since
    unread_since = fields.Datetime(readonly=True)
    unread_at = fields.Datetime(readonly=True)
    unread_on = fields.Char(readonly=True)

    _name_uniq = models.UniqueIndex(
        "(connector_id, name)", "A connector keeps one secret of each name."
    )

    @api.private
    def _set(self, connector, name, secret):
        """Keep ``secret``, or forget it where it is empty.

        :raise UserError: the server has no key to encrypt it with, or another one than
            what is stored was encrypted with"""
        existing = self.search(
            [("connector_id", "=", connector.id), ("name", "=", name)]
        )
        if not secret:
            existing.unlink()
            return
        try:
            (self.search([]) - existing)._check_key()
            token = credential_cipher.encrypt(secret)
        except credential_cipher.UnusableKeyError as error:
            raise UserError(self._get_key_message(error)) from None
        if existing:
            existing.write({"token": token, "unread_since": False, "unread_at": False})
        else:
            self.create({"connector_id": connector.id, "name": name, "token": token})

    def _check_key(self):
        """Nothing is encrypted with a second key: no server could read all of it.

        :raise UserError: this server can't read what others have stored
        :raise UnusableKeyError: its key is none
        """
        unreadable = self.filtered(
            lambda credential: not credential_cipher.is_readable(credential.token)
        )
        if not unreadable:
            return
        connectors = unreadable.connector_id
        # who enters a secret need not see the connectors of all companies
        names = connectors.sudo(False)._filtered_access("read").mapped("name")
        if len(names) < len(connectors):
            names.append(self.env._("connectors of other companies"))
        raise UserError(
            self.env._(
                "This server (%(server)s) does not have the key that other credentials are"
                " encrypted with: those of %(connectors)s. Whoever runs it gives it the same"
                " key as the other servers (ODOO_INTEGRATION_KEY, or integration_key in its"
                " configuration, or the data directory they share) and restarts it. Where"
                " that key is lost, forget the credentials of these connectors first, then"
                " enter all of them again.",
                server=socket.gethostname(),
                connectors=format_list(self.env, names),
            )
        )

    @api.private
    def _read_secrets(self, connector):
        """:return: dict ``{name: secret}`` of ``connector``
        :raise UnreadableCredentialsError: the server's key is none, or does not fit what is
            stored"""
        credentials = connector.sudo().credential_ids
        try:
            secrets = {
                credential.name: credential_cipher.decrypt(credential.token)
                for credential in credentials
            }
        except credential_cipher.UnusableKeyError as error:
            raise UnreadableCredentialsError(self._get_key_message(error)) from None
        except credential_cipher.WrongKeyError:
            raise UnreadableCredentialsError(
                self.env._(
                    "The credentials of %(connector)s were encrypted with another key. "
                    "Give the server the key it had before (ODOO_INTEGRATION_KEY, or "
                    "integration_key in its configuration), or enter the credentials "
                    "again.",
                    connector=connector.name,
                )
            ) from None
        if any(credential.unread_since for credential in credentials):
            self._answer(connector)
        return secrets

    # -- servers with different keys --------------------------------------------------

    @api.private
    def _leave_to_others(self, connector, patience=PATIENCE):
        """This server can't read the credentials of ``connector``, for which it has work.
        The others are asked: one that reads them answers.

        Credentials and nothing else are written, in a transaction that is to be committed.

        :param timedelta patience: for how long an answer is waited for
        :return: whether another server may be able to
        """
        self._tell_server()
        now = self.env["integration.lane"]._now()
        rows = self.env.execute_query(
            SQL(
                "SELECT MIN(unread_since), MAX(unread_at) FROM integration_credential"
                " WHERE connector_id = %s",
                connector.id,
            )
        )
        [[since, at]] = rows
        is_due = at is None or at < now - NOTE_EVERY
        lasts = NOTE_LASTS if patience > NOTE_LASTS else TEST_NOTE_LASTS
        if not since or is_due and at < now - lasts:
            # what was asked long ago was for work that somebody else has done
            since, is_due = now, True
        is_left = now - since < patience
        if is_due or not is_left:
            self.env.cr.execute(
                SQL(
                    "UPDATE integration_credential SET unread_since = %s, unread_at = %s,"
                    " unread_on = %s WHERE id = ANY(%s)",
                    # the next work is asked for anew
                    since if is_left else None,
                    now,
                    socket.gethostname(),
                    self._find_free(connector),
                )
            )
            self.invalidate_model(["unread_since", "unread_at", "unread_on"])
        return is_left

    def _answer(self, connector):
        """This server can read the credentials of ``connector``."""
        self.env.cr.execute(
            SQL(
                "UPDATE integration_credential SET unread_since = NULL"
                " WHERE id = ANY(%s)",
                self._find_free(connector),
            )
        )
        self.invalidate_model(["unread_since"])

    def _find_free(self, connector):
        """:return: list of ids of the credentials of ``connector``, locked: what another
        server is writing at this moment is not waited for"""
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM integration_credential WHERE connector_id = %s"
                " FOR NO KEY UPDATE SKIP LOCKED",
                connector.id,
            )
        )
        return [row[0] for row in rows]

    def _tell_server(self):
        """Whoever runs this server finds it in the log, once."""
        if self.env.cr.dbname in _told:
            return
        _told.add(self.env.cr.dbname)
        _logger.warning(
            "This server can't read credentials of connectors: they are encrypted with a key"
            " it does not have. It leaves these connectors to the servers that have the key."
            " Give it the same key (%s in its environment, %s in its configuration, or the"
            " data directory of the other servers) and restart it.",
            credential_cipher.ENVIRONMENT_VARIABLE,
            credential_cipher.CONFIGURATION_OPTION,
        )

    @api.private
    def _find_unread(self, connectors):
        """:return: dict ``{connector: name of a server}`` that lately had work but not the
        key for it"""
        after = fields.Datetime.now() - NOTE_LASTS
        found = self.search(
            [("connector_id", "in", connectors.ids), ("unread_at", ">", after)]
        )
        return {item.connector_id: item.unread_on for item in found}

    @api.private
    def _rotate_all(self):
        """Encrypt all credentials with the first of the server's keys."""
        for credential in self.search([]):
            try:
                credential.token = credential_cipher.rotate(credential.token)
            except credential_cipher.UnusableKeyError as error:
                raise UserError(self._get_key_message(error)) from None
            except credential_cipher.WrongKeyError:
                raise UserError(
                    self.env._(
                        "The credentials of %(connector)s can't be read with any of the "
                        "server's keys, so nothing was changed. Add the key they were "
                        "encrypted with, then rotate again.",
                        connector=credential.connector_id.name,
                    )
                ) from None

    def _get_key_message(self, error):
        """What is wrong with the server's key, and how to make one.

        :param error: ``UnusableKeyError``
        :rtype: str
        """
        if error.source == "data_directory":
            return self.env._(
                "The server can't use the file its encryption key is kept in (%(file)s)."
                " Whoever runs the server puts the file back as it was and lets the"
                " server's user read it; where it is lost, they delete what is left of it:"
                " a new one is made, and the credentials have to be entered again. Then"
                " test the connection.",
                file=error.detail,
            )
        place = (
            credential_cipher.ENVIRONMENT_VARIABLE
            if error.source == "environment"
            else credential_cipher.CONFIGURATION_OPTION
        )
        return self.env._(
            "What the server was given as %(place)s is no encryption key. Whoever runs the"
            " server puts back the key it had before and restarts it; where that is lost,"
            " a new one is made with: %(command)s. With a new key, the credentials have to"
            " be entered again. Then test the connection.",
            place=place,
            command=MAKE_KEY,
        )

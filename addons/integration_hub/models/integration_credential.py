from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import credential_cipher

# typed by whoever runs the server
MAKE_KEY = (
    "python3 -c 'from cryptography.fernet import Fernet;"
    " print(Fernet.generate_key().decode())'"
)


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

    _name_uniq = models.UniqueIndex(
        "(connector_id, name)", "A connector keeps one secret of each name."
    )

    @api.private
    def _set(self, connector, name, secret):
        """Keep ``secret``, or forget it where it is empty.

        :raise UserError: the server has no key to encrypt it with"""
        existing = self.search(
            [("connector_id", "=", connector.id), ("name", "=", name)]
        )
        if not secret:
            existing.unlink()
            return
        try:
            token = credential_cipher.encrypt(secret)
        except credential_cipher.UnusableKeyError as error:
            raise UserError(self._get_key_message(error)) from None
        if existing:
            existing.token = token
        else:
            self.create({"connector_id": connector.id, "name": name, "token": token})

    @api.private
    def _read_secrets(self, connector):
        """:return: dict ``{name: secret}`` of ``connector``
        :raise UserError: the server's key is none, or does not fit what is stored"""
        try:
            return {
                credential.name: credential_cipher.decrypt(credential.token)
                for credential in connector.sudo().credential_ids
            }
        except credential_cipher.UnusableKeyError as error:
            raise UserError(self._get_key_message(error)) from None
        except credential_cipher.WrongKeyError:
            raise UserError(
                self.env._(
                    "The credentials of %(connector)s were encrypted with another key. "
                    "Give the server the key it had before (ODOO_INTEGRATION_KEY, or "
                    "integration_key in its configuration), or enter the credentials "
                    "again.",
                    connector=connector.name,
                )
            ) from None

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

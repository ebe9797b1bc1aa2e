from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import credential_cipher


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
        """Keep ``secret``, or forget it where it is empty."""
        existing = self.search(
            [("connector_id", "=", connector.id), ("name", "=", name)]
        )
        if not secret:
            existing.unlink()
        elif existing:
            existing.token = credential_cipher.encrypt(secret)
        else:
            self.create(
                {
                    "connector_id": connector.id,
                    "name": name,
                    "token": credential_cipher.encrypt(secret),
                }
            )

    @api.private
    def _read_secrets(self, connector):
        """:return: dict ``{name: secret}`` of ``connector``
        :raise UserError: the server's key does not fit what is stored"""
        try:
            return {
                credential.name: credential_cipher.decrypt(credential.token)
                for credential in self.search([("connector_id", "=", connector.id)])
            }
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
            except credential_cipher.WrongKeyError:
                raise UserError(
                    self.env._(
                        "The credentials of %(connector)s can't be read with any of the "
                        "server's keys, so nothing was changed. Add the key they were "
                        "encrypted with, then rotate again.",
                        connector=credential.connector_id.name,
                    )
                ) from None

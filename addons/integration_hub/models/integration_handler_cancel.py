from odoo import api, models


class IntegrationHandler(models.AbstractModel):
    """What a flow does about jobs that are cancelled while nobody knows what has become of
    them."""

    _inherit = "integration.handler"

    #: operations whose call looks the record up before it makes one, makes none where
    #: ``client.get_hold_back`` gives an error, and changes none of those it finds where the
    #: request has ``is_called_off``. These are looked up once more when they are cancelled
    _looked_up_operations = ()

    @api.private
    def _on_not_found(self, flow, jobs):
        """Cancelled by a person, looked up, and not there. They are ``cancelled`` now."""
        self._on_cancelled(flow, jobs)

from odoo import api, fields, models
from odoo.exceptions import UserError


class IntegrationConnector(models.Model):
    """How the system tells our records from others, in words: found out by the test."""

    _inherit = "integration.connector"

    key_storage = fields.Selection(
        [
            ("unique", "Refuses a second record with our key"),
            ("stored", "Keeps our key"),
            ("none", "Can't keep our key"),
        ],
        readonly=True,
        copy=False,
    )
    key_storage_text = fields.Text(
        "Against Duplicates", compute="_compute_key_storage_text"
    )

    @api.depends("key_storage")
    @api.depends_context("lang")
    def _compute_key_storage_text(self):
        texts = {
            "unique": self.env._(
                "Each record we send bears a number of ours, and the system refuses a second"
                " one with the same number: nothing is made twice."
            ),
            "stored": self.env._(
                "Each record we send bears a number of ours. Before anything is made, the"
                " system is asked whether it is there already: nothing is made twice, as long"
                " as no call lasts longer there than “Lost Calls End After (s)” allows."
            ),
            "none": self.env._(
                "This system can't keep a number of ours. Before anything is made again, it"
                " is searched by its own number, amount and date; where that leaves a"
                " doubt, a person is asked."
            ),
        }
        for connector in self:
            connector.key_storage_text = texts.get(connector.key_storage)

    @api.private
    def _run_test(self):
        result = super()._run_test()
        if not self.error_message:
            self._note_key_storage()
        return result

    def _note_key_storage(self):
        """After the test: what it found out may decide, such as Tryton's web shop."""
        try:
            with self._get_client() as client:
                if not client.stores_key:
                    self.key_storage = "none"
                elif client.key_is_unique:
                    self.key_storage = "unique"
                else:
                    self.key_storage = "stored"
        except UserError:
            # the test has said so already
            self.key_storage = False

from odoo import api, models

from ..client import make_storable
from ..translation import say, speak_to


class IntegrationConnector(models.Model):
    """Whose language the texts are in that nobody asks for on a screen."""

    _inherit = "integration.connector"

    @api.private
    def _speak(self):
        """Texts that nobody asks for in person, such as those of lanes, are in the language
        that the screens of whoever is in charge are in.

        :return: the connector, in an environment of that language
        """
        self.ensure_one()
        return self.with_env(speak_to(self.env, self._get_person_in_charge()))

    @api.private
    def _get_error_values(self, error):
        """What a job keeps of an error, said in our language.

        :return: dict of fields of ``integration.job``"""
        return {
            "error_kind": error.kind,
            "error_message": make_storable(say(self.env, error.message)),
            "error_detail": make_storable(error.to_dict()),
        }

    @api.private
    def _list_sentences(self, texts):
        """:param texts: of a client
        :return: one a line, in our language; False for none"""
        return "\n".join(say(self.env, text) for text in texts if text) or False

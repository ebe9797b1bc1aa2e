from odoo import api, models


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    @api.model
    def _get_trigger_texts(self):
        return super()._get_trigger_texts() | {
            "catalog": self.env._("The catalogue has changed"),
        }

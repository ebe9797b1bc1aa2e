from odoo import api, models


class IntegrationJob(models.Model):
    _inherit = "integration.job"

    @api.model
    def _get_trigger_texts(self):
        return super()._get_trigger_texts() | {
            "asked for": self.env._("Somebody has asked for it"),
            "content changed": self.env._("The deal was changed"),
            "deal deleted": self.env._("The deal was deleted"),
            "found there": self.env._("It was found in the ERP"),
            "no longer won": self.env._("The deal is no longer won"),
            "order confirmed": self.env._("The quotation was confirmed"),
            "order imported": self.env._("A confirmed order was imported"),
            "order linked": self.env._("The quotation was linked to the deal"),
            "quotation cancelled": self.env._("The quotation was cancelled"),
            "quotation chosen": self.env._("A quotation was chosen"),
            "quotation confirmed": self.env._("The quotation was confirmed"),
            "sent again": self.env._("Sent again by a person"),
            "sent at the start": self.env._("Won before the connector was started"),
            "won": self.env._("The deal was won"),
            "won again": self.env._("The deal was won again"),
        }

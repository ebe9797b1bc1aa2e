from odoo import models


class IntegrationExternalId(models.Model):
    """Figures are those of a linked customer: nobody reads the others any more."""

    _inherit = "integration.external.id"

    def unlink(self):
        links = self.filtered(
            lambda link: link.kind == "party" and link.res_model == "res.partner"
        )
        for connector, of_connector in links.grouped("connector_id").items():
            # sudo: who may take the link away, takes along what was read by it
            self.env["integration.account.figure"].sudo().search(
                [
                    ("connector_id", "=", connector.id),
                    ("partner_id", "in", of_connector.mapped("res_id")),
                ]
            ).unlink()
        return super().unlink()

from odoo import api, models

from .integration_flow import OUR_FIELDS


class IntegrationFieldLabel(models.AbstractModel):
    _inherit = "integration.field.label"

    @api.model
    @api.private
    def _get_fields(self):
        return {
            **super()._get_fields(),
            "is_company": ("res.partner", "is_company"),
            # "code" and "kind" mean something else in other flows
            "addresses.kind": ("res.partner", OUR_FIELDS["kind"]),
            "party.code": ("res.partner", OUR_FIELDS["code"]),
        }

    @api.model
    @api.private
    def _get_terms(self):
        return {
            **super()._get_terms(),
            "addresses": self.env._("Addresses and contacts"),
            "party": self.env._("Customer"),
        }

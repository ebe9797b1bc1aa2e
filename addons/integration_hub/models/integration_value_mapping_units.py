from odoo import api, models

from ..unit_names import get_unit_key


class IntegrationValueMapping(models.Model):
    """Units: found by any of their names; the factors of products follow from them."""

    _inherit = "integration.value.mapping"

    def _match(self, connector, kind, local_field, remote_field):
        if remote_field != "any_name":
            return super()._match(connector, kind, local_field, remote_field)
        # the same unit under another of its names
        units = self.with_context(integration_unit_names=True)
        return super(IntegrationValueMapping, units)._match(
            connector, kind, local_field, "name"
        )

    @api.model
    def _get_match_key(self, value):
        if self.env.context.get("integration_unit_names"):
            return get_unit_key(value)
        return super()._get_match_key(value)

    def _wake_jobs(self):
        result = super()._wake_jobs()
        units = self.filtered(lambda line: line.kind == "unit")
        for connector in units.connector_id:
            self.env["integration.product.mapping"]._refresh_proposals(connector)
        return result

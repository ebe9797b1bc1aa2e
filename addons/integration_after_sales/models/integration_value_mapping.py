from odoo import api, fields, models


class IntegrationValueMapping(models.Model):
    _inherit = "integration.value.mapping"

    kind = fields.Selection(
        selection_add=[("complaint_kind", "Kind of Complaint")],
        ondelete={"complaint_kind": "cascade"},
    )

    @api.model
    def _get_kind_models(self):
        return {
            **super()._get_kind_models(),
            "complaint_kind": "integration.complaint.kind",
        }

from odoo import api, models

COMPLAINT = "integration.complaint"
STEP = "integration.complaint.step"


class IntegrationFieldLabel(models.AbstractModel):
    _inherit = "integration.field.label"

    @api.model
    @api.private
    def _get_fields(self):
        return {
            **super()._get_fields(),
            "complaint.kind_id": (COMPLAINT, "kind_id"),
            "complaint.state": (COMPLAINT, "state"),
            "remarks": (COMPLAINT, "remarks"),
            "steps": (COMPLAINT, "step_ids"),
            "steps.kind": (STEP, "kind"),
            "steps.state": (STEP, "state"),
            "subject": (COMPLAINT, "subject"),
            "wish": (COMPLAINT, "wish"),
        }

    @api.model
    @api.private
    def _get_terms(self):
        return {
            **super()._get_terms(),
            "complaint": self.env._("Complaint"),
            "is_service": self.env._("Is a service"),
            "order_id": self.env._("Order"),
        }

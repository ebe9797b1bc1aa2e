from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[
            ("complaint_push", "Complaints"),
            ("complaint_pull", "Service orders and repairs"),
        ],
        ondelete={"complaint_push": "cascade", "complaint_pull": "cascade"},
    )

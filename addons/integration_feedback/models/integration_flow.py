from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("feedback_push", "Product feedback")],
        ondelete={"feedback_push": "cascade"},
    )

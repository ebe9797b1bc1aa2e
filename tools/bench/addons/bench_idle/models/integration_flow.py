from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("idle_push", "Idle")], ondelete={"idle_push": "cascade"}
    )

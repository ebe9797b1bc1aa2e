from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("idle_push", "Idle"), ("keyed_push", "Idle, with Keys")],
        ondelete={"idle_push": "cascade", "keyed_push": "cascade"},
    )

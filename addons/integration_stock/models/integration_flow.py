from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("stock_pull", "Stock")], ondelete={"stock_pull": "cascade"}
    )

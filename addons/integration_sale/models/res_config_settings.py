from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    use_opportunity_lines = fields.Boolean(
        related="company_id.use_opportunity_lines", readonly=False
    )
    expected_revenue_from_lines = fields.Boolean(
        related="company_id.expected_revenue_from_lines", readonly=False
    )
    win_on_confirmation = fields.Boolean(
        related="company_id.win_on_confirmation", readonly=False
    )

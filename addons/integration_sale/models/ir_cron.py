from odoo import api, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _get_integration_results(self):
        return {
            **super()._get_integration_results(),
            "integration_sale.ir_cron_past_deals": self.env._(
                "Deals won before, looked at: %(done)s. Still to do: %(remaining)s."
            ),
        }

from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("forecast_push", "Sales forecast")],
        ondelete={"forecast_push": "cascade"},
    )
    forecast_months = fields.Integer(
        "Months Ahead",
        default=12,
        help="Deals expected to close later are left out; this month is the first.",
    )

    _forecast_months_positive = models.Constraint(
        "CHECK (forecast_months > 0)", "A forecast covers at least one month."
    )

    def action_resume(self):
        """Whoever starts it is told what the ERP makes of forecasts."""
        result = super().action_resume()
        started = self.filtered(lambda flow: flow.code == "forecast_push")
        if started:
            # sudo: who may start a flow need not be the one who sets up its connector
            started.connector_id.sudo().action_test_connection()
        return result

    def action_view_forecast(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "integration_forecast.integration_forecast_action"
        )
        return {**action, "domain": [("connector_id", "=", self.connector_id.id)]}

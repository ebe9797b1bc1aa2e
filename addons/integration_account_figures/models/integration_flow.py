from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("account_figures_pull", "Account figures")],
        ondelete={"account_figures_pull": "cascade"},
    )
    credit_hold_policy = fields.Selection(
        [
            ("off", "Nothing"),
            ("warn", "It is shown"),
            ("ask", "It is shown, and the Won button asks"),
        ],
        "On Credit Hold",
        default="ask",
        required=True,
        help="A customer is on hold where the ERP says so, or where the credit limit is"
        " reached. A card that is dragged can't be asked about: there it is said"
        " afterwards, and noted on the opportunity.",
    )
    figures_missing = fields.Text(
        "The ERP Does Not Tell", readonly=True, help="Figures that can't be read."
    )

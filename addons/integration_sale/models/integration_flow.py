from odoo import fields, models


class IntegrationFlow(models.Model):
    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[
            ("sale_order_push", "Won deals to orders"),
            ("sale_status_pull", "Shipping and invoice status"),
            ("reference_pull", "Remote products and values"),
        ],
        ondelete={
            "sale_order_push": "cascade",
            "sale_status_pull": "cascade",
            "reference_pull": "cascade",
        },
    )
    order_grouping = fields.Selection(
        [
            ("quotation", "One per quotation"),
            ("opportunity", "One per opportunity"),
        ],
        "ERP Orders",
        default="quotation",
        required=True,
        help="Whether several confirmed orders of an opportunity become one order in the"
        " ERP. That takes the same customer, addresses and currency.",
    )
    confirm_policy = fields.Selection(
        [
            ("within", "When the total is the same"),
            ("always", "Always"),
            ("never", "Never: somebody does it there"),
        ],
        "Confirm in ERP",
        default="within",
        required=True,
        help="A difference of totals is always shown; here it also holds the order back.",
    )
    amount_tolerance = fields.Float(
        "Tolerance",
        default=0.01,
        digits=(16, 4),
        help="How much the ERP's total may differ from ours, in the currency of the"
        " order, and still count as the same.",
    )
    tax_policy = fields.Selection(
        [
            ("map", "As mapped"),
            ("remote", "The ERP decides"),
        ],
        "Taxes",
        default="map",
        required=True,
        help="Where the ERP decides, totals without taxes are compared.",
    )

    _tolerance_not_negative = models.Constraint(
        "CHECK (amount_tolerance >= 0)", "The tolerance can't be negative."
    )

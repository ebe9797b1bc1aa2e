from odoo import fields, models


class IntegrationFlow(models.Model):
    """What becomes of an order in the ERP when its deal changes after it was won."""

    _inherit = "integration.flow"

    code = fields.Selection(
        selection_add=[("sale_change_push", "Changes of won deals")],
        ondelete={"sale_change_push": "cascade"},
    )
    lost_policy = fields.Selection(
        [
            ("cancel", "Cancel the order there"),
            ("ask", "Ask the salesperson"),
            ("leave", "Leave the order as it is"),
        ],
        "Lost After Won",
        default="cancel",
        required=True,
        help="A won deal is marked lost or deleted, or its quotation is cancelled. An order"
        " is only ever cancelled while nothing of it has been shipped or invoiced;"
        " otherwise the salesperson is told what stands in the way.",
    )
    reopen_policy = fields.Selection(
        [
            ("cancel", "Cancel the order there"),
            ("ask", "Ask the salesperson"),
            ("leave", "Leave the order as it is"),
        ],
        "Reopened",
        default="ask",
        required=True,
        help="A won deal is moved back to an open stage: often by mistake, or to talk about"
        " it once more. An order that was cancelled for this comes back when the deal is"
        " won again.",
    )
    change_policy = fields.Selection(
        [
            ("send", "Send what is different"),
            ("ask", "Ask the salesperson"),
        ],
        "Changed After Sending",
        default="send",
        required=True,
        help="Lines, quantities, prices, addresses or dates of a quotation that is in the"
        " ERP already are changed. What people have changed there meanwhile is never"
        " overwritten, and what the ERP no longer allows becomes an activity.",
    )

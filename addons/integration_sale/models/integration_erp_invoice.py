from odoo import api, fields, models
from odoo.fields import Domain


class IntegrationErpInvoice(models.Model):
    """An invoice or credit note the ERP has made for one of our orders."""

    _name = "integration.erp.invoice"
    _inherit = ["integration.erp.document.mixin"]
    _description = "ERP Invoice"
    _order = "invoice_date desc, id desc"

    order_ids = fields.Many2many(
        "integration.erp.order",
        "integration_erp_order_invoice_rel",
        "invoice_id",
        "order_id",
        "ERP Orders",
        readonly=True,
    )
    lead_ids = fields.Many2many("crm.lead", compute="_compute_lead_ids")
    kind = fields.Selection(
        [("invoice", "Invoice"), ("credit_note", "Credit Note")],
        required=True,
        readonly=True,
        default="invoice",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
    )
    payment_state = fields.Selection(
        [
            ("not_paid", "Not Paid"),
            ("partial", "Partly Paid"),
            ("paid", "Paid"),
            ("reversed", "Credited"),
        ],
        required=True,
        readonly=True,
        default="not_paid",
    )
    invoice_date = fields.Date(readonly=True)
    due_date = fields.Date(readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    amount_residual = fields.Monetary("Still Due", readonly=True)
    is_overdue = fields.Boolean(compute="_compute_status", search="_search_is_overdue")
    status = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open"),
            ("partly_paid", "Partly Paid"),
            ("overdue", "Overdue"),
            ("paid", "Paid"),
            ("credited", "Credited"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_status",
        help="In one word, as of today.",
    )

    _remote_uniq = models.UniqueIndex("(connector_id, remote_id)")

    @api.depends("state", "payment_state", "due_date", "kind")
    def _compute_status(self):
        today = fields.Date.context_today(self)
        for invoice in self:
            is_due = (
                invoice.state == "posted"
                and invoice.kind == "invoice"
                and invoice.payment_state in ("not_paid", "partial")
            )
            invoice.is_overdue = bool(
                is_due and invoice.due_date and invoice.due_date < today
            )
            if invoice.state != "posted":
                invoice.status = invoice.state
            elif invoice.is_overdue:
                invoice.status = "overdue"
            else:
                invoice.status = {
                    "not_paid": "open",
                    "partial": "partly_paid",
                    "paid": "paid",
                    "reversed": "credited",
                }[invoice.payment_state]

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain(
            [
                ("state", "=", "posted"),
                ("kind", "=", "invoice"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("due_date", "<", fields.Date.context_today(self)),
            ]
        )
        return domain if True in value else ~domain

    def _compute_lead_ids(self):
        for invoice in self:
            invoice.lead_ids = invoice.order_ids.lead_id

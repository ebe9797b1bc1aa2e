from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# states in which nothing more is going to happen
CLOSED_STATES = ("done", "rejected", "cancelled", "deleted")
# what is sent; a change of any of these goes over
SENT_FIELDS = {
    "subject",
    "description",
    "kind_id",
    "wish",
    "product_id",
    "quantity",
    "partner_id",
    "sale_order_id",
    "lead_id",
    "date",
}


class IntegrationComplaint(models.Model):
    """What a customer complains of, and what the ERP does about it (ERP-12).

    What happened is ours to tell; state and history are the ERP's. How it goes there is
    in ``integration_complaint_queue.py``, what comes back in
    ``integration_complaint_received.py``.
    """

    _name = "integration.complaint"
    _description = "Complaint"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"

    # -- what happened ----------------------------------------------------------------
    name = fields.Char("Number", readonly=True, copy=False, default="/")
    subject = fields.Char(required=True, tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        tracking=True,
        index=True,
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    lead_id = fields.Many2one(
        "crm.lead",
        "Opportunity",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        "Quotation or Order",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="What the product was sold with. The ERP is told its own order of it.",
    )
    product_id = fields.Many2one("product.product", check_company=True, tracking=True)
    quantity = fields.Float(digits="Product Unit", default=1.0)
    product_uom_id = fields.Many2one(related="product_id.uom_id")
    kind_id = fields.Many2one(
        "integration.complaint.kind",
        "Kind",
        required=True,
        default=lambda self: self.env["integration.complaint.kind"].search([], limit=1),
        tracking=True,
    )
    wish = fields.Selection(
        [
            ("repair", "Repair"),
            ("replacement", "Replacement"),
            ("return", "Return the Goods"),
            ("credit", "Credit Note"),
            ("other", "Something Else"),
        ],
        "Customer Wants",
        required=True,
        default="repair",
        tracking=True,
    )
    description = fields.Text(
        help="What happened, in the customer's words. Goes to the ERP as it stands here."
    )
    date = fields.Date(
        "Reported", required=True, default=fields.Date.context_today, copy=False
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        default=lambda self: self.env.user,
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)

    # -- in the ERP -------------------------------------------------------------------
    connector_id = fields.Many2one(
        "integration.connector",
        "Connector",
        compute="_compute_connector_id",
        store=True,
        readonly=False,
        copy=False,
        ondelete="restrict",
        groups="integration_hub.group_integration_manager",
    )
    erp_choice = fields.Selection(
        "_selection_erp_choice",
        "ERP",
        compute="_compute_erp_choice",
        compute_sudo=True,
        inverse="_inverse_erp_choice",
        help="Where the complaint goes. It follows from the order and the customer; choose"
        " where there are several.",
    )
    erp_name = fields.Char("ERP Name", compute="_compute_erp_choice", compute_sudo=True)
    has_erp_choice = fields.Boolean(compute="_compute_erp_choice", compute_sudo=True)
    origin = fields.Selection(
        [("crm", "Reported Here"), ("erp", "Opened in the ERP")],
        required=True,
        readonly=True,
        copy=False,
        default="crm",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("new", "Received"),
            ("review", "Under Review"),
            ("accepted", "Accepted"),
            ("in_progress", "In Progress"),
            ("done", "Done"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
            ("deleted", "Deleted There"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        help="How far the ERP is with it.",
    )
    sync_state = fields.Selection(
        [
            ("none", "Not Sent"),
            ("waiting", "Being Sent"),
            ("sent", "In the ERP"),
            ("attention", "Needs Attention"),
        ],
        "Transfer",
        required=True,
        readonly=True,
        copy=False,
        default="none",
    )
    sync_message = fields.Text("What to Do", readonly=True, copy=False)
    remote_id = fields.Char("Remote ID", readonly=True, copy=False)
    remote_number = fields.Char("ERP Number", readonly=True, copy=False, index=True)
    remote_url = fields.Char("ERP Link", readonly=True, copy=False)
    remarks = fields.Text(
        "Remarks in the ERP",
        readonly=True,
        copy=False,
        help="What they have written there below our text.",
    )
    received_hash = fields.Char(readonly=True, copy=False)
    checked_at = fields.Datetime("Last Read", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed", readonly=True, copy=False)
    step_ids = fields.One2many(
        "integration.complaint.step", "complaint_id", "Service History", copy=False
    )
    step_count = fields.Integer(compute="_compute_step_count")

    _remote_uniq = models.UniqueIndex(
        "(connector_id, remote_id) WHERE remote_id IS NOT NULL",
        "This complaint of the ERP is here already.",
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity can't be negative."
    )
    _open_idx = models.Index("(connector_id, checked_at) WHERE remote_id IS NOT NULL")

    # -- compute ----------------------------------------------------------------------

    @api.depends("name", "subject")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for complaint in self:
            number = complaint.name if complaint.name != "/" else ""
            complaint.display_name = " ".join(
                filter(None, [number, complaint.subject])
            ) or self.env._("New Complaint")

    @api.depends("partner_id", "sale_order_id", "lead_id", "company_id")
    def _compute_connector_id(self):
        for complaint in self:
            if complaint.remote_id or complaint.sync_state != "none":
                # where it is, it stays
                complaint.connector_id = complaint.connector_id
                continue
            complaint.connector_id = complaint._find_connector()

    @api.depends("connector_id", "company_id")
    def _compute_erp_choice(self):
        # as superuser: the names of the ERPs are for everybody, connectors are not
        choices = dict(self._selection_erp_choice())
        for complaint in self:
            choice = str(complaint.connector_id.id or "")
            complaint.erp_choice = choice if choice in choices else False
            complaint.erp_name = complaint.connector_id.name
            complaint.has_erp_choice = len(complaint._find_connectors()) > 1

    def _inverse_erp_choice(self):
        for complaint in self:
            connectors = complaint._find_connectors()
            chosen = connectors.browse(int(complaint.erp_choice or 0) or [])
            # sudo: see _compute_erp_choice
            if chosen == complaint.sudo().connector_id:
                continue
            if chosen - connectors:
                raise UserError(
                    self.env._(
                        "That ERP takes no complaints of %s. Choose another one.",
                        complaint.company_id.name,
                    )
                )
            if complaint.remote_id or complaint.sync_state != "none":
                raise UserError(
                    self.env._(
                        "%s was sent already. Withdraw it, and send a copy to the other"
                        " ERP.",
                        complaint.display_name,
                    )
                )
            complaint.sudo().connector_id = chosen

    @api.model
    def _selection_erp_choice(self):
        flows = (
            self.env["integration.flow"]
            .sudo()
            # sudo: see _compute_erp_choice
            ._find_for_push("complaint_push", self.env.companies)
        )
        return [(str(item.id), item.name) for item in flows.connector_id]

    @api.depends("step_ids")
    def _compute_step_count(self):
        for complaint in self:
            complaint.step_count = len(complaint.step_ids)

    @api.constrains("sale_order_id", "partner_id")
    def _check_customer(self):
        for complaint in self:
            order = complaint.sale_order_id
            if (
                order
                and order.partner_id.commercial_partner_id
                != complaint.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(order)s is of %(other)s, the complaint of %(customer)s. Choose"
                        " an order of the same customer, or none.",
                        order=order.name,
                        other=order.partner_id.display_name,
                        customer=complaint.partner_id.display_name,
                    )
                )

    @api.onchange("sale_order_id")
    def _onchange_sale_order_id(self):
        if self.sale_order_id:
            self.partner_id = self.partner_id or self.sale_order_id.partner_id
            self.lead_id = self.lead_id or self.sale_order_id.opportunity_id

    @api.onchange("lead_id")
    def _onchange_lead_id(self):
        if self.lead_id:
            self.partner_id = self.partner_id or self.lead_id.partner_id

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company_id = vals.get("company_id") or self.env.company.id
                # sudo: numbers are drawn by whoever reports a complaint
                vals["name"] = (
                    self.env["ir.sequence"]
                    .sudo()
                    .with_company(company_id)
                    .next_by_code("integration.complaint")
                    or "/"
                )
        return super().create(vals_list)

    def write(self, vals):
        changes = SENT_FIELDS & vals.keys()
        received = self.env.context.get("integration_source_connector_id")
        if changes and not received:
            theirs = self.filtered(lambda item: item.origin == "erp")
            if theirs and changes - {"lead_id", "sale_order_id"}:
                raise UserError(
                    self.env._(
                        "%s was opened in the ERP: what happened is told there. Write a"
                        " note here, or change it there.",
                        theirs[0].display_name,
                    )
                )
        result = super().write(vals)
        if changes and not received:
            self._send_changes()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "subject": self.env._("%s (copy)", complaint.subject)}
            if "subject" not in (default or {})
            else vals
            for complaint, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        """What is in the ERP would go on there with nobody here who knows of it."""
        for complaint in self:
            if complaint.sync_state == "waiting" or (
                complaint.remote_id and complaint.state not in CLOSED_STATES
            ):
                raise UserError(
                    self.env._(
                        "%s is in the ERP. Withdraw it first, or archive it here.",
                        complaint.display_name,
                    )
                )

    # -- helpers ----------------------------------------------------------------------

    def _find_connectors(self):
        """Those that take complaints of this company now."""
        self.ensure_one()
        return (
            self.env["integration.flow"]
            .sudo()
            # sudo: see _compute_erp_choice
            ._find_for_push("complaint_push", self.company_id or self.env.company)
            .connector_id
        )

    def _find_connector(self):
        """The ERP that has the order; else the one that has the customer; else the only
        one there is."""
        self.ensure_one()
        connectors = self._find_connectors()
        if len(connectors) < 2:
            return connectors
        # sudo: which ERP knows the order is no secret of it
        external_ids = self.env["integration.external.id"].sudo()
        for kind, records in (
            ("order", self.sale_order_id),
            ("order", self.lead_id or self.sale_order_id.opportunity_id),
            ("party", self.partner_id.commercial_partner_id),
        ):
            if not records:
                continue
            found = external_ids.search(
                [
                    ("connector_id", "in", connectors.ids),
                    ("kind", "=", kind),
                    ("res_model", "=", records._name),
                    ("res_id", "in", records.ids),
                ]
            ).connector_id
            if len(found) == 1:
                return found
        return connectors.browse()

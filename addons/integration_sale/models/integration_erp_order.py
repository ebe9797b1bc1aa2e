from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..decimals import is_within, to_decimal
from ..payload import get_content_hash

GONE_STATES = ("cancelled", "deleted")


class IntegrationErpOrder(models.Model):
    """An order in the ERP that was made of a won opportunity, and how it fares."""

    _name = "integration.erp.order"
    _inherit = ["integration.erp.document.mixin"]
    _description = "ERP Order"
    _order = "id desc"

    # -- where it comes from ----------------------------------------------------------
    key = fields.Char(required=True, readonly=True, help="What the ERP knows it by.")
    flow_id = fields.Many2one("integration.flow", readonly=True, ondelete="set null")
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", readonly=True, ondelete="set null", index=True
    )
    sale_order_ids = fields.Many2many(
        "sale.order",
        "integration_erp_order_sale_order_rel",
        "erp_order_id",
        "sale_order_id",
        "Quotations and Orders",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True)
    user_id = fields.Many2one(
        related="lead_id.user_id", store=True, index=True, related_sudo=True
    )
    sent_hash = fields.Char(readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)

    # -- what it is like there --------------------------------------------------------
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("deleted", "Deleted"),
        ],
        "Order",
        required=True,
        readonly=True,
        default="draft",
    )
    delivery_state = fields.Selection(
        [
            ("none", "Nothing to Ship"),
            ("waiting", "Waiting"),
            ("partial", "Partly Shipped"),
            ("shipped", "Shipped"),
            ("delivered", "Delivered"),
        ],
        "Shipping",
        required=True,
        readonly=True,
        # until its status is read, nobody knows that there is nothing to ship
        default="waiting",
    )
    invoice_state = fields.Selection(
        [
            ("none", "Not Invoiced"),
            ("partial", "Partly Invoiced"),
            ("invoiced", "Invoiced"),
            ("partly_paid", "Partly Paid"),
            ("paid", "Paid"),
            ("credited", "Credited"),
        ],
        "Invoicing",
        required=True,
        readonly=True,
        default="none",
    )
    amount_untaxed = fields.Monetary("Untaxed Amount", readonly=True)
    amount_tax = fields.Monetary("Taxes", readonly=True)
    amount_total = fields.Monetary("Total in ERP", readonly=True)
    checked_at = fields.Datetime("Last Looked At", readonly=True, index=True)
    invoice_ids = fields.Many2many(
        "integration.erp.invoice",
        "integration_erp_order_invoice_rel",
        "order_id",
        "invoice_id",
        "Invoices",
        readonly=True,
    )
    shipment_ids = fields.Many2many(
        "integration.erp.shipment",
        "integration_erp_order_shipment_rel",
        "order_id",
        "shipment_id",
        "Shipments",
        readonly=True,
    )

    # -- compared with ours -----------------------------------------------------------
    expected_currency_id = fields.Many2one("res.currency", readonly=True)
    expected_untaxed = fields.Monetary(
        readonly=True, currency_field="expected_currency_id"
    )
    expected_total = fields.Monetary(
        "Total Here", readonly=True, currency_field="expected_currency_id"
    )
    difference = fields.Monetary(readonly=True)
    difference_state = fields.Selection(
        [
            ("none", "Same"),
            ("open", "Differs"),
            ("accepted", "Accepted"),
        ],
        "Totals",
        required=True,
        readonly=True,
        default="none",
    )
    difference_html = fields.Html("Line by Line", readonly=True)

    _remote_uniq = models.UniqueIndex("(connector_id, remote_id)")
    _key_uniq = models.UniqueIndex("(connector_id, key)")

    # -- what it means ----------------------------------------------------------------

    def _is_live(self):
        self.ensure_one()
        return self.state not in GONE_STATES

    def _comes_back(self):
        """Whether it is gone only for as long as the deal is not won."""
        self.ensure_one()
        return False

    def _get_standing_orders(self):
        """Those that stand in the ERP, or come back when their deal is won again."""
        return self.filtered(lambda order: order._is_live() or order._comes_back())

    def _get_content_orders(self):
        """The quotations it is made of, in their order: without those that were cancelled,
        unless all of them were."""
        self.ensure_one()
        orders = self.sale_order_ids.sorted("id")
        return orders.filtered(lambda order: order.state != "cancel") or orders

    def _get_progress(self):
        """How far along the deal is; one of ``const.PROGRESS``."""
        self.ensure_one()
        if self.invoice_state == "paid":
            return "paid"
        if self.invoice_state in ("invoiced", "partly_paid"):
            return "invoiced"
        if self.delivery_state in ("shipped", "delivered"):
            return "shipped"
        return "partly_shipped" if self.delivery_state == "partial" else "in_erp"

    def _get_gone_message(self):
        deleted = self.filtered(lambda order: order.state == "deleted")
        if deleted:
            return self.env._(
                "%s is no longer there in the ERP.", deleted._get_numbers()
            )
        return self.env._("%s was cancelled in the ERP.", self._get_numbers())

    def _get_remark(self):
        """What the status alone does not tell: nobody has to act for the sync, but a
        salesperson wants to know."""
        return " ".join(
            filter(
                None,
                (
                    self._get_overdue_message(),
                    self._get_partly_shipped_message(),
                    self._get_partly_back_message(),
                ),
            )
        )

    def _get_overdue_message(self):
        overdue = self.invoice_ids.filtered("is_overdue")
        if not overdue:
            return ""
        return self.env._(
            "%(invoices)s overdue since %(date)s.",
            invoices=overdue._get_numbers(),
            date=format_date(self.env, min(overdue.mapped("due_date"))),
        )

    def _get_difference_message(self):
        self.ensure_one()
        return self.env._(
            "%(order)s comes to %(there)s in the ERP, here it is %(here)s.",
            order=self.display_name,
            there=format_amount(self.env, self._get_compared(), self.currency_id),
            here=format_amount(
                self.env, self._get_expected(), self.expected_currency_id
            ),
        )

    def _get_compared(self):
        is_untaxed = self.flow_id.tax_policy == "remote"
        return self.amount_untaxed if is_untaxed else self.amount_total

    def _get_expected(self):
        is_untaxed = self.flow_id.tax_policy == "remote"
        return self.expected_untaxed if is_untaxed else self.expected_total

    @api.model
    @api.private
    def _prepare_difference(self, flow, values, state="none"):
        """Compare what the ERP says with what was sent.

        :param dict values: the ERP order's fields on currencies and amounts, both sides
        :param str state: how the difference stood before
        """
        kind = "untaxed" if flow.tax_policy == "remote" else "total"
        difference = to_decimal(values[f"amount_{kind}"]) - to_decimal(
            values[f"expected_{kind}"]
        )
        is_same = (
            is_within(difference, flow.amount_tolerance)
            and values["currency_id"] == values["expected_currency_id"]
        )
        if is_same:
            return {"difference": 0.0, "difference_state": "none"}
        return {
            "difference": float(difference),
            "difference_state": "open" if state == "none" else state,
        }

    # -- what stands here now ---------------------------------------------------------

    @api.private
    def _get_content_hash(self):
        """Fingerprint of what would be sent now."""
        self.ensure_one()
        lead = self.lead_id.with_company(self.company_id)
        return get_content_hash(
            self.env["integration.payload"]._prepare_order(
                lead, self._get_content_orders(), self.key
            )
        )

    def _get_deviation(self):
        """:return: what to tell people where it is not what was sent, else empty"""
        self.ensure_one()
        lead = self.lead_id
        if not lead or not (self.sale_order_ids or lead.partner_id):
            return ""
        orders = self.sale_order_ids
        here = ", ".join(orders.mapped("name")) or lead.name
        if orders and all(order.state == "cancel" for order in orders):
            return self.env._(
                "%(here)s was cancelled, but %(there)s still stands in the ERP.",
                here=here,
                there=self.display_name,
            )
        if self.sent_hash == self._get_content_hash():
            return ""
        return self.env._(
            "%(here)s was changed after it went to the ERP. %(there)s is as it was: have it"
            " changed there.",
            here=here,
            there=self.display_name,
        )

    @api.private
    def _accept_content(self):
        """What stands here now is what counts from here on."""
        for order in self:
            if order.lead_id and (order.sale_order_ids or order.lead_id.partner_id):
                order.sent_hash = order._get_content_hash()

    @api.private
    def _link_order(self, sale_order):
        """The lines of the opportunity were sent; this order was made of them since."""
        self.ensure_one()
        same = is_within(
            to_decimal(sale_order.amount_total) - to_decimal(self.expected_total),
            self.flow_id.amount_tolerance,
        )
        self.sale_order_ids = sale_order
        # where the amount is another one, the fingerprint no longer fits, which is told
        self.sent_hash = self._get_content_hash() if same else "linked"

    # -- chatter ----------------------------------------------------------------------

    @api.private
    def _get_link(self):
        """The order's number, as a link where there is one."""
        self.ensure_one()
        if not self.remote_url:
            return Markup("<b>%s</b>") % self.display_name
        return Markup('<a href="%s" target="_blank"><b>%s</b></a>') % (
            self.remote_url,
            self.display_name,
        )

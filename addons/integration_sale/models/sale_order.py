from odoo import api, fields, models

from ..decimals import to_text

# fields of an order that the ERP was told; a change of one of them is looked at
SENT_FIELDS = {
    "order_line",
    "partner_id",
    "partner_invoice_id",
    "partner_shipping_id",
    "client_order_ref",
    "commitment_date",
    "payment_term_id",
    "currency_id",
    "pricelist_id",
    "note",
    "state",
}
# fields that go along, but for which an order that is there is not changed
HEAD_FIELDS = {"user_id", "warehouse_id", "carrier_id"}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "integration.status.mixin"]

    erp_order_ids = fields.Many2many(
        "integration.erp.order",
        "integration_erp_order_sale_order_rel",
        "sale_order_id",
        "erp_order_id",
        "ERP Orders",
        readonly=True,
        copy=False,
    )
    # the customer may read the order too, on the portal
    integration_fix = fields.Char(
        related="opportunity_id.integration_fix", groups="base.group_user"
    )
    integration_asked = fields.Char(
        related="opportunity_id.integration_asked", groups="base.group_user"
    )

    def _get_erp_order_field(self):
        return "sale_order_ids"

    def _make_passport(self):
        # sudo: as on the opportunity, which may be a colleague's
        lead = self.opportunity_id.sudo()
        if not lead or self.integration_status in (False, "none"):
            return False
        jobs = lead._get_unfinished_jobs()
        return self.env["integration.passport"]._make(
            lead, self._get_erp_orders(), lead._filter_jobs_of_order(jobs, self)
        )

    # -- CRUD -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        # sudo: see action_confirm; orders are imported as confirmed ones
        confirmed.opportunity_id.sudo()._push_won("order imported")
        return orders

    def write(self, vals):
        result = super().write(vals)
        if SENT_FIELDS & vals.keys():
            # sudo: what the ERP was told is compared, whoever changed the order
            self.opportunity_id.sudo()._note_content_change()
        elif HEAD_FIELDS & vals.keys():
            self.opportunity_id.sudo()._note_head_change()
        if "opportunity_id" in vals:
            # sudo: see action_confirm; what is still being written is not sent by this
            self.opportunity_id.sudo()._push_won("order linked", take_open=False)
        return result

    def action_confirm(self):
        # the quotation made from an opportunity brings its lines along in the context;
        # they must not become lines of what confirming creates
        context = {
            key: value
            for key, value in self.env.context.items()
            if key not in ("default_order_line", "default_sale_order_template_id")
        }
        # keys can only be taken away by replacing the context
        self = self.with_context(context)  # pylint: disable=context-overridden
        result = super().action_confirm()
        # sudo: the queue belongs to nobody; who may confirm an order may have it sent
        self.opportunity_id.sudo()._push_won("order confirmed")
        return result

    # -- actions ----------------------------------------------------------------------

    def action_fix_integration(self):
        """The same button as on the opportunity, for those who work on the order."""
        self.ensure_one()
        return self.opportunity_id.action_fix_integration()

    def action_view_timeline(self):
        """Everything sent and received for the order, its deal and its customer."""
        self.ensure_one()
        return self.env["integration.timeline"]._get_action(
            self.display_name,
            [
                ("crm.lead", self.opportunity_id.ids),
                ("sale.order", self.ids),
                ("res.partner", self.partner_id.commercial_partner_id.ids),
            ],
        )

    # -- to the ERP -------------------------------------------------------------------

    def _filter_to_choose(self):
        """Open quotations that something can be sent of."""
        return self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and any(
                    not line.display_type and line._is_sent_to_erp()
                    for line in order.order_line
                )
            )
        )

    def _get_erp_order_date(self):
        """The day of the confirmation; of what was won without, the day of the win."""
        self.ensure_one()
        won = self.opportunity_id.date_closed
        return won if won and self.state != "sale" else self.date_order

    def _prepare_erp_order_payload(self):
        """Snapshot of this order or quotation; see ``integration.payload``."""
        self.ensure_one()
        payload = self.env["integration.payload"]
        places = self.currency_id.decimal_places
        return {
            "number": self.name,
            "customer_reference": self.client_order_ref or "",
            **payload._prepare_party(
                self.partner_id,
                {
                    "invoice": self.partner_invoice_id,
                    "delivery": self.partner_shipping_id,
                    "contact": self.partner_id,
                },
            ),
            "currency_id": self.currency_id.id,
            "currency": self.currency_id.name,
            "order_date": payload._prepare_date(
                self._get_erp_order_date(), self.user_id
            ),
            "requested_date": payload._prepare_date(self.commitment_date, self.user_id),
            "pricelist_id": self.pricelist_id.id,
            "payment_term_id": self.payment_term_id.id,
            "salesperson_id": self.user_id.id,
            # fields of addons that need not be there
            "warehouse_id": "warehouse_id" in self and self.warehouse_id.id,
            "carrier_id": "carrier_id" in self and self.carrier_id.id,
            "note": payload._prepare_note(self.note),
            "lines": payload._prepare_lines(
                self.order_line.filtered(lambda line: line._is_sent_to_erp()).sorted()
            ),
            "total_untaxed": to_text(self.amount_untaxed, places),
            "total_tax": to_text(self.amount_tax, places),
            "total": to_text(self.amount_total, places),
        }

    def _get_merge_obstacle(self):
        """:return: why these orders can't be one in the ERP, or an empty text"""
        differing = [
            label
            for label, same in (
                (
                    self.env._("customers"),
                    len(self.partner_id.commercial_partner_id) < 2,
                ),
                (self.env._("invoice addresses"), len(self.partner_invoice_id) < 2),
                (self.env._("delivery addresses"), len(self.partner_shipping_id) < 2),
                (self.env._("currencies"), len(self.currency_id) < 2),
            )
            if not same
        ]
        if not differing:
            return ""
        return self.env._(
            "%(orders)s can't become one order in the ERP: their %(what)s differ. Make them"
            " the same, or have one ERP order made per quotation.",
            orders=", ".join(self.mapped("name")),
            what=", ".join(differing),
        )

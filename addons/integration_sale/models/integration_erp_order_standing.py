from typing import NamedTuple

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_amount, format_date

from ..decimals import to_text

SHIPPED_STATES = ("shipped", "delivered")


class Standing(NamedTuple):
    """How an order stood before news of it came in."""

    state: str
    delivery_state: str
    invoice_state: str
    difference_state: str
    amount_total: float
    currency: models.BaseModel
    returned: models.BaseModel  # integration.erp.shipment
    credit_notes: models.BaseModel  # integration.erp.invoice

    def is_same_amount(self, order):
        if not self.currency or self.currency != order.currency_id:
            return self.currency == order.currency_id
        return not self.currency.compare_amounts(self.amount_total, order.amount_total)


class IntegrationErpOrder(models.Model):
    """Returns and credit notes of an order."""

    _inherit = "integration.erp.order"

    return_state = fields.Selection(
        [
            ("none", "Nothing Returned"),
            ("partial", "Partly Returned"),
            ("returned", "Returned"),
        ],
        "Returns",
        required=True,
        readonly=True,
        default="none",
    )

    def _get_standing(self):
        """:rtype: Standing"""
        self.ensure_one()
        return Standing(
            self.state,
            self.delivery_state,
            self.invoice_state,
            self.difference_state,
            self.amount_total,
            self.currency_id,
            self._get_returned(),
            self._get_credit_notes(),
        )

    def _get_shipped(self):
        """Shipments that have left, without returns."""
        return self.shipment_ids.filtered(
            lambda item: item.state in SHIPPED_STATES and not item.is_return
        )

    def _get_returned(self):
        return self.shipment_ids.filtered(
            lambda item: item.state in SHIPPED_STATES and item.is_return
        )

    def _get_waiting_backorders(self):
        return self.shipment_ids.filtered(
            lambda item: (
                item.is_backorder
                and not item.is_return
                and item.state in ("waiting", "ready")
            )
        )

    def _get_credit_notes(self):
        return self.invoice_ids.filtered(
            lambda item: item.kind == "credit_note" and item.state == "posted"
        )

    def _get_progress(self):
        self.ensure_one()
        if self.invoice_state == "credited":
            return "credited"
        if self.return_state == "returned":
            return "returned"
        if self.invoice_state == "partly_paid":
            return "partly_paid"
        return super()._get_progress()

    # -- remarks ----------------------------------------------------------------------

    def _get_partly_shipped_message(self):
        """How much of it has left, and what the backorder holds."""
        partial = self.filtered(lambda order: order.delivery_state == "partial")
        if not partial:
            return ""
        shipments = partial.shipment_ids.filtered(
            lambda item: not item.is_return and item.state != "cancelled"
        )
        total = shipments._get_quantity()
        backorders = self.browse().shipment_ids.union(
            *(order._get_waiting_backorders() for order in partial)
        )
        sentences = []
        if total:
            gone = shipments.browse().union(
                *(order._get_shipped() for order in partial)
            )
            sentences.append(
                self.env._(
                    "%(shipped)s of %(total)s shipped.",
                    shipped=to_text(gone._get_quantity()),
                    total=to_text(total),
                )
            )
        elif any(order._get_progress() != "partly_shipped" for order in partial):
            sentences.append(self.env._("Partly shipped."))
        if contents := backorders._get_contents():
            dates = [day for day in backorders.mapped("scheduled_date") if day]
            sentences.append(
                self.env._(
                    "Backorder: %(contents)s, planned for %(date)s.",
                    contents=contents,
                    date=format_date(self.env, min(dates)),
                )
                if dates
                else self.env._("Backorder: %s.", contents)
            )
        return " ".join(sentences)

    def _get_partly_back_message(self):
        """What came back, and what was credited, where it is not all."""
        sentences = []
        for order in self:
            if order.return_state == "partial":
                sentences.append(
                    self.env._("Came back: %s.", order._get_returned()._get_contents())
                )
            amount, currency = order._get_amount_credited()
            if amount and order.invoice_state != "credited":
                sentences.append(
                    self.env._(
                        "Credited: %s.", format_amount(self.env, amount, currency)
                    )
                )
        return " ".join(sentences)

    def _get_amount_credited(self):
        """What was credited of invoices that stand, without those that were credited as a
        whole and may have been billed anew.

        :return: tuple (amount, currency)
        """
        notes = self._get_credit_notes()
        reversed_bills = self.invoice_ids.filtered(
            lambda item: (
                item.kind == "invoice"
                and item.state == "posted"
                and item.payment_state == "reversed"
            )
        )
        currency = notes[:1].currency_id or self.currency_id
        amount = sum(notes.mapped("amount_total"))
        amount -= sum(reversed_bills.mapped("amount_total"))
        return max(currency.round(amount) if currency else amount, 0.0), currency

    # -- link -------------------------------------------------------------------------

    def _get_link_line(self):
        """:return: Markup, a paragraph that opens the order over there"""
        self.ensure_one()
        if not self.remote_url:
            return Markup("")
        return Markup('<p><a href="%s" target="_blank">%s</a></p>') % (
            self.remote_url,
            self.env._(
                "Open %(order)s in %(system)s",
                order=self.display_name,
                system=self.connector_name,
            ),
        )

from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..decimals import to_decimal, to_text
from ..payload import drop_empty_sections

# how lines name their kinds, and how the contract does
KINDS = {
    "line_section": "section",
    "line_subsection": "subsection",
    "line_note": "note",
}


class IntegrationPayload(models.AbstractModel):
    """Snapshots of orders and opportunities, as they are in the moment of the win.

    Each ``_prepare_*`` has one job; override one and call ``super()`` to send more.
    """

    _name = "integration.payload"
    _description = "Snapshot of an Order"

    # -- orders and quotations --------------------------------------------------------

    @api.model
    def _prefetch(self, leads, orders):
        """Read what the snapshots need of thousands of deals at once: taken deal by deal,
        each would read its own lines, products and addresses."""
        lead_lines = (leads - orders.opportunity_id).lead_line_ids
        for lines in (lead_lines, orders.order_line):
            lines.tax_ids.mapped("name")
            lines.product_id.mapped("type")
            lines.mapped("product_uom_id")
        partners = leads.partner_id | orders.partner_id
        partners |= orders.partner_invoice_id | orders.partner_shipping_id
        partners |= partners.commercial_partner_id
        partners.child_ids.mapped("type")
        (partners | partners.child_ids).mapped("country_id.code")
        (partners | partners.child_ids).mapped("state_id.code")
        (partners | partners.child_ids).mapped("email_normalized")

    @api.model
    def _prepare_order(self, lead, orders, key):
        """Snapshot of one ERP order.

        :param lead: ``crm.lead``
        :param orders: ``sale.order``, several where they are merged; none: the lines of
            the opportunity are sent
        :param str key: what the other system stores, unique
        :return: dict, JSON-safe
        """
        if not orders:
            payload = lead._prepare_erp_order_payload()
        else:
            payload = orders[0]._prepare_erp_order_payload()
            for order in orders[1:]:
                self._merge(payload, order._prepare_erp_order_payload())
            if len(orders) > 1:
                self._head_lines(payload, orders)
        return {
            **payload,
            "key": key,
            "lead_id": lead.id,
            "order_ids": orders.ids,
            "source": "orders" if orders else "lines",
        }

    @api.model
    def _merge(self, payload, other):
        """Add a further order to the snapshot of the first."""
        payload["number"] += f", {other['number']}"
        payload["lines"] += other["lines"]
        for name in ("total_untaxed", "total_tax", "total"):
            payload[name] = to_text(to_decimal(payload[name]) + to_decimal(other[name]))
        for name in ("customer_reference", "note"):
            values = dict.fromkeys(filter(None, (payload[name], other[name])))
            payload[name] = (", " if name == "customer_reference" else "\n").join(
                values
            )
        dates = [
            date
            for date in (payload["requested_date"], other["requested_date"])
            if date
        ]
        payload["requested_date"] = min(dates, default="")

    @api.model
    def _head_lines(self, payload, orders):
        """Put the number of each merged order above its lines."""
        lines = []
        for order in orders:
            prefix = f"SO{order.id}-"
            own = [line for line in payload["lines"] if line["key"].startswith(prefix)]
            if own:
                lines.append(
                    self._prepare_text_line(f"{prefix}H", "section", order.name)
                )
            lines += own
        payload["lines"] = lines

    @api.model
    def _prepare_text_line(self, key, kind, description):
        """A section or note."""
        return {
            "key": key,
            "kind": kind,
            "product_id": False,
            "description": description or "",
            "quantity": "0",
            "uom_id": False,
            "unit_price": "0",
            "discount": "0",
            "tax_ids": [],
            "subtotal": "0",
        }

    @api.model
    def _prepare_party(self, partner, addresses):
        """Customer with the addresses an order of theirs needs.

        :param partner: ``res.partner``: whoever was chosen on the document
        :param dict addresses: address partner by kind (``invoice, delivery, contact``)
        :return: the snapshot's fields on customer and addresses
        """
        commercial = partner.commercial_partner_id or partner
        kinds = {commercial: "main"}
        for kind, address in addresses.items():
            kinds.setdefault(address, kind)
        return {
            "partner_id": commercial.id,
            "invoice_partner_id": addresses["invoice"].id,
            "delivery_partner_id": addresses["delivery"].id,
            "contact_partner_id": (
                addresses["contact"].id if addresses["contact"] != commercial else False
            ),
            "party": commercial._prepare_erp_party_payload(
                [
                    address._prepare_erp_address_payload(kind)
                    for address, kind in kinds.items()
                ]
            ),
        }

    # -- helpers ----------------------------------------------------------------------

    @api.model
    def _get_kind(self, line):
        """Kind of a line of an order or opportunity."""
        if line.display_type:
            return KINDS[line.display_type]
        # the price of a combo is on its items; itself it is a heading
        return "note" if line.product_id.type == "combo" else "product"

    @api.model
    def _prepare_lines(self, lines):
        return [
            line._prepare_erp_line_payload()
            for line in drop_empty_sections(lines, self._get_kind)
        ]

    @api.model
    def _prepare_date(self, value, user):
        """The day a moment fell on for the salesperson, as ISO text."""
        if not value:
            return ""
        if not isinstance(value, datetime):
            return fields.Date.to_string(value)
        zone = pytz.timezone(user.tz or self.env.context.get("tz") or "UTC")
        return pytz.utc.localize(value).astimezone(zone).date().isoformat()

    @api.model
    def _prepare_note(self, html):
        return html2plaintext(html).strip() if html else ""

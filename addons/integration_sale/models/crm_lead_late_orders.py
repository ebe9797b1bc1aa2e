from odoo import models

from .crm_lead_content import Content, Issue


class CrmLead(models.Model):
    """Quotations that are confirmed after an order of their deal was made in the ERP."""

    _inherit = "crm.lead"

    def _get_late_orders(self):
        """Confirmed orders that no ERP order comprises."""
        self.ensure_one()
        return (
            self.order_ids.filtered(lambda order: order.state == "sale")
            - self.erp_order_ids.sale_order_ids
        )

    def _choose_late_content(self, flow, erp_orders, confirmed):
        """Something of this opportunity is in the ERP already. Orders confirmed since
        are further orders, where that is certain; where all are to be one, they become
        part of it."""
        late = confirmed - erp_orders.sale_order_ids
        if not late:
            return []
        standing = erp_orders._get_standing_orders()
        by_lines = standing.filtered(lambda order: not order.sale_order_ids)[:1]
        if by_lines:
            # the order was made from the very lines the ERP has got
            by_lines._link_order(late[0])
            late -= late[0]
        if flow.order_grouping == "opportunity":
            return self._get_joining_issue(erp_orders, late) or []
        unconfirmed = standing.sale_order_ids.filtered(lambda o: o.state != "sale")
        if late and unconfirmed:
            return self._get_late_issue(erp_orders, late)
        return [
            Content(self, order, self._get_content_key(flow, order)) for order in late
        ]

    def _get_late_issue(self, erp_orders, late):
        return Issue(
            "changed",
            self.env._(
                "%(orders)s was confirmed after %(erp)s had been made in the ERP, and is"
                " not part of it. Have the ERP order changed there.",
                orders=", ".join(late.mapped("name")),
                erp=erp_orders._get_numbers(),
            ),
        )

    # -- one order per opportunity ----------------------------------------------------

    def _join_late_orders(self, flow, erp_orders):
        """What was confirmed later becomes part of the one order, and goes there as any
        other change of the deal does."""
        self.ensure_one()
        if flow.order_grouping != "opportunity":
            return
        late = self.order_ids.filtered(
            lambda order: order.state == "sale" and order.company_id == flow.company_id
        )
        late -= erp_orders.sale_order_ids
        if not late or self._get_joining_issue(erp_orders, late):
            return
        joined = erp_orders._find_to_join()
        joined.sale_order_ids |= late
        # cancelled with its only quotation, it comes back with this one
        joined._call_back("quotation confirmed")
        self._note_content_change()

    def _get_joining_issue(self, erp_orders, late):
        """:return: :class:`Issue` where ``late`` can't become part of the order, or None"""
        if not late:
            return None
        joined = erp_orders._find_to_join()
        if not joined:
            return self._get_late_issue(erp_orders, late)
        obstacle = (joined._get_content_orders() | late)._get_merge_obstacle()
        return Issue("changed", obstacle) if obstacle else None

from odoo import api, fields, models

from ..const import INTEGRATION_STATUSES


class IntegrationStatusMixin(models.AbstractModel):
    """What a deal's document shows of its way through the ERP.

    The status is written by whoever changes it (see ``crm_lead_status.py``), not computed
    on reading: lists filter by it, and a queue of thousands must not slow them down.
    """

    _name = "integration.status.mixin"
    _description = "Status in the ERP"

    integration_status = fields.Selection(
        INTEGRATION_STATUSES,
        "ERP Status",
        default="none",
        readonly=True,
        copy=False,
        index=True,
    )
    # a quotation is read by its customer too, on the portal
    integration_message = fields.Text(
        "ERP Message", readonly=True, copy=False, groups="base.group_user"
    )
    erp_order_count = fields.Integer(compute="_compute_erp_counts")
    erp_invoice_count = fields.Integer(compute="_compute_erp_counts")
    erp_shipment_count = fields.Integer(compute="_compute_erp_counts")
    erp_order_label = fields.Char(compute="_compute_erp_counts")
    integration_passport = fields.Json(
        "Order Passport", compute="_compute_integration_passport"
    )

    @api.depends("integration_status", "integration_message")
    @api.depends_context("uid", "lang")
    def _compute_integration_passport(self):
        # whoever bills or ships opens orders as well, without a right to these
        if not self.env["integration.erp.order"].has_access("read"):
            self.integration_passport = False
            return
        for document in self:
            document.integration_passport = document._origin._make_passport()

    def _make_passport(self):
        """:return: see ``integration.passport._make``; False where there is none"""
        raise NotImplementedError

    def _get_erp_orders(self):
        """:return: ``integration.erp.order`` of these documents, those the user may see"""
        orders = self.env["integration.erp.order"]
        if not orders.has_access("read"):
            return orders
        return orders.search_fetch([(self._get_erp_order_field(), "in", self.ids)])

    def _get_erp_order_field(self):
        """:return: name of the field of ``integration.erp.order`` that points here"""
        raise NotImplementedError

    def _compute_erp_counts(self):
        name = self._get_erp_order_field()
        orders = self._get_erp_orders()
        for document in self:
            own = orders.filtered(lambda order, d=document: d._origin in order[name])
            document.erp_order_count = len(own)
            document.erp_invoice_count = len(own.invoice_ids)
            document.erp_shipment_count = len(own.shipment_ids)
            document.erp_order_label = (
                own.remote_number or own.remote_id if len(own) == 1 else len(own)
            )

    @api.private
    def _write_statuses(self, values):
        """Write what has changed, one statement per status however many records.

        :param dict values: ``{(status, message): [record ids]}``
        """
        for (status, message), ids in values.items():
            changed = self.browse(ids).filtered(
                lambda document, s=status, m=message: (
                    (document.integration_status or "none") != s
                    or (document.integration_message or "") != (m or "")
                )
            )
            if changed:
                changed._write_quietly(
                    {"integration_status": status, "integration_message": message}
                )

    @api.private
    def _write_quietly(self, values):
        """Write facts nobody follows: without the tracking of a document's own fields."""
        self.with_context(tracking_disable=True, mail_notrack=True).write(values)

    # -- actions ----------------------------------------------------------------------

    def action_view_erp_orders(self):
        return self._get_erp_action(
            "integration_sale.integration_erp_order_action", self._get_erp_orders()
        )

    def action_view_erp_invoices(self):
        return self._get_erp_action(
            "integration_sale.integration_erp_invoice_action",
            self._get_erp_orders().invoice_ids,
        )

    def action_view_erp_shipments(self):
        return self._get_erp_action(
            "integration_sale.integration_erp_shipment_action",
            self._get_erp_orders().shipment_ids,
        )

    def _get_erp_action(self, xml_id, records):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = [("id", "in", records.ids)]
        action["context"] = {"create": False}
        if len(records) == 1:
            action.update(views=[(False, "form")], view_mode="form", res_id=records.id)
        return action

from odoo import fields, models


class IntegrationErpShipment(models.Model):
    """A shipment the ERP has made for one of our orders."""

    _name = "integration.erp.shipment"
    _inherit = ["integration.erp.document.mixin"]
    _description = "ERP Shipment"
    _order = "id desc"

    order_ids = fields.Many2many(
        "integration.erp.order",
        "integration_erp_order_shipment_rel",
        "shipment_id",
        "order_id",
        "ERP Orders",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("ready", "Ready"),
            ("shipped", "Shipped"),
            ("delivered", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    is_backorder = fields.Boolean("Backorder", readonly=True)
    is_return = fields.Boolean("Return", readonly=True)
    scheduled_date = fields.Date(readonly=True)
    done_date = fields.Date("Shipped On", readonly=True)
    carrier = fields.Char(readonly=True)
    tracking_number = fields.Char(readonly=True)
    tracking_url = fields.Char("Tracking Link", readonly=True)

    _remote_uniq = models.UniqueIndex("(connector_id, remote_id)")

    def action_open_tracking(self):
        self.ensure_one()
        if not self.tracking_url:
            return False
        return {"type": "ir.actions.act_url", "url": self.tracking_url, "target": "new"}

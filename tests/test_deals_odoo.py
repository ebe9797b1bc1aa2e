from odoo.tests import tagged

from .deal_mixin import DealMixin
from .erp_case import ErpCase
from .recovery_mixin import RecoveryMixin


@tagged("post_install", "-at_install")
class TestDealsOdoo(DealMixin, RecoveryMixin, ErpCase):
    kind = "odoo"

    def delete_there(self, order):
        self.clerk.call("sale.order", "unlink", [order])

    def write_key_over(self, erp_order, text):
        order_id = int(erp_order.remote_id)
        self.clerk.call("sale.order", "write", [order_id], vals={"origin": text})

    def change_quantity_there(self, order, quantity):
        [line] = self.clerk.read_one("sale.order", order, "order_line")["order_line"]
        self.clerk.call(
            "sale.order.line", "write", [line], vals={"product_uom_qty": quantity}
        )

    def check_shipments(self, shipments):
        super().check_shipments(shipments)
        self.assertTrue(all(shipments.mapped("tracking_number")))
        if not self.is_older:
            # carriers had no tracking address of their own
            self.assertTrue(all(shipments.mapped("tracking_url")))
        self.assertEqual(len(shipments.filtered("is_backorder")), 1)

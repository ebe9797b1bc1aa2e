from odoo.tests import tagged

from .deal_mixin import DealMixin
from .erp_case import ErpCase
from .recovery_mixin import RecoveryMixin


@tagged("post_install", "-at_install")
class TestDealsTryton(DealMixin, RecoveryMixin, ErpCase):
    kind = "tryton"

    def delete_there(self, order):
        self.clerk.call("model.sale.sale.delete", [order])

    def write_key_over(self, erp_order, text):
        order_id = int(erp_order.remote_id)
        self.clerk.call(
            "model.sale.sale.write", [order_id], {"web_id": text, "reference": text}
        )

    def change_quantity_there(self, order, quantity):
        [line] = self.clerk.read_one("sale.sale", order, "lines")["lines"]
        self.clerk.call("model.sale.line.write", [line], {"quantity": float(quantity)})

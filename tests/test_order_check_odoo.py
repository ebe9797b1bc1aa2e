import uuid

from odoo.tests import tagged

from .erp_case import ErpCase, get_odoo_keeper
from .order_check_mixin import OrderCheckMixin


@tagged("post_install", "-at_install")
class TestOrderCheckOdoo(OrderCheckMixin, ErpCase):
    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = get_odoo_keeper(cls.erp)
        cls.addClassCleanup(cls.keeper.close)

    def make_unsold(self):
        code = f"CHECK-{uuid.uuid4().hex[:8].upper()}"
        [remote_id] = self.keeper.call(
            "product.product",
            "create",
            vals_list=[{"name": code, "default_code": code, "sale_ok": False}],
        )
        product = self.make_product_like("BOOK-HYD", code)
        self.map_to("BOOK-HYD", product).write(
            {"remote_id": str(remote_id), "remote_unit_id": False}
        )
        self.addCleanup(
            self.keeper.call,
            "product.product",
            "write",
            [remote_id],
            vals={"active": False},
        )
        return product, remote_id

    def sell_there_again(self, remote_id):
        self.keeper.call(
            "product.product", "write", [remote_id], vals={"sale_ok": True}
        )

    def archive_customer_there(self, party_id):
        self.keeper.call("res.partner", "write", [party_id], vals={"active": False})

    def test_2_tax_of_purchases(self):
        """Mapped to the right rate, but of the wrong kind."""
        [tax] = self.keeper.call(
            "account.tax",
            "search",
            domain=[("type_tax_use", "=", "purchase"), ("amount", "=", 21)],
            limit=1,
        )
        mapping = self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "tax"),
                ("res_id", "=", self.taxes[21].id),
            ]
        )
        lead = self.make_lead([("PUMP-200", 1)])
        right = mapping.remote_id
        mapping.remote_id = str(tax)
        self.assert_blocked(lead, "not one of sales")
        mapping.remote_id = right
        self.assert_clear(lead)

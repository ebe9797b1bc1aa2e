import uuid
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import tagged

from .erp_case import ErpCase, get_clerk
from .order_check_mixin import OrderCheckMixin


@tagged("post_install", "-at_install")
class TestOrderCheckTryton(OrderCheckMixin, ErpCase):
    kind = "tryton"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = get_clerk("tryton", {**cls.erp, "clerk": cls.erp["admin"]})

    def make_unsold(self):
        code = f"CHECK-{uuid.uuid4().hex[:8].upper()}"
        [like] = self.keeper.call(
            "model.product.product.search", [["code", "=", "BOOK-HYD"]], 0, 1, None
        )
        found = self.keeper.read_one(
            "product.product", like, "default_uom", "account_category"
        )
        [template] = self.keeper.call(
            "model.product.template.create",
            [
                {
                    "name": code,
                    "type": "goods",
                    "default_uom": found["default_uom"],
                    "sale_uom": found["default_uom"],
                    "salable": False,
                    "list_price": Decimal(5),
                    "account_category": found["account_category"],
                    "products": [["create", [{"suffix_code": code}]]],
                }
            ],
        )
        [remote_id] = self.keeper.read_one("product.template", template, "products")[
            "products"
        ]
        product = self.make_product_like("BOOK-HYD", code)
        self.map_to("BOOK-HYD", product).write(
            {"remote_id": str(remote_id), "remote_unit_id": False}
        )
        self.addCleanup(self.set_salable, template, False)
        return product, template

    def sell_there_again(self, template):
        self.set_salable(template, True)

    def set_salable(self, template, is_salable):
        self.keeper.call(
            "model.product.template.write", [template], {"salable": is_salable}
        )

    def archive_customer_there(self, party_id):
        self.keeper.call("model.party.party.write", [party_id], {"active": False})

    def test_2_tax_has_ended(self):
        """One of a rate that was abolished, as its last day tells."""
        mapping = self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "tax"),
                ("res_id", "=", self.taxes[21].id),
            ]
        )
        company = self.clerk.context["company"]
        [tax] = self.keeper.call(
            "model.account.tax.copy",
            [int(mapping.remote_id)],
            {"name": f"Ended {self.mark}"},
            company=company,
        )

        def change(values):
            self.keeper.call("model.account.tax.write", [tax], values, company=company)

        self.addCleanup(change, {"active": False})
        mapping.remote_id = str(tax)
        today = date.today()
        lead = self.make_lead([("PUMP-200", 1)])
        self.assert_clear(lead)
        change({"end_date": today})
        self.assert_clear(lead)
        change({"end_date": today - timedelta(days=1)})
        self.assert_blocked(lead, "has ended in Tryton")
        mapping.remote_id = "999999"
        self.assert_blocked(lead, "999999")

    def test_2_no_address_there(self):
        """An order needs one there; the customer was made by hand, without."""
        lead = self.make_lead([("BOOK-HYD", 1)])
        [party] = self.keeper.call(
            "model.party.party.create", [{"name": f"Bare {self.mark}", "addresses": []}]
        )
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(lead.partner_id, {"remote_id": str(party)})]
        )
        self.assert_blocked(lead, "has no address in Tryton")
        self.keeper.call(
            "model.party.address.create", [{"party": party, "street": "Dam 1"}]
        )
        self.assert_clear(lead)

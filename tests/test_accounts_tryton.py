from decimal import Decimal

from odoo.tests import tagged

from .account_mixin import AccountMixin
from .erp_case import ErpCase, get_clerk


@tagged("post_install", "-at_install")
class TestAccountsTryton(AccountMixin, ErpCase):
    kind = "tryton"

    def get_remote_id(self, customer):
        return int(
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "party", customer
            )[customer.id]
        )

    def archive_there(self, customer):
        self.clerk.call(
            "model.party.party.write",
            [self.get_remote_id(customer)],
            {"active": False},
        )

    def set_limit_there(self, customer, amount):
        keeper = get_clerk("tryton", {**self.erp, "clerk": self.erp["admin"]})
        keeper.call(
            "model.party.party.write",
            [self.get_remote_id(customer)],
            {"credit_limit_amount": Decimal(amount)},
            company=self.clerk.context["company"],
        )

    def get_total_there(self, invoice):
        found = self.clerk.read_one("account.invoice", invoice, "total_amount")
        return float(found["total_amount"])

    def test_9_what_the_erp_does_not_tell(self):
        self.make_linked()
        self.read_figures()
        missing = self.account_flow.figures_missing
        self.assertIn("Margin: Tryton keeps none", missing)
        self.assertIn("with the modules account_dunning.", missing)
        self.assertNotIn("Credit limit", missing)

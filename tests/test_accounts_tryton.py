from odoo.tests import tagged

from .account_mixin import AccountMixin
from .erp_case import ErpCase


@tagged("post_install", "-at_install")
class TestAccountsTryton(AccountMixin, ErpCase):
    kind = "tryton"

    def archive_there(self, customer):
        remote_ids = self.env["integration.external.id"]._get_remote_ids(
            self.connector, "party", customer
        )
        self.clerk.call(
            "model.party.party.write",
            [int(remote_ids[customer.id])],
            {"active": False},
        )

    def get_total_there(self, invoice):
        found = self.clerk.read_one("account.invoice", invoice, "total_amount")
        return float(found["total_amount"])

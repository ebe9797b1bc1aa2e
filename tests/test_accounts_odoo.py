from odoo.tests import tagged

from .account_mixin import AccountMixin
from .erp_case import ErpCase


@tagged("post_install", "-at_install")
class TestAccountsOdoo(AccountMixin, ErpCase):
    kind = "odoo"

    def give_term(self, customer):
        [term, *_others] = self.clerk.call(
            "account.payment.term", "search", domain=[("name", "ilike", "30 days")]
        )
        remote_ids = self.env["integration.external.id"]._get_remote_ids(
            self.connector, "party", customer
        )
        self.clerk.call(
            "res.partner",
            "write",
            [int(remote_ids[customer.id])],
            vals={"property_payment_term_id": term},
        )

from odoo.tests import tagged

from odoo.addons.integration_hub.client import ConnectionSettings
from odoo.addons.integration_odoo.client import OdooClient

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

    def get_remote_id(self, customer):
        return int(
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "party", customer
            )[customer.id]
        )

    def archive_there(self, customer):
        self.clerk.call(
            "res.partner",
            "write",
            [self.get_remote_id(customer)],
            vals={"active": False},
        )

    def get_total_there(self, invoice):
        return self.clerk.read_one("account.move", invoice, "amount_total")[
            "amount_total"
        ]

    def make_admin(self):
        """The ERP's administrator: credit limits are switched on in its settings."""
        admin = self.erp["admin"]
        client = OdooClient(
            ConnectionSettings(
                url=self.erp["url"],
                credentials={"password": admin["password"]},
                options={
                    "database": self.erp["database"],
                    "login": admin["login"],
                    "protocol": "jsonrpc",
                },
            )
        )
        self.addCleanup(client.close)
        return client

    def test_1_credit_limit_asks_before_winning(self):
        admin = self.make_admin()
        company_id = admin.get_company()["id"]
        values = {"account_use_credit_limit": True}
        if not self.is_older:
            admin.call("res.company", "write", [company_id], vals=values, changes=True)
        customer = self.make_linked()
        remote_id = self.env["integration.external.id"]._get_remote_ids(
            self.connector, "party", customer
        )[customer.id]
        values = {"credit_limit": 100.0}
        admin.call("res.partner", "write", [int(remote_id)], vals=values, changes=True)
        self.assertEqual(self.account_flow.credit_hold_policy, "ask")
        self.read_figures()
        lead = self.make_lead([("PUMP-200", 1)], customer)
        self.assertEqual(self.get_figure(customer).credit_limit, 100)
        self.assertFalse(self.get_figure(customer).is_limit_reached)
        self.sell_there(customer)
        self.read_figures()
        self.assertTrue(self.get_figure(customer).is_limit_reached)
        lead = lead.with_user(self.salesperson)
        self.assertIn("credit limit of", lead.account_figures_message)
        # confirming wins what there is no question about: this is one
        self.company.win_on_confirmation = True
        order = self.make_order(lead, [("PUMP-200", 1)]).with_user(self.salesperson)
        order.action_confirm()
        self.assertEqual(lead.won_status, "pending")
        self.assertTrue(order.is_won_awaited)
        self.assertIn("credit limit of", order.won_obstacle)
        action = order.action_mark_won()
        self.assertEqual(action["res_model"], "integration.credit.hold")
        dialog = self.env[action["res_model"]].with_user(self.salesperson)
        dialog.browse(action["res_id"]).action_win()
        self.run_lane()
        self.assert_status(lead, "in_erp")

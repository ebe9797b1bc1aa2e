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

    def set_limit_there(self, customer, amount):
        admin = self.make_admin()
        company_id = admin.get_company()["id"]
        values = {"account_use_credit_limit": True}
        if not self.is_older:
            admin.call("res.company", "write", [company_id], vals=values, changes=True)
        admin.call(
            "res.partner",
            "write",
            [self.get_remote_id(customer)],
            vals={"credit_limit": amount},
            changes=True,
        )

    def test_1_margin(self):
        customer = self.make_linked()
        order = self.clerk.create_order(customer.name, [("PUMP-200", 3)])
        self.clerk.confirm(order)
        # a quotation is nothing earned yet
        self.clerk.create_order(customer.name, [("PUMP-200", 5)])
        there = self.clerk.read_one("sale.order", order, "margin", "amount_untaxed")
        self.assertGreater(there["margin"], 0)
        self.read_figures()
        figure = self.get_figure(customer)
        self.assertTrue(figure.has_margin)
        self.assertAlmostEqual(figure.margin, there["margin"], 2)
        self.assertAlmostEqual(
            figure.margin_percent, 100 * there["margin"] / there["amount_untaxed"], 1
        )
        self.assertNotIn("Margin", self.account_flow.figures_missing or "")

    def test_1_no_sale_is_no_margin(self):
        customer = self.make_linked()
        self.read_figures()
        self.assertFalse(self.get_figure(customer).has_margin)

    def test_1_hold(self):
        """The blocking message of a customer, which Odoo had until 18."""
        customer = self.make_linked()
        if not self.is_older:
            self.read_figures()
            self.assertFalse(self.get_figure(customer).is_on_hold)
            self.assertIn("Hold: Odoo knows none", self.account_flow.figures_missing)
            return
        for level, is_on_hold in (("warning", False), ("block", True)):
            self.clerk.call(
                "res.partner",
                "write",
                [self.get_remote_id(customer)],
                vals={"sale_warn": level, "sale_warn_msg": "Pays late"},
            )
            self.read_figures()
            self.assertEqual(self.get_figure(customer).is_on_hold, is_on_hold)
        self.assertNotIn("Hold", self.account_flow.figures_missing or "")

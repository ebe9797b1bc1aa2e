import threading
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.integration_stock.tests.common import StockCase


@tagged("post_install", "-at_install")
class TestTourStock(StockCase, HttpCase):
    def run_lane_soon(self):
        """In place of ``ir.cron``, which tests have none of: a lane in its own thread,
        as it runs on a server."""

        def run():
            with self.registry.cursor() as cursor:
                self.env(cr=cursor)["integration.lane"]._run_lane()

        timer = threading.Timer(1.0, run)
        timer.start()
        self.addCleanup(timer.join)
        # one that has not begun by then would wait in vain for the test's cursor
        self.addCleanup(timer.cancel)

    def test_line(self):
        new_test_user(
            self.env,
            "anna",
            "base.group_user,sales_team.group_sale_salesman",
            name="Anna Seller",
            email="anna@example.com",
            lang="en_US",
        )
        product = self.make_product("1", list_price=5)
        day = self.get_day(9)
        self.set_level("1", 10, [(day, "5")])
        self.pull()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Brown"}).id,
                "user_id": self.env.ref("base.user_admin").id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 12})
                ],
            }
        )
        order.user_id = self.env["res.users"].search([("login", "=", "anna")])
        self.set_level("1", 99)
        with patch.object(
            self.registry["integration.lane"],
            "_wake_up",
            lambda lane, at=None, connectors=None: self.run_lane_soon(),
        ):
            self.start_tour(
                f"/odoo/action-sale.action_quotations/{order.id}",
                "integration_sale_stock_line",
                login="anna",
            )
        self.assertEqual(str(order.commitment_date.date()), day)

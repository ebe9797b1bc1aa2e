from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.integration_stock.tests.common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestLines(StockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = new_test_user(
            cls.env,
            "anna",
            "sales_team.group_sale_salesman",
            name="Anna Seller",
            email="anna@example.com",
        )
        cls.partner = cls.env["res.partner"].create({"name": "Brown Ltd"})

    def make_order(self, *lines):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.anna.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom_id": (unit or product.uom_id).id,
                        }
                    )
                    for product, quantity, unit in lines
                ],
            }
        )

    def make_lead(self, product, quantity):
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.anna.id,
                "lead_line_ids": [
                    Command.create({"product_id": product.id, "quantity": quantity})
                ],
            }
        )

    def test_line_says_it_is_short(self):
        product = self.make_product("1")
        day = self.get_day(9)
        self.set_level("1", 10, [(day, "5")])
        self.pull()
        for line in (
            self.make_lead(product, 12).with_user(self.anna).lead_line_ids,
            self.make_order((product, 12, None)).with_user(self.anna).order_line,
        ):
            with self.subTest(line._name):
                self.assertTrue(line.is_erp_stock_short)
                stock = line.erp_stock
                self.assertEqual(
                    (stock["available"], stock["asked"], stock["date"]),
                    (10, 12, day),
                )
                self.assertTrue(stock["read_at"])
                self.assertEqual(stock["warehouses"][0]["name"], "Warehouse W1")

    def test_enough(self):
        product = self.make_product("1")
        self.set_level("1", 12)
        self.pull()
        line = self.make_lead(product, 12).lead_line_ids
        self.assertFalse(line.is_erp_stock_short)
        self.assertEqual(line.erp_stock["available"], 12)

    def test_lines_share_what_there_is(self):
        product = self.make_product("1")
        self.set_level("1", 24)
        self.pull()
        order = self.make_order((product, 1, self.dozen), (product, 13, None))
        self.assertEqual(order.order_line.mapped("is_erp_stock_short"), [True, True])
        # each in its own unit
        self.assertEqual(order.order_line[0].erp_stock["available"], 2)
        self.assertEqual(order.order_line[1].erp_stock["available"], 24)
        order.order_line[1].product_uom_qty = 12
        self.assertEqual(order.order_line.mapped("is_erp_stock_short"), [False, False])

    def test_while_typing(self):
        product = self.make_product("1")
        self.set_level("1", 10)
        self.pull()
        order = self.make_order((product, 4, None))
        with Form(order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 11
                self.assertTrue(line.erp_stock["is_short"])
                line.product_uom_qty = 6
                self.assertFalse(line.erp_stock["is_short"])

    def test_nothing_known(self):
        product = self.env["product.product"].create({"name": "Not mapped"})
        order = self.make_order((product, 1, None))
        self.assertFalse(order.order_line.erp_stock)
        self.assertEqual(order.erp_stock_state, "none")

    def test_confirmed_asks_no_more(self):
        product = self.make_product("1")
        self.set_level("1", 1)
        self.pull()
        order = self.make_order((product, 5, None))
        self.assertTrue(order.order_line.erp_stock)
        order.action_confirm()
        self.assertFalse(order.order_line.erp_stock)

    def test_update_button(self):
        product = self.make_product("1")
        self.set_level("1", 5)
        order = self.make_order((product, 2, None)).with_user(self.anna)
        self.assertEqual(order.erp_stock_state, "known")
        order.action_read_erp_stock()
        order.invalidate_recordset()
        self.assertEqual(order.erp_stock_state, "reading")
        self.assertFalse(FakeStockClient.calls)
        self.run_lane()
        self.assertEqual(order.erp_stock_state, "known")
        self.assertEqual(order.order_line.erp_stock["available"], 5)

    def test_promise(self):
        product = self.make_product("1")
        soon, later = self.get_day(9), self.get_day(32)
        self.set_level("1", 1, [(soon, "5"), (later, "5")])
        self.pull()
        order = self.make_order((product, 5, None)).with_user(self.anna)
        order.order_line.action_promise_erp_date()
        self.assertEqual(order.commitment_date.date().isoformat(), soon)
        order.order_line.product_uom_qty = 11
        order.order_line.action_promise_erp_date()
        self.assertEqual(order.commitment_date.date().isoformat(), later)
        order.order_line.product_uom_qty = 12
        with self.assertRaises(UserError):
            order.order_line.action_promise_erp_date()

    def test_overdue_is_never_promised(self):
        product = self.make_product("1")
        self.set_level("1", 1, [(self.get_day(-21), "5")])
        self.pull()
        order = self.make_order((product, 5, None)).with_user(self.anna)
        stock = order.order_line.erp_stock
        self.assertTrue(stock["is_short"])
        self.assertEqual((stock["date"], stock["is_undated"]), ("", True))
        with self.assertRaisesRegex(UserError, "overdue or without a date"):
            order.order_line.action_promise_erp_date()
        self.assertFalse(order.commitment_date)
        order.order_line.product_uom_qty = 7
        self.assertFalse(order.order_line.erp_stock["is_undated"], "not enough at all")
        with self.assertRaisesRegex(UserError, "Nothing planned"):
            order.order_line.action_promise_erp_date()

    def test_queries_do_not_grow_with_lines(self):
        products = [self.make_product(str(number)) for number in range(20)]
        for number in range(20):
            self.set_level(str(number), 1)
        self.pull()

        def count(lines):
            order = self.make_order(*[(product, 2, None) for product in lines])
            self.env.flush_all()
            self.env.invalidate_all()
            order.order_line.mapped("product_uom_qty")
            before = self.env.cr.sql_log_count
            self.assertTrue(all(order.order_line.mapped("is_erp_stock_short")))
            return self.env.cr.sql_log_count - before

        self.assertLessEqual(count(products), count(products[:2]) + 2)

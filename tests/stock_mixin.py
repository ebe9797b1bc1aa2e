"""The acceptance checklist (requirements §9) for stock (ERP-6), in a real ERP."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.integration_hub.client import NetworkError

from .load_steps import LoadSteps


class StockMixin(LoadSteps):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.connector._get_flow("stock_pull")
        cls.stock.next_run = "2099-01-01 00:00:00"

    def run_stock(self):
        self.stock._enqueue_pull("manual")
        self.run_lane()

    def get_level(self, product):
        level = self.env["integration.stock.level"].search(
            [("product_id", "=", product.id), ("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(len(level), 1)
        return level

    def read_stock(self, product):
        """As the button on a line does it."""
        product.action_read_erp_stock()
        self.run_lane()
        return self.get_level(product)

    def test_1_levels(self):
        self.run_stock()
        levels = self.env["integration.stock.level"].search(
            [("connector_id", "=", self.connector.id)]
        )
        # services are not kept on stock
        goods = {code for code in self.products if not code.startswith("SERV")}
        self.assertEqual(
            set(levels.product_id.mapped("default_code")), goods, "one warehouse"
        )
        # books, that no other test sells
        self.assertGreater(self.get_level(self.products["BOOK-HYD"]).available, 0)

    def test_1_looked_at_before_it_is_read(self):
        product, new = self.make_counted(5), self.make_counted(8)
        self.read_stock(product)
        day = date.today() + timedelta(days=9)
        self.expect_there(product, 7, day)
        load = self.check_load(self.stock, "integration_stock_level")
        line = self.get_line(load, product)
        self.assertEqual(line.outcome, "change")
        self.assertIn("Expected: – → 7.00", line.detail)
        self.assertNotIn("Available", line.detail)
        line = self.get_line(load, new)
        self.assertEqual(line.outcome, "create")
        self.assertIn("Available: 8.00", line.detail)
        self.assertFalse(load.has_amounts)
        self.do_load(load)
        self.assertEqual(self.get_level(product).expected_date, day)
        self.assertEqual(self.get_level(new).available, 8)
        load = self.check_load(self.stock, "integration_stock_level")
        self.assertEqual(self.get_line(load, new).outcome, "same")

    def test_2_update_and_arrivals(self):
        product = self.make_counted(5)
        level = self.read_stock(product)
        self.assertEqual((level.available, level.expected), (5, 0))
        day = date.today() + timedelta(days=9)
        self.expect_there(product, 7, day)
        level = self.read_stock(product)
        self.assertEqual((level.available, level.expected), (5, 7))
        self.assertEqual(level.expected_date, day)
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 6})]
        line = lead.lead_line_ids
        self.assertTrue(line.is_erp_stock_short)
        self.assertEqual(line.erp_stock["date"], day.isoformat())
        line.quantity = 13
        self.assertFalse(line.erp_stock["date"])

    def test_2_overdue_there_is_no_promise(self):
        """Planned three weeks ago and not received: it comes, nobody knows when."""
        product = self.make_counted(5)
        overdue = date.today() - timedelta(days=21)
        self.expect_there(product, 7, overdue)
        level = self.read_stock(product)
        self.assertEqual((level.expected, level.expected_date), (7, overdue))
        order = self.make_order(self.make_lead([]))
        order.order_line = [
            Command.create({"product_id": product.id, "product_uom_qty": 6})
        ]
        line = order.order_line
        self.assertTrue(line.is_erp_stock_short)
        self.assertFalse(line.erp_stock["date"])
        self.assertTrue(line.erp_stock["is_undated"])
        with self.assertRaises(UserError):
            line.action_promise_erp_date()
        self.assertFalse(order.commitment_date)
        # more of it, on a day to come
        day = date.today() + timedelta(days=9)
        self.expect_there(product, 2, day)
        self.read_stock(product)
        line.action_promise_erp_date()
        self.assertEqual(order.commitment_date.date(), day)

    def test_2_promised_is_not_available(self):
        product = self.make_counted(5)
        order = self.order_there(product, 3)
        self.reserve_there(order)
        self.assertEqual(self.read_stock(product).available, 2)

    def test_1_each_warehouse(self):
        """What lies in each, and what is on its way to each, told apart; one that is closed
        is gone with its figures."""
        product = self.make_counted(5)
        name = f"Depot {self.mark}"
        warehouse = self.make_warehouse_there(name)
        is_open = True

        def close():
            nonlocal is_open
            if is_open:
                is_open = False
                self.close_warehouse_there(warehouse, product)
            self.forget_warehouses()

        self.addCleanup(close)
        self.forget_warehouses()
        self.count_there(product, 3, warehouse)
        today = date.today()
        first, second = today + timedelta(days=9), today + timedelta(days=4)
        self.expect_there(product, 7, first)
        self.expect_there(product, 2, second, warehouse)
        levels = self.read_levels(product)
        self.assertEqual(len(levels), 2)
        depot = levels.filtered(lambda level: level.warehouse_name == name)
        self.assertEqual(
            (depot.available, depot.expected, depot.expected_date), (3, 2, second)
        )
        other = levels - depot
        self.assertEqual(
            (other.available, other.expected, other.expected_date), (5, 7, first)
        )
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 9})]
        stock = lead.lead_line_ids.erp_stock
        self.assertEqual((stock["available"], stock["date"]), (8, second.isoformat()))
        self.assertEqual(
            {item["name"]: item["available"] for item in stock["warehouses"]},
            {name: 3, other.warehouse_name: 5},
        )
        close()
        self.assertEqual(self.read_levels(product), other)
        self.assertEqual(other.available, 5)

    def read_levels(self, product):
        product.action_read_erp_stock()
        self.run_lane()
        return self.env["integration.stock.level"].search(
            [("product_id", "=", product.id)]
        )

    def forget_warehouses(self):
        """Which there are is asked once in a while only."""
        with self.connector._get_client() as client:
            client.settings.session_cache.clear()

    def test_3_archived(self):
        """No longer sold there, but some of it is left: that is still told."""
        product = self.make_counted(5)
        self.archive_there(product)
        self.assertEqual(self.read_stock(product).available, 5)

    def test_3_gone(self):
        """Mapped, but no longer in the ERP: no figure rather than a wrong one."""
        product = self.make_counted(5)
        self.read_stock(product)
        self.env.cr.execute(
            "UPDATE integration_stock_level SET read_at = read_at - interval '1 hour'"
        )
        line = self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )
        line.remote_id = "999999"
        product.action_read_erp_stock()
        self.run_lane()
        self.assertFalse(
            self.env["integration.stock.level"].search(
                [("product_id", "=", product.id)]
            )
        )

    def test_4_two_of_ours_for_one_of_theirs(self):
        product = self.make_counted(24)
        [remote_id] = (
            self.env["integration.product.mapping"]
            .search([("product_id", "=", product.id)])
            .mapped("remote_id")
        )
        box = self.make_product_like("BOOK-HYD", "BOX-OF-12")
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": box.id,
                "remote_id": remote_id,
                "factor": 12,
            }
        )
        (product | box).action_read_erp_stock()
        self.run_lane()
        self.assertEqual(self.get_level(product).available, 24)
        self.assertEqual(self.get_level(box).available, 2)

    def get_mapping(self, product):
        return self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )

    def test_5_mapped_to_another_one_meanwhile(self):
        """What the ERP says of the former counterpart says nothing of the new one."""
        product, other = self.make_counted(5), self.make_counted(8)
        handler_class = type(self.env["integration.handler.stock_pull"])
        apply, mapping = handler_class._apply, self.get_mapping(product)
        remote_id = self.get_mapping(other).remote_id

        def remap_first(handler, flow, results):
            handler.env[mapping._name].browse(mapping.id).remote_id = remote_id
            return apply(handler, flow, results)

        with patch.object(handler_class, "_apply", remap_first):
            product.action_read_erp_stock()
            self.run_lane()
        self.assertFalse(
            self.env["integration.stock.level"].search(
                [("product_id", "=", product.id)]
            ),
            "no figure rather than that of another product",
        )
        self.assertEqual(self.read_stock(product).available, 8)

    def test_5_theirs_alone(self):
        """Nobody here changes what the ERP has."""
        product = self.make_counted(5)
        level = self.read_stock(product).with_user(self.salesperson)
        with self.assertRaises(AccessError):
            level.available = 99

    def test_7_many_cost_no_more_calls_than_few(self):
        mappings = self.env["integration.product.mapping"].search(
            [("connector_id", "=", self.connector.id), ("state", "=", "mapped")]
        )
        goods = mappings.product_id.filtered(lambda item: item.type == "consu")
        self.assertGreater(len(goods), 8)

        def count(products):
            before = self.env["integration.exchange"].search_count([])
            products.action_read_erp_stock()
            self.run_lane()
            return self.env["integration.exchange"].search_count([]) - before

        count(goods)
        # where what is on its way to some of them goes to: places, and their warehouses
        self.assertLessEqual(count(goods), count(goods[:2]) + 2)
        for product in goods:
            self.assertTrue(self.get_level(product).read_at)

    def test_9_nothing_there(self):
        """None of it is a figure too."""
        product = self.make_counted(0)
        level = self.read_stock(product)
        self.assertEqual(
            (level.available, level.expected, level.expected_date), (0, 0, False)
        )
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 1})]
        stock = lead.lead_line_ids.erp_stock
        self.assertTrue(stock["is_short"])
        self.assertFalse(stock["is_undated"])

    def test_6_network_failure(self):
        product = self.make_counted(5)
        self.cut_off()
        product.action_read_erp_stock()
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.stock.id)])
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertEqual(self.get_level(product).available, 5)

    def test_8_fractions_and_units(self):
        """The pipe is sold by the metre: parts of it as well."""
        product = self.make_counted(2.5, "PIPE-CU15")
        self.assertEqual(self.read_stock(product).available, 2.5)

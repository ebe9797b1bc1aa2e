from odoo.tests import tagged

from .common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestStockMapping(StockCase):
    """Figures stand by the mapping they were read by, and no longer than that."""

    def setUp(self):
        super().setUp()
        self.product, self.other = self.make_product("1"), self.make_product("2")
        self.set_level("1", "120")
        self.set_level("2", "7")
        self.line = self.get_lines(self.product)

    def get_lines(self, products):
        return self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "in", products.ids),
            ]
        )

    def map_unit(self, unit, remote_id):
        self.env["integration.value.mapping"].create(
            {
                "connector_id": self.connector.id,
                "kind": "unit",
                "res_id": unit.id,
                "remote_id": remote_id,
            }
        )

    def pull(self):
        super().pull()
        jobs = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(
            set(jobs.mapped("state")), {"done"}, jobs.mapped("error_detail")
        )
        return jobs

    def assert_dropped(self):
        self.assertFalse(self.get_levels(self.product))
        self.assertFalse(self.product.has_erp_stock)
        self.assertEqual(self.get_levels(self.other).available, 7)

    def test_mapping_that_holds_no_longer(self):
        self.pull()
        for name, change in (
            ("cleared", lambda: self.line.action_clear()),
            ("deleted", lambda: self.line.unlink()),
            ("another product there", lambda: self.line.write({"remote_id": "3"})),
            ("another factor", lambda: self.line.write({"factor": 12})),
            ("another unit", lambda: self.line.write({"remote_unit_id": "9"})),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.assertEqual(self.get_levels(self.product).available, 120)
                change()
                self.assert_dropped()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_mapping_as_it_was(self):
        self.pull()
        self.line.write({"remote_id": "1", "remote_name": "Renamed there"})
        self.line.write({"factor": 1.0})
        self.assertEqual(self.get_levels(self.product).available, 120)

    def test_unit_of_the_product_changes(self):
        """120 pieces are never shown as 120 dozens."""
        self.line.factor = 6
        self.pull()
        self.assertEqual(self.get_levels(self.product).available, 20)
        self.product.uom_id = self.dozen
        self.assertEqual(self.line.state, "proposed")
        self.assert_dropped()

    def test_figures_of_what_is_not_mapped(self):
        """Left by an older version: the last page of a run takes them away."""
        stray = self.env["product.product"].create({"name": "Mapped once"})
        south = self.make_connector("ERP South")
        for connector in (self.connector, south):
            self.levels._write_levels(
                connector,
                stray,
                [
                    {
                        "product_id": stray.id,
                        "warehouse_id": "W1",
                        "warehouse_name": "Warehouse W1",
                        "available": 3.0,
                        "arrivals": [],
                    }
                ],
            )
        self.flow.batch_size = 1
        self.pull()
        self.assertEqual(self.get_levels(stray).connector_id, south)
        self.assertEqual(self.get_levels(self.product).available, 120)
        self.assertEqual(self.get_levels(self.other).available, 7)

    def test_unit_nothing_relates(self):
        """What is no figure of ours is none, and each page says so to the last."""
        self.map_unit(self.env.ref("uom.product_uom_unit"), "1")
        self.line.remote_unit_id = "1"
        self.set_level("1", "10", [("2099-12-01", "2")], unit_id="9")
        self.flow.batch_size = 1
        self.pull()
        self.assertEqual(FakeStockClient.calls[:2], [["1"], ["2"]])
        self.assert_dropped()
        self.assertIn("Left out, as the ERP counts", self.flow.last_message)
        self.assertIn("Product 1", self.flow.last_message)
        self.assertNotIn("Product 2", self.flow.last_message)
        self.map_unit(self.dozen, "9")
        self.pull()
        level = self.get_levels(self.product)
        self.assertAlmostEqual(level.available, 120)
        self.assertAlmostEqual(level.expected, 24)
        self.assertNotIn("Left out", self.flow.last_message)

    def test_queries_do_not_grow(self):
        def count(number):
            products = self.env["product.product"].union(
                *(self.make_product(f"{number}-{index}") for index in range(number))
            )
            for index in range(number):
                self.set_level(f"{number}-{index}", 1)
            self.pull()
            self.assertEqual(len(self.get_levels_of(products)), number)
            lines = self.get_lines(products)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            lines.action_clear()
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertFalse(self.get_levels_of(products))
            return queries

        few, many = count(3), count(30)
        self.assertLessEqual(many, few + 5)

    def get_levels_of(self, products):
        return self.levels.search([("product_id", "in", products.ids)])

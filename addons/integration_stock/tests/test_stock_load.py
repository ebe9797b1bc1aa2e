from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestStockLoad(StockCase):
    """First load of stock, and with it of any flow that reads what is known here."""

    def open(self):
        action = self.flow.action_open_load()
        return self.env["integration.load"].browse(action["res_id"])

    def check(self):
        load = self.open()
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def get_rows(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM integration_stock_level ORDER BY id")
        return self.env.cr.fetchall()

    def test_dry_run_writes_nothing(self):
        new, changed, same, gone = (
            self.make_product(f"P{number}") for number in range(4)
        )
        for number in (1, 2, 3):
            self.set_level(f"P{number}", 5, [(self.get_day(3), 2)])
        self.pull()
        self.set_level("P0", 12)
        self.set_level("P1", 7, [(self.get_day(3), 2)])
        FakeStockClient.levels["P3"] = []
        rows, cursor, last_run = self.get_rows(), self.flow.cursor, self.flow.last_run
        load = self.check()
        self.assertEqual(self.get_rows(), rows)
        self.assertEqual((self.flow.cursor, self.flow.last_run), (cursor, last_run))
        lines = {line.res_id: line for line in load.line_ids}
        self.assertEqual(
            {key: line.outcome for key, line in lines.items()},
            {
                new.id: "create",
                changed.id: "change",
                same.id: "same",
                gone.id: "change",
            },
        )
        unit = new.uom_id.name
        self.assertEqual(lines[new.id].detail, f"Available: 12.00 {unit}")
        self.assertEqual(
            lines[changed.id].detail, f"Available: 5.00 {unit} → 7.00 {unit}"
        )
        self.assertIn("No longer there", lines[gone.id].detail)
        self.assertFalse(load.has_amounts, "quantities have no total")
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 3))
        self.assertEqual(self.get_levels(new).available, 12)
        self.assertEqual(self.get_levels(changed).available, 7)
        self.assertFalse(self.get_levels(gone))
        self.assertEqual(self.check().same_count, 3)

    def test_stopped_and_resumed(self):
        """Pages of a hundred: it goes on where it was."""
        products = [self.make_product(f"P{number}") for number in range(250)]
        for number in range(250):
            self.set_level(f"P{number}", number)
        FakeStockClient.faults[:] = [NetworkError("cut off")]
        load = self.check()
        self.assertEqual((load.create_count, load.total_count), (250, 250))
        load.action_load()
        load._queue_lines()
        load.action_stop()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("loading", 0))
        self.assertFalse(self.get_rows())
        load.action_resume()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 250))
        self.assertEqual(self.get_levels(products[-1]).available, 249)
        self.assertEqual(self.get_levels(products[0]).available, 0)

    def test_changed_between_check_and_load(self):
        """It asks once more, for those that are mapped by then."""
        product, other = self.make_product("P0"), self.make_product("P1")
        self.set_level("P0", 1)
        self.set_level("P1", 1)
        load = self.check()
        self.set_level("P0", 4)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", other.id)]
        ).unlink()
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.get_levels(product).available, 4)
        self.assertFalse(self.get_levels(other))

from odoo.tests import tagged

from .common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestPriceUnits(PriceCase):
    """A price is per the unit the ERP says, which the mapping need not name."""

    def test_sold_by_the_dozen_there_now(self):
        """The mapping speaks of pieces, the price of dozens."""
        self.map_unit("unit", "1")
        self.map_unit("dozen", "2")
        product = self.make_product("1")
        self.name_unit(product, "1")
        FakePriceClient.units["1"] = "2"
        self.set_prices("1", (0, "120"), (10, "108"))
        self.pull()
        for quantity, price in ((1, 10), (119, 10), (120, 9)):
            self.assertAlmostEqual(self.get_price(product, quantity), price)
        self.pull()
        self.assertIn("prices changed: 0", self.flow.last_message)
        self.assertNotIn("Left out", self.flow.last_message)

    def test_sold_by_the_dozen_here(self):
        """Somebody picked dozens as the unit there; they price pieces."""
        self.map_unit("unit", "1")
        dozen = self.map_unit("dozen", "2")
        product = self.make_product("1", uom_id=dozen.id)
        self.name_unit(product, "2")
        self.set_prices("1", (0, "10"), (24, "9"))
        self.pull()
        for quantity, price in ((1, 120), (1.9, 120), (2, 108)):
            self.assertAlmostEqual(self.get_price(product, quantity), price)

    def test_no_unit_said(self):
        self.map_unit("unit", "1")
        product = self.make_product("1")
        self.name_unit(product, "1")
        FakePriceClient.units["1"] = ""
        self.set_prices("1", (0, "90"))
        self.pull()
        self.assertAlmostEqual(self.get_price(product), 90)

    def test_unit_nothing_relates(self):
        """No price is better than one that is wrong by a factor nobody knows."""
        self.map_unit("unit", "1")
        product, other = self.make_product("1"), self.make_product("2")
        self.name_unit(product, "1")
        self.set_prices("1", (0, "90"))
        self.set_prices("2", (0, "7"))
        self.pull()
        self.assertAlmostEqual(self.get_price(product), 90)
        FakePriceClient.units["1"] = "9"
        # named by an early page, it is still so by the last one
        self.flow.batch_size = 1
        self.pull()
        self.assertEqual(self.get_list().item_ids.product_id, other)
        self.assertIn("Left out, as the ERP counts", self.flow.last_message)
        self.assertIn("Product 1", self.flow.last_message)
        self.assertNotIn("Product 2", self.flow.last_message)
        self.map_unit("dozen", "9")
        self.pull()
        self.assertAlmostEqual(self.get_price(product), 7.5)
        self.assertNotIn("Left out", self.flow.last_message)

    def test_the_dry_run_says_so(self):
        self.map_unit("unit", "1")
        chair, table = (self.make_product("1"), self.make_product("2"))
        self.name_unit(chair, "1")
        FakePriceClient.units["1"] = "9"
        for remote_id in ("1", "2"):
            self.set_prices(remote_id, (0, "90"))
        load = self.env["integration.load"].browse(
            self.flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        lines = load.line_ids.filtered(lambda line: line.payload["kind"] == "price")
        self.assertEqual(
            {(line.res_id, line.outcome) for line in lines},
            {(chair.id, "attention"), (table.id, "create")},
        )
        attention = lines.filtered(lambda line: line.res_id == chair.id)
        self.assertIn("Left out, as the ERP counts", attention.detail)

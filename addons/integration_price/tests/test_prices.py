import odoo.sql_db
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane

from .common import FakePriceClient, PriceCase


@tagged("post_install", "-at_install")
class TestPrices(PriceCase):
    def test_lists_and_breaks(self):
        product = self.make_product("1")
        self.set_prices("1", (0, "90"), (10, "80.125"), (100, "75"))
        self.pull()
        for quantity, price in ((1, 90), (9.9, 90), (10, 80.125), (250, 75)):
            self.assertAlmostEqual(self.get_price(product, quantity), price)
        pricelist = self.get_list()
        self.assertEqual(
            (pricelist.name, pricelist.currency_id, pricelist.company_id),
            ("Wholesale", self.currency, self.connector.company_id),
        )
        line = self.env["integration.value.mapping"].search(
            [("kind", "=", "price_list"), ("res_id", "=", pricelist.id)]
        )
        self.assertEqual((line.state, line.remote_id), ("mapped", "W"))

    def test_change_and_same_again(self):
        product = self.make_product("1")
        self.set_prices("1", (0, "90"), (10, "80"))
        self.pull()
        items = self.get_list().item_ids
        self.pull()
        self.assertEqual(self.get_list().item_ids, items)
        self.assertIn("changed: 0", self.flow.last_message)
        self.set_prices("1", (0, "95"), (20, "70"))
        FakePriceClient.lists[0]["name"] = "Trade"
        self.pull()
        self.assertAlmostEqual(self.get_price(product, 10), 95)
        self.assertAlmostEqual(self.get_price(product, 20), 70)
        self.assertEqual(self.get_list().name, "Trade")
        self.assertEqual(len(self.get_list().item_ids), 2)

    def test_list_gone_and_back(self):
        self.make_product("1")
        self.set_prices("1", (0, "90"))
        self.pull()
        gone = FakePriceClient.lists.pop()
        self.pull()
        self.assertFalse(self.get_list().active)
        FakePriceClient.lists.append(gone)
        self.pull()
        self.assertTrue(self.get_list().active)

    def test_product_no_longer_on_the_list(self):
        product = self.make_product("1")
        self.set_prices("1", (0, "90"))
        self.pull()
        self.set_prices("1")
        self.pull()
        self.assertFalse(self.get_list().item_ids)
        self.assertEqual(self.get_price(product), 100)

    def test_units(self):
        """Ours is a box of twelve of theirs."""
        box = self.make_product("1", factor=12.0)
        self.set_prices("1", (0, "2.50"), (24, "2.25"))
        self.pull()
        self.assertAlmostEqual(self.get_price(box), 30)
        self.assertAlmostEqual(self.get_price(box, 2), 27)
        # ten of theirs are 0.8333… of ours, which is not kept here
        self.set_prices("1", (0, "2.50"), (10, "2.25"))
        self.pull()
        self.assertAlmostEqual(self.get_price(box, 0.84), 27)
        self.assertAlmostEqual(self.get_price(box, 0.83), 30)
        self.pull()
        self.assertIn("prices changed: 0", self.flow.last_message)

    def test_currency(self):
        other = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", "CHF")])
        )
        other.active = False
        self.add_list("X", "Export", "CHF")
        product = self.make_product("1")
        self.set_prices("1", (0, "88.8"), price_list="X")
        self.pull()
        self.assertEqual(self.get_list("X").currency_id, other)
        self.assertTrue(other.active)
        self.assertAlmostEqual(self.get_price(product, price_list="X"), 88.8)

    def test_currency_without_a_rate(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        francs.rate_ids.unlink()
        self.add_list("X", "Export", "CHF")
        self.pull()
        self.assertTrue(self.get_list("X"))
        self.assertIn("CHF has no rate here", self.flow.last_message)
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "rate": 2, "name": "2020-01-01"}
        )
        self.pull()
        self.assertNotIn("CHF", self.flow.last_message)

    def test_lists_that_cannot_be_read(self):
        self.make_product("1")
        self.set_prices("1", (0, "90"))
        self.pull()
        FakePriceClient.lists[0]["left_out"] = "its prices include taxes"
        self.add_list("X", "Export", "???")
        self.pull()
        self.assertFalse(self.get_list().active)
        self.assertFalse(self.get_list("X"))
        message = self.flow.last_message
        self.assertIn("Left out: Wholesale (its prices include taxes)", message)
        self.assertIn("Left out: Export", message)
        self.assertIn("none can be read", message)
        del FakePriceClient.lists[0]["left_out"]
        self.pull()
        self.assertTrue(self.get_list().active)
        self.assertNotIn("Wholesale", self.flow.last_message)

    def test_the_connection_test_says_so(self):
        self.connector._run_test()
        self.assertFalse(self.connector.warning_message)
        FakePriceClient.lists[0]["left_out"] = "its prices include taxes"
        self.connector._run_test()
        self.assertIn(
            "Wholesale is left out: its prices include taxes",
            self.connector.warning_message,
        )
        self.assertIn("no price lists", self.connector.warning_message)

    def test_twice_in_the_source(self):
        """Lists of one name are two lists; a price said twice is one rule."""
        product = self.make_product("1")
        self.add_list("W2", "Wholesale")
        self.set_prices("1", (0, "90"), (10, "80"), (10, "80"))
        self.set_prices("1", (0, "70"), price_list="W2")
        self.pull()
        self.assertEqual(len(self.get_list().item_ids), 2)
        self.assertEqual(self.get_price(product, 10), 80)
        self.assertEqual(self.get_price(product, price_list="W2"), 70)

    def test_customers(self):
        given, without, own = (self.make_partner(item) for item in ("A", "B", "C"))
        ours = self.env["product.pricelist"].create({"name": "Ours"})
        own.property_product_pricelist = ours
        FakePriceClient.parties.update({"A": "W", "B": "", "C": ""})
        self.pull()
        self.assertEqual(given.property_product_pricelist, self.get_list())
        self.assertNotEqual(without.property_product_pricelist, self.get_list())
        self.assertEqual(own.property_product_pricelist, ours)
        FakePriceClient.parties["A"] = ""
        self.pull()
        self.assertNotEqual(given.property_product_pricelist, self.get_list())

    def test_the_erp_owns_them(self):
        self.make_product("1")
        self.set_prices("1", (0, "90"))
        self.pull()
        pricelist = self.get_list()
        for change in (
            lambda: pricelist.write({"name": "Mine"}),
            lambda: pricelist.item_ids.write({"fixed_price": 1}),
            lambda: pricelist.item_ids.unlink(),
            lambda: pricelist.unlink(),
            lambda: self.env["product.pricelist.item"].create(
                {"pricelist_id": pricelist.id, "fixed_price": 1}
            ),
        ):
            with self.assertRaisesRegex(UserError, "ERP North"):
                change()
        copy = pricelist.copy()
        copy.item_ids.fixed_price = 1
        self.assertFalse(copy.integration_connector_id)

    def test_pages(self):
        products = [self.make_product(str(number)) for number in range(5)]
        for number in range(5):
            self.set_prices(str(number), (0, number + 1))
        self.flow.batch_size = 2
        self.pull()
        self.assertEqual(
            [self.get_price(product) for product in products], [1, 2, 3, 4, 5]
        )
        self.assertFalse(self.flow.cursor)

    def test_volume(self):
        """No statement for each price or customer, made or changed."""

        def count(numbers, price):
            for number in numbers:
                self.set_prices(str(number), (0, price), (10, price - 1))
            self.env.flush_all()
            before = odoo.sql_db.sql_counter
            self.pull()
            return odoo.sql_db.sql_counter - before

        def make(numbers):
            for number in numbers:
                self.make_product(str(number))
                self.make_partner(f"P{number}")
                FakePriceClient.parties[f"P{number}"] = "W"
            return count(numbers, 50)

        make(range(2))
        few, many = make(range(2, 12)), make(range(12, 112))
        self.assertLess((many - few) / 90, 1)
        few, many = count(range(10), 60), count(range(112), 70)
        self.assertLess((many - few) / 102, 0.5)
        self.assertEqual(len(self.get_list().item_ids), 224)

    def test_network_failure(self):
        self.patch(integration_lane, "WAIT_FOR_RETRY", 0.0)
        product = self.make_product("1")
        self.set_prices("1", (0, "90"))
        # however often it is tried meanwhile
        FakePriceClient.faults += [NetworkError("down")] * 20
        self.flow._enqueue_pull()
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(job.state, "retrying")
        FakePriceClient.faults.clear()
        job.action_retry()
        self.run_lane()
        self.assertAlmostEqual(self.get_price(product), 90)

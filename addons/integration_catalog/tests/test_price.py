from odoo.tests import tagged

from .common import CatalogCase


@tagged("post_install", "-at_install")
class TestPrice(CatalogCase):
    """What a product costs in the ERP without any price list (ERP-7)."""

    def setUp(self):
        super().setUp()
        self.code = self.connector.company_id.currency_id.name

    def add(self, remote_id, price, **values):
        values.setdefault("currency", self.code)
        self.erp.add(remote_id, f"CAT-{remote_id}", price=price, **values)

    def add_shirt(self, remote_id, price, color, size):
        self.add(
            remote_id,
            price,
            name="Shirt",
            full_name=f"Shirt ({color}, {size})",
            template_id="S",
            attributes=[
                {"attribute": "Color of Tests", "value": color},
                {"attribute": "Size of Tests", "value": size},
            ],
        )

    def get_prices(self, *remote_ids):
        return [self.get_product(remote_id).lst_price for remote_id in remote_ids]

    # -- one product ------------------------------------------------------------------

    def test_follows_the_erp(self):
        here = self.make_product("CAT-2", list_price=5)
        self.add("1", "10.125")
        self.add("2", "20")
        self.pull()
        self.assertEqual(self.get_prices("1", "2"), [10.125, 20])
        self.assertEqual(self.get_product("2"), here)
        self.erp.change("1", price="12")
        self.pull()
        self.assertEqual(self.get_prices("1"), [12])

    def test_change_here_is_set_back(self):
        self.add("1", "10")
        self.pull()
        template = self.get_product("1").product_tmpl_id
        template.list_price = 7.5
        self.assertIn("changed here", template.catalog_hint)
        self.assertIn("Sales Price", template.catalog_hint)
        self.pull()
        self.assertEqual(template.list_price, 10)
        self.assertIn("7.5", template.message_ids[0].body)

    def test_read_before_prices_counted(self):
        """An entry that has not changed there since: read again on demand."""
        self.add("1", "10")
        self.pull()
        template = self.get_product("1").product_tmpl_id
        template.with_context(integration_catalog=True).list_price = 0
        self.pull()
        self.assertEqual(template.list_price, 0)
        self.flow.action_start_over()
        self.pull()
        self.assertEqual(template.list_price, 10)

    def test_kept_here(self):
        self.flow.catalog_kept_field_ids = self.env["ir.model.fields"]._get(
            "product.product", "list_price"
        )
        self.add("1", "10")
        self.pull()
        product = self.get_product("1")
        self.assertEqual(product.list_price, 10, "a new one begins with it")
        product.list_price = 7
        self.erp.change("1", price="12", name="Renamed")
        self.pull()
        self.assertEqual((product.list_price, product.name), (7, "Renamed"))
        self.flow.catalog_kept_field_ids = False
        self.pull()
        self.assertEqual(product.list_price, 12)

    def test_nothing_said(self):
        """An ERP that sells by price lists alone has no prices on its products."""
        for remote_id, price in (("1", ""), ("2", "0.00")):
            self.make_product(f"CAT-{remote_id}", list_price=5)
            self.add(remote_id, price)
        self.add("3", "10")
        self.pull()
        self.assertEqual(self.get_prices("1", "2"), [5, 5])
        self.assertFalse(self.get_item("1").message)
        # what it has said it may take back
        self.erp.change("3", price="0")
        self.pull()
        self.assertEqual(self.get_prices("3"), [0])

    def test_unit(self):
        """Ours is sold by the dozen, theirs by the piece."""
        dozen = self.env.ref("uom.product_uom_dozen")
        here = self.make_product("CAT-1", uom_id=dozen.id)
        self.add("1", "2.5")
        self.pull()
        self.assertEqual(self.get_product("1"), here)
        self.assertEqual(here.list_price, 30)

    def test_a_box_of_twelve(self):
        box = self.make_product("BOX")
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": box.id,
                "remote_id": "1",
                "factor": 12.0,
                "state": "mapped",
            }
        )
        self.add("1", "2.5")
        self.pull()
        self.assertEqual((box.name, box.list_price), ("Ours BOX", 30))

    def test_unit_there_changes(self):
        """The line speaks of pieces, as somebody entered its factor; the price follows the
        unit it is said in."""
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        self.erp.units.append({"remote_id": "2", "name": "Dozens"})
        self.add("1", "10")
        self.pull()
        product = self.get_product("1")
        line = self.get_line(product)
        line.factor = 6
        self.erp.change("1", unit_id="2", unit_name="Dozens", price="120")
        self.pull()
        self.assertEqual((line.factor, line.remote_unit_id), (6, "1"))
        self.assertAlmostEqual(product.list_price, 60)
        self.assertFalse(self.get_item("1").message)

    def test_unit_there_that_nothing_relates(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        self.erp.units.append({"remote_id": "9", "name": "Dutch Dozen"})
        self.add("1", "10")
        self.pull()
        product = self.get_product("1")
        self.get_line(product).factor = 6
        self.erp.change("1", unit_id="9", unit_name="Dutch Dozen", price="120")
        self.pull()
        item = self.get_item("1")
        self.assertEqual(product.list_price, 10, "a guess is no price")
        self.assertIn("per “Dutch Dozen”, its mapping names “Units”", item.message)
        self.assertTrue(item.is_price_missing)
        line = self.env["integration.value.mapping"]._ensure_unmapped(
            self.connector, "unit", dozen
        )
        line.remote_id = "9"
        # nothing has changed over there
        self.pull()
        self.assertAlmostEqual(product.list_price, 60)
        self.assertFalse(item.message)
        self.assertFalse(item.is_price_missing)

    def test_currency(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        francs.rate_ids.unlink()
        here = self.make_product("CAT-1", list_price=5)
        self.add("1", "100", currency="CHF")
        self.pull()
        self.assertEqual(here.list_price, 5)
        self.assertIn("CHF", self.get_item("1").message)
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "rate": 2, "name": "2020-01-01"}
        )
        # nothing has changed over there
        self.pull()
        self.assertEqual(here.list_price, 50)
        self.assertFalse(self.get_item("1").message)

    def test_two_systems(self):
        """A product that two of them sell has the price of the first."""
        here = self.make_product("CAT-1")
        self.add("1", "10")
        self.pull()
        south = self.make_connector("ERP South")
        flow = south._get_flow("catalog_pull")
        flow.action_resume()
        self.erp.change("1", price="99")
        flow._enqueue_pull("manual")
        self.run_lane()
        self.assertEqual(here.list_price, 10)

    # -- variants ---------------------------------------------------------------------

    def test_variants(self):
        """One costs more for its size, whatever its color."""
        for remote_id, price, color, size in (
            ("1", "20", "Red", "M"),
            ("2", "20", "Blue", "M"),
            ("3", "25.5", "Red", "XL"),
            ("4", "25.5", "Blue", "XL"),
        ):
            self.add_shirt(remote_id, price, color, size)
        self.pull()
        template = self.get_product("1").product_tmpl_id
        self.assertEqual(len(template.product_variant_ids), 4)
        self.assertEqual(template.list_price, 20)
        self.assertEqual(self.get_prices("1", "2", "3", "4"), [20, 20, 25.5, 25.5])
        # all of them, though only one is read
        for remote_id in ("3", "4"):
            self.erp.change(remote_id, price="19")
        self.flow.batch_size = 1
        self.pull()
        self.assertEqual(self.get_prices("1", "2", "3", "4"), [20, 20, 19, 19])
        self.assertEqual(self.get_item("3").message, False)

    def test_variants_changed_here(self):
        self.add_shirt("1", "20", "Red", "M")
        self.add_shirt("2", "30", "Red", "XL")
        self.pull()
        template = self.get_product("1").product_tmpl_id
        template.list_price = 7
        self.pull()
        self.assertEqual(self.get_prices("1", "2"), [20, 30])
        self.assertIn("7", template.message_ids[0].body)
        outcomes = (self.get_item("1") | self.get_item("2"))._take_over(self.connector)
        self.assertEqual({outcome for outcome, _detail in outcomes.values()}, {"same"})

    def test_variants_by_two_attributes(self):
        prices = {"1": "20", "2": "21.5", "3": "23", "4": "24.5"}
        looks = (("Red", "M"), ("Blue", "M"), ("Red", "XL"), ("Blue", "XL"))
        for (remote_id, price), look in zip(prices.items(), looks, strict=True):
            self.add_shirt(remote_id, price, *look)
        self.pull()
        self.assertEqual(self.get_prices(*prices), [20, 21.5, 23, 24.5])

    def test_variants_no_attribute_explains(self):
        prices = {"1": "20", "2": "21", "3": "22", "4": "25"}
        looks = (("Red", "M"), ("Blue", "M"), ("Red", "XL"), ("Blue", "XL"))
        for (remote_id, price), look in zip(prices.items(), looks, strict=True):
            self.add_shirt(remote_id, price, *look)
        self.pull()
        self.assertEqual(set(self.get_prices(*prices)), {20})
        self.assertIn("no sum", self.get_item("4").message)

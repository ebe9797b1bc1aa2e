from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane

from .common import CatalogCase, make_picture


@tagged("post_install", "-at_install")
class TestCatalog(CatalogCase):
    # -- new and changed --------------------------------------------------------------

    def test_new_product_comes_in_mapped(self):
        self.erp.add(
            "7",
            "CAT-7",
            barcode="4006381333931",
            name="Pump “Größe 1″” <b>&",
            description="Brass body\n230 V~",
            weight="4.2",
            price="189.5",
        )
        self.pull()
        product = self.get_product("7")
        self.assertEqual(
            (product.default_code, product.barcode, product.name),
            ("CAT-7", "4006381333931", "Pump “Größe 1″” <b>&"),
        )
        self.assertEqual(product.description_sale, "Brass body\n230 V~")
        self.assertEqual((product.weight, product.type), (4.2, "consu"))
        self.assertTrue(product.sale_ok)
        self.assertEqual(product.company_id, self.connector.company_id)
        line = self.get_line(product)
        self.assertEqual(
            (line.state, line.remote_id, line.factor, line.is_automatic),
            ("mapped", "7", 1.0, True),
        )

    def test_product_here_is_found(self):
        by_code = self.make_product("CAT-1")
        by_barcode = self.make_product(False, barcode="4006381333931")
        self.erp.add("1", "CAT-1", name="Theirs")
        self.erp.add("2", "CAT-2", barcode="4006381333931")
        self.pull()
        self.assertEqual(self.get_product("1"), by_code)
        self.assertEqual(by_code.name, "Theirs")
        self.assertEqual(self.get_product("2"), by_barcode)
        self.assertEqual(by_barcode.default_code, "CAT-2")

    def test_a_box_of_twelve_stays_ours(self):
        """What somebody mapped as so many of theirs is another article."""
        box = self.make_product("BOX-12", weight=6)
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": box.id,
                "remote_id": "1",
                "remote_code": "PIECE",
                "factor": 12.0,
                "state": "mapped",
            }
        )
        self.erp.add("1", "PIECE", name="Piece", barcode="4006381333931", weight="0.5")
        self.pull()
        self.assertEqual(self.get_product("1"), box)
        self.assertEqual(
            (box.name, box.default_code, box.barcode, box.weight),
            ("Ours BOX-12", "BOX-12", False, 6),
        )
        self.erp.change("1", active=False)
        self.pull()
        self.assertFalse(box.sale_ok, "it can be had no longer, by the box neither")

    def test_same_again_changes_nothing(self):
        self.erp.add("1", "CAT-1")
        self.pull()
        product = self.get_product("1")
        before = product.write_date, product.product_tmpl_id.write_date
        self.erp.changed = {"1"}
        self.flow.action_start_over()
        self.pull()
        self.assertEqual(self.get_product("1"), product)
        self.assertEqual(
            (product.write_date, product.product_tmpl_id.write_date), before
        )
        self.assertEqual(self.flow.last_message, "Products read: 1, changed: 0.")

    def test_change_over_there(self):
        self.erp.add("1", "CAT-1", weight="1")
        self.pull()
        product = self.get_product("1")
        # what the ERP does not say stays
        self.erp.change("1", name="Other", code="CAT-1B", weight="")
        self.pull()
        self.assertEqual(
            (product.name, product.default_code, product.weight),
            ("Other", "CAT-1B", 1.0),
        )
        self.assertEqual(self.get_line(product).remote_code, "CAT-1B")

    def test_no_weight_over_there(self):
        """Many ERPs say 0 where nobody has entered one."""
        here = self.make_product("CAT-1", weight=2.5)
        self.erp.add("1", "CAT-1", weight="0")
        self.erp.add("2", "CAT-2", weight="4.2")
        self.pull()
        self.assertEqual(here.weight, 2.5)
        self.erp.change("2", weight="0.000")
        self.pull()
        self.assertEqual(self.get_product("2").weight, 4.2)

    def test_emptied_over_there(self):
        """What the ERP never said stays; what it no longer says goes."""
        here = self.make_product("CAT-1", description_sale="Ours")
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2", barcode="4006381333931", description="Theirs")
        self.pull()
        self.assertEqual(here.description_sale, "Ours")
        product = self.get_product("2")
        self.erp.change("2", barcode="", description="")
        self.pull()
        self.assertFalse(product.barcode or product.description_sale)
        product.description_sale = "Ours"
        self.erp.change("2", name="Renamed")
        self.pull()
        self.assertFalse(product.description_sale)

    def test_discontinued_and_back(self):
        self.erp.add("1", "CAT-1")
        self.pull()
        product = self.get_product("1")
        self.erp.change("1", active=False)
        self.pull()
        self.assertFalse(product.sale_ok)
        self.assertTrue(product.active)
        self.erp.change("1", active=True)
        self.pull()
        self.assertTrue(product.sale_ok)

    def test_deleted_over_there(self):
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2")
        self.pull()
        kept = self.erp.products.pop("1")
        self.pull()
        self.assertFalse(self.get_product("1").sale_ok)
        self.assertTrue(self.get_product("2").sale_ok)
        # as it was before: still news
        self.erp.products["1"] = kept
        self.erp.changed = {"1"}
        self.pull()
        self.assertTrue(self.get_product("1").sale_ok)

    def test_rights_lost_over_there(self):
        """An ERP that names nothing any more does not empty the catalogue here."""
        for number in range(3):
            self.erp.add(str(number), f"CAT-{number}")
        self.pull()
        products = self.erp.products.copy()
        self.erp.products.clear()
        self.pull()
        self.assertTrue(all(self.get_product(key).sale_ok for key in products))
        self.assertEqual(self.flow.catalog_gone_count, 3)
        self.assertIn("gone", self.connector.activity_ids.summary)
        self.assertIn("to be confirmed: 3", self.flow.last_message)
        # mended over there
        self.erp.products.update(products)
        self.pull()
        self.assertFalse(self.flow.catalog_gone_count or self.connector.activity_ids)
        self.assertTrue(self.get_product("1").sale_ok)
        # discontinued indeed
        self.erp.products.clear()
        self.pull()
        self.assertTrue(self.get_product("1").sale_ok)
        self.flow.with_user(self.steward).action_accept_gone()
        self.run_lane()
        self.assertFalse(any(self.get_product(key).sale_ok for key in products))
        self.assertFalse(self.flow.catalog_gone_count or self.connector.activity_ids)

    def test_a_large_share_gone(self):
        for number in range(20):
            self.erp.add(f"{number:02}", f"CAT-{number}")
        self.pull()
        for number in range(11):
            del self.erp.products[f"{number:02}"]
        self.pull()
        self.assertTrue(self.get_product("00").sale_ok)
        self.flow.with_user(self.steward).action_accept_gone()
        del self.erp.products["11"]
        self.run_lane()
        self.assertTrue(self.get_product("00").sale_ok, "it has become more since")
        self.flow.with_user(self.steward).action_accept_gone()
        self.run_lane()
        self.assertFalse(self.get_product("00").sale_ok)
        self.assertTrue(self.get_product("12").sale_ok)

    def test_deleted_here(self):
        self.erp.add("1", "CAT-1")
        self.pull()
        self.get_product("1").unlink()
        self.erp.change("1", name="Changed")
        self.pull()
        item = self.get_item("1")
        self.assertEqual(item.state, "left")
        self.assertFalse(item.product_id)
        item.with_user(self.steward).action_create_product()
        self.assertEqual(self.get_product("1").name, "Changed")

    def test_deleted_here_and_changed_again(self):
        """However often it changes there, it is not made again by itself."""
        self.erp.add("1", "CAT-1")
        self.pull()
        self.get_product("1").unlink()
        item = self.get_item("1")
        for name in ("Changed", "Changed again", "Changed once more"):
            self.erp.change("1", name=name)
            self.pull()
            self.assertEqual(item.name, name)
            self.assertEqual(item.state, "left")
            self.assertIn("deleted", item.message, "it goes on saying why")
        self.assertFalse(
            self.env["product.product"]
            .with_context(active_test=False)
            .search([("default_code", "=", "CAT-1")])
        )
        item.with_user(self.steward).action_reconsider()
        self.assertEqual(self.get_product("1").name, "Changed once more")
        self.assertFalse(item.decision)

    def test_unmapped_here_and_changed_again(self):
        """It is not found again by its code; a mapping made by hand counts at once."""
        self.erp.add("1", "CAT-1", name="Theirs")
        self.pull()
        product = self.get_product("1")
        line = self.get_line(product)
        line.with_user(self.steward).action_clear()
        self.run_lane()
        item = self.get_item("1")
        self.assertEqual(item.state, "left")
        for name in ("Changed", "Changed again"):
            self.erp.change("1", name=name)
            self.pull()
            self.assertEqual(item.name, name)
            self.assertEqual((item.state, product.name), ("left", "Theirs"))
            self.assertNotEqual(line.state, "mapped")
        line.with_user(self.steward).remote_id = "1"
        self.run_lane()
        self.assertEqual(self.get_product("1"), product)
        self.assertEqual(product.name, "Changed again")
        self.assertFalse(item.decision)

    # -- both sides -------------------------------------------------------------------

    def test_change_here_is_set_back(self):
        self.erp.add("1", "CAT-1", name="Theirs")
        self.pull()
        product = self.get_product("1")
        template = product.product_tmpl_id
        template.name = "Ours"
        template.standard_price = 5
        self.assertTrue(self.get_item("1").is_changed_here)
        self.assertIn("changed here", template.catalog_hint)
        self.pull()
        self.assertEqual(product.name, "Theirs")
        self.assertEqual(template.standard_price, 5, "not the catalogue's")
        self.assertFalse(self.get_item("1").is_changed_here)
        note = template.message_ids[0].body
        self.assertIn("Ours", note)
        self.assertIn("ERP North", note)

    def test_both_changed(self):
        self.erp.add("1", "CAT-1", name="First")
        self.pull()
        product = self.get_product("1")
        product.name = "Ours"
        self.erp.change("1", name="Theirs")
        self.pull()
        self.assertEqual(product.name, "Theirs")
        self.assertIn("Ours", product.product_tmpl_id.message_ids[0].body)

    def test_kept_here(self):
        self.flow.catalog_kept_field_ids = self.env["ir.model.fields"]._get(
            "product.product", "name"
        )
        self.erp.add("1", "CAT-1", name="First")
        self.pull()
        product = self.get_product("1")
        self.assertEqual(product.name, "First")
        product.name = "Ours"
        self.erp.change("1", name="Theirs", code="CAT-1B")
        self.pull()
        self.assertEqual((product.name, product.default_code), ("Ours", "CAT-1B"))
        self.flow.catalog_kept_field_ids = False
        self.pull()
        self.assertEqual(product.name, "Theirs")

    # -- pictures ---------------------------------------------------------------------

    def test_picture(self):
        picture = make_picture("red")
        self.erp.add("1", "CAT-1", image="abc")
        self.erp.add("2", "CAT-2")
        self.erp.images["1"] = picture
        self.pull()
        product = self.get_product("1")
        self.assertEqual(product.image_1920.decode(), picture)
        self.assertFalse(self.get_product("2").image_1920)
        self.assertEqual(self.erp.calls.count("catalog_images"), 1)
        # only a new one is fetched
        self.erp.change("1", name="Renamed")
        self.pull()
        self.assertEqual(self.erp.calls.count("catalog_images"), 1)
        self.erp.images["1"] = ""
        self.erp.change("1", image="")
        self.pull()
        self.assertFalse(product.image_1920)

    # -- recovery and volume ----------------------------------------------------------

    def test_network_failure(self):
        self.patch(integration_lane, "WAIT_FOR_RETRY", 0.0)
        for number in range(5):
            self.erp.add(str(number), f"CAT-{number}")
        self.flow.batch_size = 2
        # however often it is tried meanwhile
        self.erp.faults = [NetworkError("down")] * 20
        self.flow._enqueue_pull()
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(job.state, "retrying")
        self.assertFalse(self.get_item("0"))
        self.erp.faults.clear()
        job.action_retry()
        self.run_lane()
        for number in range(5):
            self.assertEqual(
                self.get_product(str(number)).default_code, f"CAT-{number}"
            )

    @mute_logger("odoo.addons.integration_catalog.models.integration_catalog_item_take")
    def test_one_refused_does_not_hold_up_others(self):
        self.make_product(
            "HERE",
            barcode="4006381333931",
            company_id=False,
            type="combo",
            combo_ids=[
                (
                    0,
                    0,
                    {
                        "name": "Any",
                        "combo_item_ids": [
                            (0, 0, {"product_id": self.make_product("ANY").id})
                        ],
                    },
                )
            ],
        )
        self.erp.add("1", "CAT-1")
        # combos are not looked at, but their barcodes are taken
        self.erp.add("2", "CAT-2", barcode="4006381333931")
        self.erp.add("3", "CAT-3")
        self.pull()
        self.assertTrue(self.get_product("1") and self.get_product("3"))
        item = self.get_item("2")
        self.assertEqual(item.state, "question")
        self.assertIn("4006381333931", item.message)

    def test_queries_do_not_grow_with_products(self):
        def count(start, number, **values):
            self.erp.changed = set()
            for index in range(start, start + number):
                self.erp.add(f"{index:05}", f"CAT-{index}", weight="1.5", **values)
            answer = {
                "products": [
                    product
                    for key, product in self.erp.products.items()
                    if key in self.erp.changed
                ]
            }
            Item = self.env["integration.catalog.item"]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            items = Item._receive(self.connector, answer["products"])
            items._take_over(self.connector)
            self.env.flush_all()
            self.assertEqual(set(items.mapped("state")), {"linked"})
            return self.env.cr.sql_log_count - before

        self.pull()
        count(0, 5)
        few, many = count(100, 10), count(200, 110)
        # some writes are by the record in Odoo itself
        self.assertLess((many - few) / 100, 4)
        few = count(100, 10, name="New", full_name="New")
        many = count(200, 110, name="New", full_name="New")
        self.assertLess((many - few) / 100, 1)

"""The acceptance checklist (requirements §9) for the catalogue (ERP-5), in a real ERP.

The ERP's side is done by whoever keeps the products there: see ``CatalogClerk`` in the test
of each system.
"""

import uuid

from odoo.addons.integration_hub.client import NetworkError

from .catalog_fields_mixin import CatalogFieldsMixin

LONG = "Långe text, 長い, طويل “quoted” <b>&amp;</b>\n" * 40


class CatalogMixin(CatalogFieldsMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.catalog = cls.connector._get_flow("catalog_pull")
        cls.catalog.action_resume()
        for code in ("stock_pull",):
            if flow := cls.connector._get_flow(code):
                flow.next_run = "2099-01-01 00:00:00"
        cls.map_unit()
        cls.created_there = []
        cls.addClassCleanup(cls.clean_up_there)

    @classmethod
    def clean_up_there(cls):
        for remote_id in cls.created_there:
            cls.archive_there(remote_id)

    def make_code(self):
        return f"CAT-{uuid.uuid4().hex[:8].upper()}"

    def add_there(self, code, name=None, **values):
        remote_id = str(self.create_there(code, name or f"Product {code}", **values))
        self.created_there.append(remote_id)
        return remote_id

    def run_catalog(self):
        self.catalog._enqueue_pull("manual")
        self.run_lane()
        open_jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.catalog.id), ("state", "not in", ("done",))]
        )
        self.assertFalse(open_jobs, open_jobs.mapped("error_message"))

    def get_item(self, remote_id):
        return self.env["integration.catalog.item"].search(
            [("connector_id", "=", self.connector.id), ("remote_id", "=", remote_id)]
        )

    def get_product(self, remote_id):
        item = self.get_item(remote_id)
        self.assertEqual(item.state, "linked", f"{item.name}: {item.message}")
        return item.product_id

    # -- 1. happy path, 8. data types -------------------------------------------------

    def test_1_the_whole_catalogue(self):
        self.run_catalog()
        for code, product in self.products.items():
            with self.subTest(code):
                item = self.env["integration.catalog.item"].search(
                    [
                        ("connector_id", "=", self.connector.id),
                        ("code", "=", code),
                    ]
                )
                self.assertEqual(item.product_id, product, item.message)
        coffee = self.products["COFFEE-1KG"]
        self.assertEqual(coffee.name, "Café en grains «Ñandú», 1 kg")
        self.assertEqual(coffee.barcode, "2008765000103")
        self.assertEqual(coffee.taxes_id, self.taxes[9])
        pipe = self.products["PIPE-CU15"]
        self.assertEqual(pipe.description_sale, "Half-hard, sold by the metre.")

    def test_1_new_product(self):
        self.run_catalog()
        code = self.make_code()
        remote_id = self.add_there(code, "Neu “Größe 1″” <b>", description=LONG)
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertEqual(product.default_code, code)
        self.assertEqual(product.name, "Neu “Größe 1″” <b>")
        self.assertEqual(product.description_sale.strip(), LONG.strip())
        self.assertEqual(product.list_price, 12.5)
        self.assertEqual(product.uom_id, self.env.ref("uom.product_uom_unit"))
        # mapped from the start: an order of it goes through
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 2})]
        self.push(lead)
        self.assert_status(lead, "in_erp")

    # -- 2. update --------------------------------------------------------------------

    def test_2_update(self):
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        self.rename_there(remote_id, "Renamed there")
        self.run_catalog()
        self.assertEqual(product.name, "Renamed there")
        before = product.write_date
        self.catalog.action_start_over()
        self.run_catalog()
        self.assertEqual(product.write_date, before, "the same again changes nothing")

    def test_2_price(self):
        """Where there are no price lists, the price of the product is what is asked."""
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertEqual(product.list_price, 12.5)
        self.reprice_there(remote_id, "13.125")
        self.run_catalog()
        self.assertEqual(product.list_price, 13.125)
        product.list_price = 1
        self.run_catalog()
        self.assertEqual(product.list_price, 13.125)
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id})]
        self.assertEqual(lead.lead_line_ids.price_unit, 13.125)

    # -- 3. archive and delete --------------------------------------------------------

    def test_3_archive_and_back(self):
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        self.archive_there(remote_id)
        self.run_catalog()
        self.assertFalse(product.sale_ok)
        self.assertTrue(product.active)
        offered = self.env["integration.remote.value"].with_context(active_test=False)
        domain = [("kind", "=", "product"), ("remote_id", "=", remote_id)]
        told = offered.search([("connector_id", "=", self.connector.id), *domain])
        self.assertFalse(told.active, "named as archived, not merely missing")
        self.restore_there(remote_id)
        self.run_catalog()
        self.assertTrue(product.sale_ok)

    def test_3_delete(self):
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        self.delete_there(remote_id)
        self.created_there.remove(remote_id)
        self.run_catalog()
        self.assertFalse(product.sale_ok)
        self.assertTrue(product.exists())

    # -- 4. duplicate in the source ---------------------------------------------------

    def test_4_twice_in_the_source(self):
        first, second = map(str, self.create_duplicates_there())
        self.created_there += [first, second]
        before = self.env["product.product"].search_count([])
        self.run_catalog()
        items = [self.get_item(first), self.get_item(second)]
        self.assertIn("question", [item.state for item in items])
        # one at most: never two of ours for what may be one of theirs
        made = self.env["product.product"].search_count(
            [
                "|",
                ("default_code", "in", [item.code for item in items]),
                ("barcode", "in", [item.barcode for item in items if item.barcode]),
            ]
        )
        self.assertLessEqual(made, 1)
        self.assertGreaterEqual(self.env["product.product"].search_count([]), before)

    # -- 5. conflict ------------------------------------------------------------------

    def test_5_changed_on_both_sides(self):
        remote_id = self.add_there(self.make_code())
        self.run_catalog()
        product = self.get_product(remote_id)
        product.name = "Ours"
        self.rename_there(remote_id, "Theirs")
        self.run_catalog()
        self.assertEqual(product.name, "Theirs")
        self.assertIn("Ours", product.product_tmpl_id.message_ids[0].body)

    # -- 6. recovery ------------------------------------------------------------------

    def test_6_network_failure(self):
        remote_id = self.add_there(self.make_code())
        self.cut_off()
        self.catalog._enqueue_pull("manual")
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.catalog.id)])
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.assertFalse(self.get_item(remote_id))
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertTrue(self.get_product(remote_id))

    # -- 7. volume (the large one is a benchmark) -------------------------------------

    def test_7_pages(self):
        remote_ids = [self.add_there(self.make_code()) for _number in range(5)]
        self.catalog.batch_size = 2
        self.run_catalog()
        products = {self.get_product(remote_id) for remote_id in remote_ids}
        self.assertEqual(len(products), 5)

    # -- 9. empty in the source -------------------------------------------------------

    def test_9_no_code(self):
        remote_id = self.add_there("", "No code, no barcode")
        self.run_catalog()
        product = self.get_product(remote_id)
        self.assertFalse(product.default_code or product.barcode)
        # found again by what it is mapped to
        self.rename_there(remote_id, "Still no code")
        self.run_catalog()
        self.assertEqual(self.get_product(remote_id), product)
        self.assertEqual(product.name, "Still no code")

    # -- dry run and load -------------------------------------------------------------

    def test_load(self):
        """Made, linked, changed, left alone, asked: first looked at, which writes nothing."""
        same, changed, left = (self.add_there(self.make_code()) for _number in range(3))
        self.run_catalog()
        changed_here = self.get_product(changed)
        self.get_item(left).action_leave()
        self.rename_there(changed, "Renamed there")
        new = self.add_there(self.make_code())
        code = self.make_code()
        here = self.make_product_here(code)
        linked = self.add_there(code, name="Theirs")
        asked = [str(remote_id) for remote_id in self.create_duplicates_there()]
        self.created_there += asked
        counted = ("product.product", "integration.product.mapping")
        before = {model: self.env[model].search_count([]) for model in counted}
        cursor = self.catalog.cursor
        load = self.env["integration.load"].browse(
            self.catalog.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        lines = {line.remote_id: line for line in load.line_ids}
        expected = {
            same: "same",
            changed: "change",
            left: "same",
            new: "create",
            linked: "link",
        }
        self.assertEqual(
            {remote_id: lines[remote_id].outcome for remote_id in expected}, expected
        )
        self.assertIn("attention", [lines[remote_id].outcome for remote_id in asked])
        self.assertIn("leave it alone", lines[left].detail)
        self.assertEqual(lines[linked].res_id, here.id)
        self.assertIn("Name", lines[changed].detail)
        # so far nothing was written
        for model, count in before.items():
            self.assertEqual(self.env[model].search_count([]), count, model)
        self.assertFalse(self.get_item(new) | self.get_item(linked))
        self.assertEqual(self.catalog.cursor, cursor)
        self.assertNotEqual(changed_here.name, "Renamed there")
        self.assertEqual(here.name, f"Ours {code}")
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done", load.error_message)
        self.assertEqual(self.get_product(new).default_code, self.get_item(new).code)
        self.assertEqual(self.get_product(linked), here)
        self.assertEqual(here.name, "Theirs")
        self.assertEqual(changed_here.name, "Renamed there")
        self.assertEqual(self.get_item(left).state, "left")
        self.assertIn(False, [self.get_item(remote_id).state for remote_id in asked])
        self.run_catalog()
        self.assertIn(
            "question", [self.get_item(remote_id).state for remote_id in asked]
        )

    # -- variants ---------------------------------------------------------------------

    def test_variants(self):
        remote_ids = [str(item) for item in self.create_variants_there()]
        self.created_there.extend(remote_ids)
        self.run_catalog()
        products = [self.get_product(remote_id) for remote_id in remote_ids]
        templates = {product.product_tmpl_id for product in products}
        self.assertEqual(len(templates), 1)
        self.assertEqual(len(set(products)), 3)
        self.assertEqual(templates.pop().name, "Shirt of the Tests")
        # one of them costs more
        self.reprice_variant_there(remote_ids[2], "17.25")
        self.run_catalog()
        self.assertEqual(
            [product.lst_price for product in products],
            [self.variant_price] * 2 + [17.25],
        )
        self.archive_there(remote_ids[0])
        self.run_catalog()
        self.assertFalse(products[0].active)
        self.assertTrue(products[1].sale_ok)

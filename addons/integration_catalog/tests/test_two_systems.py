from odoo.tests import tagged

from .common import CatalogCase, make_picture


@tagged("post_install", "-at_install")
class TestTwoSystems(CatalogCase):
    """One product here that two ERPs sell, each for a company of its own."""

    def setUp(self):
        super().setUp()
        self.south = self.env["integration.connector"].create(
            {
                "name": "ERP South",
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
                "company_id": self.env["res.company"].create({"name": "South"}).id,
            }
        )
        (self.south.flow_ids - self.south._get_flow("catalog_pull")).action_pause()
        self.product = self.make_product("CAT-1")
        self.erp.add("1", "CAT-1", name="Of North")
        self.pull()
        self.assertEqual(self.get_product("1"), self.product)
        self.erp.change("1", name="Of South", description="Of South")
        self.pull_south()
        items = self.env["integration.catalog.item"].search(
            [("product_id", "=", self.product.id), ("state", "=", "linked")]
        )
        self.assertEqual(items.connector_id, self.connector | self.south)

    def pull_south(self):
        flow = self.south._get_flow("catalog_pull")
        flow.action_resume()
        flow._enqueue_pull("manual")
        self.run_lane()

    def test_follows_the_first(self):
        self.assertEqual(self.product.name, "Of North")
        self.assertFalse(self.product.description_sale)
        self.product.name = "Ours"
        self.pull_south()
        self.assertEqual(self.product.name, "Ours", "not South's to set back")
        # what North leaves to us may be South's
        self.flow.catalog_kept_field_ids = self.env["ir.model.fields"]._get(
            "product.product", "name"
        )
        self.erp.change("1", name="Of South again")
        self.pull_south()
        self.assertEqual(self.product.name, "Of South again")

    def test_picture_follows_the_first(self):
        of_north, of_south = make_picture("red"), make_picture("blue")
        self.erp.images["1"] = of_north
        self.erp.change("1", image="north")
        self.pull()
        self.assertEqual(self.product.image_1920.decode(), of_north)
        self.erp.images["1"] = of_south
        self.erp.change("1", image="south")
        self.erp.calls.clear()
        self.pull_south()
        self.assertEqual(self.product.image_1920.decode(), of_north)
        self.assertNotIn("catalog_images", self.erp.calls, "fetched in vain")
        # what North leaves to us may be South's
        self.flow.catalog_kept_field_ids = self.env["ir.model.fields"]._get(
            "product.product", "image_1920"
        )
        self.erp.change("1", description="Of South again")
        self.pull_south()
        self.assertEqual(self.product.image_1920.decode(), of_south)

    def test_picture_asked_for_before_another_has_one(self):
        """A job that has waited while the picture became the first one's."""
        of_south = make_picture("blue")
        flow = self.south._get_flow("catalog_pull")
        answer = {"remote_id": "1", "image": of_south}
        flow._get_handler()._write_image(flow, answer)
        self.assertFalse(self.product.image_1920)
        self.flow.catalog_kept_field_ids = self.env["ir.model.fields"]._get(
            "product.product", "image_1920"
        )
        flow._get_handler()._write_image(flow, answer)
        self.env.invalidate_all()
        self.assertEqual(self.product.image_1920.decode(), of_south)

    def test_on_sale_as_long_as_one_sells_it(self):
        self.erp.change("1", active=False)
        self.pull()
        self.assertTrue(self.product.sale_ok, "South still sells it")
        self.erp.changed = {"1"}
        self.pull_south()
        self.assertFalse(self.product.sale_ok)
        self.erp.change("1", active=True)
        self.pull_south()
        self.assertTrue(self.product.sale_ok)

    def test_hint_of_visible_companies(self):
        template = self.product.product_tmpl_id.with_context(
            allowed_company_ids=self.connector.company_id.ids
        )
        self.assertIn("ERP North", template.catalog_hint)
        self.assertNotIn("South", template.catalog_hint)
        of_south = template.with_context(
            allowed_company_ids=self.south.company_id.ids
        ).catalog_hint
        self.assertNotIn("North", of_south or "")

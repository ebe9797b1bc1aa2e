from odoo.tests import tagged

from .common import CatalogCase

ARABIC = r"[\u0600-\u06ff]"


@tagged("post_install", "-at_install")
class TestLanguages(CatalogCase):
    """Whoever is in charge is told in Arabic; what the ERP calls its products is kept for
    everybody."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("ar_001")
        self.steward.lang = "ar_001"

    def get_name(self, product, lang):
        return product.with_context(lang=lang).name

    def test_names_are_for_all_languages(self):
        self.erp.add("1", "CAT-1", name="Pump")
        self.pull()
        product = self.get_product("1")
        self.assertEqual(self.get_name(product, "en_US"), "Pump")
        self.erp.change("1", name="Pump, new")
        self.pull()
        self.assertEqual(self.get_name(product, "en_US"), "Pump, new")
        self.assertEqual(self.get_name(product, "ar_001"), "Pump, new")

    def test_a_translation_made_here_stays(self):
        self.erp.add("1", "CAT-1", name="Pump")
        self.pull()
        product = self.get_product("1")
        product.with_context(lang="ar_001", integration_catalog=True).name = "مضخة"
        self.erp.change("1", name="Pump, new")
        self.pull()
        self.assertEqual(self.get_name(product, "en_US"), "Pump, new")
        self.assertEqual(self.get_name(product, "ar_001"), "مضخة")

    def test_product_made_in_another_language(self):
        """Made by somebody who works in Chinese, its name was copied to English: it is one
        text, no translation."""
        self.env["res.lang"]._activate_lang("zh_CN")
        Product = self.env["product.product"].with_context(lang="zh_CN")
        product = Product.create(
            {"name": "水泵", "default_code": "CAT-1", "description_sale": "铜"}
        )
        translated = Product.create({"name": "管", "default_code": "CAT-2"})
        translated.with_context(lang="en_US").name = "Pipe"
        self.assertEqual(self.get_name(product, "en_US"), "水泵")
        self.erp.add("1", "CAT-1", name="Pump", description="Brass")
        self.erp.add("2", "CAT-2", name="Copper pipe")
        self.pull()
        for lang in ("en_US", "zh_CN", "ar_001"):
            self.assertEqual(self.get_name(product, lang), "Pump")
            self.assertEqual(product.with_context(lang=lang).description_sale, "Brass")
        self.assertEqual(self.get_name(translated, "en_US"), "Copper pipe")
        self.assertEqual(self.get_name(translated, "zh_CN"), "管")
        self.erp.change("1", name="Pump, new")
        self.pull()
        self.assertEqual(self.get_name(product, "zh_CN"), "Pump, new")
        stored = product.product_tmpl_id._fields["name"]._get_stored_translations(
            product.product_tmpl_id
        )
        self.assertNotIn("ar_001", stored, "what was never stored is not now")

    def test_units_of_the_same_name(self):
        unit = self.env.ref("uom.product_uom_unit")
        unit.with_context(lang="ar_001").name = "وحدات"
        self.erp.add("1", "CAT-1")
        self.pull()
        self.assertEqual(self.get_product("1").uom_id, unit)

    def test_questions_and_results(self):
        self.make_product("CAT-1", barcode="4006381333931")
        self.make_product("CAT-2", barcode="4006381333948")
        self.erp.add("1", "CAT-1", barcode="4006381333948")
        self.pull()
        item = self.get_item("1")
        self.assertEqual(item.state, "question")
        self.assertRegex(item.message, ARABIC)
        self.assertIn("Ours CAT-1", item.message)
        self.assertRegex(self.flow.last_message, ARABIC)
        [activity] = self.connector.activity_ids
        self.assertRegex(activity.summary, ARABIC)

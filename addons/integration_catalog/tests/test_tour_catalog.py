from odoo.tests import HttpCase, tagged

from .common import CatalogCase


@tagged("post_install", "-at_install")
class TestTourCatalog(CatalogCase, HttpCase):
    def test_question(self):
        self.make_product("CAT-TWICE", name="Ours first")
        second = self.make_product("CAT-TWICE", name="Ours second")
        self.erp.add("1", "CAT-TWICE", name="Theirs")
        self.erp.add("2", "CAT-ONCE")
        self.pull()
        self.start_tour(
            "/odoo/action-integration_catalog.integration_catalog_item_action",
            "integration_catalog_question",
            login="mats",
        )
        self.assertEqual(self.get_product("1"), second)
        self.assertEqual(second.name, "Theirs")

from odoo.tests import Form, tagged

from .common import CatalogCase, FakeCatalogClient


@tagged("post_install", "-at_install")
class TestCatalogLoad(CatalogCase):
    """The first load: looked at without writing anything, then done."""

    def load(self, handler, cursor=None, limit=2):
        """The check, page by page, as the hub does it.

        :return: list of rows"""
        rows = []
        while True:
            request = handler._load_find_records(self.flow, cursor, limit)
            answer = handler._load_call(FakeCatalogClient(None), request)
            rows += handler._load_compare(self.flow, answer)
            cursor = answer["cursor"]
            if not cursor:
                return rows

    def test_dry_run_writes_nothing(self):
        here = self.make_product("CAT-1", name="Ours")
        for _number in range(2):
            self.make_product("CAT-3")
        for number in range(1, 4):
            self.erp.add(str(number), f"CAT-{number}")
        products = self.env["product.product"].search_count([])
        rows = self.load(self.flow._get_handler())
        self.assertEqual(
            {row["remote_id"]: row["outcome"] for row in rows},
            {"1": "link", "2": "create", "3": "attention"},
        )
        self.assertEqual(rows[0]["res_id"], here.id)
        self.assertEqual(self.env["product.product"].search_count([]), products)
        self.assertFalse(self.env["integration.catalog.item"].search([]))
        self.assertFalse(
            self.env["integration.product.mapping"].search(
                [("connector_id", "=", self.connector.id)]
            )
        )
        self.assertEqual(here.name, "Ours")
        self.pull()
        self.erp.change("1", name="Changed")
        self.flow.action_start_over()
        rows = self.load(self.flow._get_handler())
        self.assertEqual(
            {row["remote_id"]: row["outcome"] for row in rows},
            {"1": "change", "2": "same", "3": "attention"},
        )
        self.assertEqual(here.name, "Product CAT-1")

    def test_removed_here(self):
        """The check does not announce what the load leaves alone."""
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2")
        self.pull()
        self.get_product("1").unlink()
        self.get_line(self.get_product("2")).with_user(self.steward).action_clear()
        self.erp.change("1", name="Changed")
        self.pull()
        items = self.get_item("1") | self.get_item("2")
        self.assertEqual(items.mapped("state"), ["left", "left"])
        rows = self.load(self.flow._get_handler())
        self.assertEqual(
            {row["remote_id"]: row["outcome"] for row in rows},
            {"1": "same", "2": "same"},
        )

    def test_flow_is_open_to_managers(self):
        """Though they have no access rights to set, and Odoo shows its fields to those who
        do."""
        self.assertFalse(self.steward.has_group("base.group_erp_manager"))
        kept = self.env["ir.model.fields"]._get("product.product", "name")
        self.flow.catalog_kept_field_ids = kept
        self.env.invalidate_all()
        with Form(self.flow.with_user(self.steward)) as form:
            self.assertEqual(form.catalog_kept_field_ids.ids, kept.ids)
            form.interval_minutes = 60
        self.assertEqual(self.flow.interval_minutes, 60)

    def test_first_load(self):
        """The hub's load, from the button to the last product."""
        for number in range(1, 4):
            self.erp.add(str(number), f"CAT-{number}")
        load = self.env["integration.load"].browse(
            self.flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual((load.state, load.create_count), ("checked", 3))
        self.assertFalse(self.get_item("1"))
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 3))
        for number in range(1, 4):
            self.assertTrue(self.get_product(str(number)))

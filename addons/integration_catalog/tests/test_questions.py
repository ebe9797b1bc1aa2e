from odoo.tests import tagged

from .common import CatalogCase


@tagged("post_install", "-at_install")
class TestQuestions(CatalogCase):
    def test_several_products_here(self):
        first, second = self.make_product("CAT-1"), self.make_product("CAT-1")
        self.erp.add("1", "CAT-1")
        self.pull()
        item = self.get_item("1")
        self.assertEqual(item.state, "question")
        lines = self.get_line(first) | self.get_line(second)
        self.assertEqual(lines.mapped("state"), ["proposed", "proposed"])
        self.assertEqual(
            self.connector.activity_ids.user_id, self.steward, "somebody is told"
        )
        # confirming a proposal is an answer; the next page takes it over
        self.get_line(second).with_user(self.steward).action_confirm()
        self.run_lane()
        self.assertEqual(self.get_product("1"), second)
        self.assertEqual(self.get_line(first).state, "unmapped")
        self.assertFalse(self.connector.activity_ids)

    def test_choose_make_or_leave(self):
        self.make_product("CAT-1")
        chosen = self.make_product("CAT-1")
        for remote_id in ("1", "2", "3"):
            self.erp.add(remote_id, "CAT-1")
        self.pull()
        items = [self.get_item(remote_id) for remote_id in ("1", "2", "3")]
        self.assertEqual({item.state for item in items}, {"question"})
        items[0].with_user(self.steward).product_id = chosen
        items[1].with_user(self.steward).action_create_product()
        items[2].with_user(self.steward).action_leave()
        self.assertEqual(self.get_product("1"), chosen)
        self.assertEqual(self.get_line(chosen).state, "mapped")
        self.assertNotEqual(self.get_product("2"), chosen)
        self.assertEqual(items[2].state, "left")
        self.pull()
        self.assertEqual(items[2].state, "left")

    def test_code_twice_in_the_erp(self):
        self.erp.add("1", "CAT-1")
        self.pull()
        first = self.get_product("1")
        self.erp.add("2", "CAT-1")
        self.pull()
        item = self.get_item("2")
        self.assertEqual(item.state, "question")
        self.assertIn("more than once", item.message)
        self.assertEqual(self.get_product("1"), first)
        # mended over there
        self.erp.change("2", code="CAT-2")
        self.pull()
        self.assertNotEqual(self.get_product("2"), first)

    def test_one_product_for_two(self):
        """The first one that takes it keeps it, also within one page."""
        here = self.make_product("CAT-1", barcode="4006381333931")
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2", barcode="4006381333931")
        self.pull()
        self.assertEqual(self.get_product("1"), here)
        line = self.get_line(here)
        self.assertEqual((line.remote_id, line.state), ("1", "mapped"))
        item = self.get_item("2")
        self.assertEqual(item.state, "question")
        self.assertIn("mapped to another one", item.message)

    def test_price_in_a_currency_not_used_here(self):
        company = self.connector.company_id
        francs = self.env.ref("base.CHF")
        francs.rate_ids.unlink()
        rate = {"name": "2020-01-01", "rate": 2, "currency_id": francs.id}
        self.env["res.currency.rate"].create(rate)
        francs.active = False
        self.erp.add("1", "CAT-1", price="100", currency="CHF")
        self.erp.add("2", "CAT-2", price="100", currency="")
        self.pull()
        francs.active = True
        francs.rate_ids.unlink()
        self.erp.add("3", "CAT-3", price="100", currency="CHF")
        self.pull()
        for remote_id in ("1", "2", "3"):
            self.assertEqual(self.get_product(remote_id).list_price, 0)
            self.assertIn("no rate here", self.get_item(remote_id).message)
        self.env["res.currency.rate"].create(rate)
        self.erp.add("4", "CAT-4", price="100", currency="CHF")
        self.erp.add("5", "CAT-5", price="7", currency=company.currency_id.name)
        self.pull()
        expected = francs._convert(100, company.currency_id, company)
        # those of before as well, though nothing has changed there
        for remote_id in ("1", "3", "4"):
            self.assertAlmostEqual(self.get_product(remote_id).list_price, expected, 2)
        self.assertEqual(self.get_product("5").list_price, 7)
        self.assertFalse(self.get_item("4").message)

    def test_mapped_by_hand(self):
        """The piece and the box: the one by the ERP's code follows it."""
        piece = self.make_product("CAT-1")
        box = self.make_product("CAT-1-BOX")
        for product, factor in ((piece, 1), (box, 12)):
            self.env["integration.product.mapping"].create(
                {
                    "connector_id": self.connector.id,
                    "product_id": product.id,
                    "remote_id": "1",
                    "factor": factor,
                }
            )
        self.erp.add("1", "CAT-1", name="Theirs")
        self.pull()
        self.assertEqual(self.get_product("1"), piece)
        self.assertEqual((piece.name, box.name), ("Theirs", "Ours CAT-1-BOX"))
        self.assertEqual(self.get_line(box).factor, 12)

    def test_picked_and_waiting_for_its_factor(self):
        """A person's word, though nothing can be sent by it yet: it is not overruled by
        codes, and no second product is made."""
        kilogram = self.env.ref("uom.product_uom_kgm")
        here = self.make_product("CAT-2", uom_id=kilogram.id)
        line = self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": here.id,
                "remote_id": "1",
                "remote_unit_id": "1",
            }
        )
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2")
        self.pull()
        item = self.get_item("1")
        self.assertEqual(item.state, "question")
        self.assertIn("by “kg” here", item.message)
        self.assertIn("mapped to another one", self.get_item("2").message)
        self.assertEqual(
            (line.remote_id, line.state, line.is_automatic), ("1", "proposed", False)
        )
        line.with_user(self.steward).factor = 4
        self.run_lane()
        self.assertEqual(self.get_product("1"), here)
        self.assertEqual((line.state, line.factor), ("mapped", 4))
        # it is asked again for another reason: it is that product all the same
        here.uom_id = self.env.ref("uom.product_uom_gram")
        self.run_lane()
        self.assertEqual((line.state, item.state), ("proposed", "question"))
        self.assertEqual(item.product_id, here)
        line.with_user(self.steward).action_confirm_factor()
        self.run_lane()
        self.assertEqual(self.get_product("1"), here)
        # unless a person says so
        line.write({"state": "proposed", "factor_state": "unclear"})
        item.with_user(self.steward).action_create_product()
        self.assertNotEqual(self.get_product("1"), here)

    def test_entered_factor_outlives_the_unit_there(self):
        self.env.ref("uom.product_uom_dozen").active = True
        self.erp.units.append({"remote_id": "2", "name": "Dozens"})
        self.erp.add("1", "CAT-1")
        self.pull()
        line = self.get_line(self.get_product("1"))
        line.factor = 6
        self.erp.change("1", unit_id="2", unit_name="Dozens")
        self.pull()
        self.assertEqual((line.factor, line.remote_unit_id), (6, "1"))

    def test_unit_to_map(self):
        self.erp.units.append({"remote_id": "9", "name": "Dutch Dozen"})
        self.erp.add("1", "CAT-1", unit_id="9", unit_name="Dutch Dozen")
        here = self.make_product("CAT-2")
        self.erp.add("2", "CAT-2", unit_id="9", unit_name="Dutch Dozen")
        self.pull()
        self.assertEqual(self.get_item("1").state, "question")
        self.assertIn("Dutch Dozen", self.get_item("1").message)
        self.assertEqual(self.get_item("2").state, "question")
        proposed = self.env["integration.product.mapping"].search(
            [("product_id", "=", here.id)]
        )
        proposed.action_confirm()
        self.assertEqual(
            (proposed.state, proposed.factor_state), ("proposed", "unclear")
        )
        # a new product would be counted in nothing
        self.get_item("1").with_user(self.steward).action_create_product()
        self.assertEqual(self.get_item("1").state, "question")
        dozen = self.env.ref("uom.product_uom_dozen")
        dozen.active = True
        line = self.env["integration.value.mapping"]._ensure_unmapped(
            self.connector, "unit", dozen
        )
        line.with_user(self.steward).write({"remote_id": "9"})
        self.run_lane()
        self.assertEqual(self.get_product("1").uom_id, dozen)
        self.assertEqual(self.get_product("2"), here)
        self.assertAlmostEqual(self.get_line(here).factor, 1 / 12)

    def test_empty_in_the_source(self):
        self.erp.add("1", "", name="")
        self.erp.add("2", "", name="")
        self.pull()
        self.assertEqual(self.get_product("1").name, "1")
        self.assertNotEqual(self.get_product("1"), self.get_product("2"))

    def test_taxes(self):
        if "account.tax" not in self.env:
            self.skipTest("no accounting here")
        tax = self.env["account.tax"].create(
            {
                "name": "Ours 21",
                "amount": 21,
                "company_id": self.connector.company_id.id,
            }
        )
        self.erp.taxes.append({"remote_id": "5", "name": "VAT 21 %"})
        self.erp.add("1", "CAT-1", tax_ids=["5"])
        self.pull()
        item = self.get_item("1")
        product = self.get_product("1")
        self.assertIn("VAT 21 %", item.message)
        self.assertNotEqual(product.taxes_id, tax)
        line = self.env["integration.value.mapping"]._ensure_unmapped(
            self.connector, "tax", tax
        )
        line.remote_id = "5"
        self.run_lane()
        self.assertEqual(product.taxes_id, tax)
        self.assertFalse(item.message)

    def test_no_taxes_over_there(self):
        """Ours stay where the ERP has never named any; what it takes away goes; a new
        product has none, as there, rather than the company's default."""
        if "account.tax" not in self.env:
            self.skipTest("no accounting here")
        company = self.connector.company_id
        tax = self.env["account.tax"].create(
            {"name": "Ours 21", "amount": 21, "company_id": company.id}
        )
        company.account_sale_tax_id = tax
        here = self.make_product("CAT-1", taxes_id=tax.ids)
        self.erp.taxes.append({"remote_id": "5", "name": "VAT 21 %"})
        line = self.env["integration.value.mapping"]._ensure_unmapped(
            self.connector, "tax", tax
        )
        line.remote_id = "5"
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2")
        self.erp.add("3", "CAT-3", tax_ids=["5"])
        self.pull()
        self.assertEqual(self.get_product("1"), here)
        self.assertEqual(here.taxes_id, tax)
        self.assertFalse(self.get_product("2").taxes_id)
        taxed = self.get_product("3")
        self.assertEqual(taxed.taxes_id, tax)
        self.erp.change("3", tax_ids=[])
        self.pull()
        self.assertFalse(taxed.taxes_id)
        taxed.taxes_id = tax
        self.erp.change("3", name="Renamed")
        self.pull()
        self.assertFalse(taxed.taxes_id, "its owner has taken it away")

    def test_read_one_on_demand(self):
        self.erp.add("1", "CAT-1")
        self.erp.add("2", "CAT-2")
        self.pull()
        self.erp.products["1"].update(name="New", full_name="New")
        del self.erp.products["2"]
        self.erp.calls.clear()
        items = self.get_item("1") | self.get_item("2")
        items.with_user(self.steward).action_read_again()
        self.run_lane()
        self.assertEqual(self.erp.calls, ["catalog_read"])
        self.assertEqual(self.get_product("1").name, "New")
        self.assertFalse(self.get_product("2").sale_ok)

    def test_flow_of_a_new_connector_waits(self):
        connector = self.env["integration.connector"].create(
            {"name": "Other", "system_type": "fake"}
        )
        flow = connector._get_flow("catalog_pull")
        self.assertEqual(flow.state, "paused")
        flow.action_resume()
        self.assertGreater(flow.next_run, self.env.cr.now(), "a dry run may come first")

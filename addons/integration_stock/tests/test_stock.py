from datetime import date

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane

from .common import FakeStockClient, StockCase


@tagged("post_install", "-at_install")
class TestStock(StockCase):
    def test_levels_by_warehouse(self):
        product = self.make_product("1")
        self.set_level("1", "60", [("2026-12-05", "20"), ("2026-12-01", "5.5")])
        self.set_level("1", "2", warehouse="W2")
        self.pull()
        first, second = self.get_levels(product)
        self.assertEqual(
            (first.warehouse_name, first.available, first.expected),
            ("Warehouse W1", 60.0, 25.5),
        )
        self.assertEqual(first.expected_date, date(2026, 12, 1))
        self.assertEqual((second.available, second.expected_date), (2.0, False))
        self.assertTrue(first.read_at)
        template = product.product_tmpl_id
        self.assertEqual(template.erp_stock_available, 62.0)

    def test_change_and_gone(self):
        product = self.make_product("1")
        self.set_level("1", "60")
        self.set_level("1", "2", warehouse="W2")
        self.pull()
        level = self.get_levels(product)[0]
        self.set_level("1", "0")
        # a later transaction: within one, the clock stands still
        self.env.cr.execute(
            "UPDATE integration_stock_level SET read_at = read_at - interval '1 hour'"
        )
        FakeStockClient.levels["1"] = [
            item for item in FakeStockClient.levels["1"] if item["warehouse_id"] == "W1"
        ]
        self.pull()
        self.assertEqual(self.get_levels(product), level)
        self.assertEqual(level.available, 0)

    def test_factor_and_units(self):
        """We sell by the dozen, they by the piece; another counts in dozens as well."""
        dozens = self.make_product("1", factor=12.0, uom_id=self.dozen.id)
        self.set_level("1", "30", [("2026-12-01", "6")])
        pieces = self.make_product("2", factor=1.0)
        for remote_id, unit in (
            ("1", self.env.ref("uom.product_uom_unit")),
            ("9", self.dozen),
        ):
            self.env["integration.value.mapping"].create(
                {
                    "connector_id": self.connector.id,
                    "kind": "unit",
                    "res_id": unit.id,
                    "remote_id": remote_id,
                }
            )
        # the mapping speaks of pieces, the level of dozens
        self.env["integration.product.mapping"].search(
            [("product_id", "=", pieces.id)]
        ).remote_unit_id = "1"
        self.set_level("2", "3", unit_id="9")
        self.pull()
        self.assertEqual(self.get_levels(dozens).available, 2.5)
        self.assertEqual(self.get_levels(dozens).expected, 0.5)
        self.assertEqual(self.get_levels(pieces).available, 36)

    def test_demand(self):
        product = self.make_product("1")
        soon, later = self.get_day(0), self.get_day(8)
        self.set_level("1", "10", [(soon, "5"), (later, "5"), ("", "9")])
        self.pull()
        summary = self.levels._get_summaries(product, self.connector.company_id)[
            product.id
        ]
        for quantity, expected in (
            (10, (False, None)),
            (15, (True, date.fromisoformat(soon))),
            (15.5, (True, date.fromisoformat(later))),
            (25, (True, None)),
            (99, (True, None)),
        ):
            with self.subTest(quantity=quantity):
                self.assertEqual(
                    self.levels._check_demand(summary, quantity, 0.01), expected
                )

    def test_overdue_is_undated(self):
        """What should have been there three weeks ago comes nobody knows when."""
        product = self.make_product("1")
        overdue, later = self.get_day(-21), self.get_day(8)
        self.set_level("1", "10", [(overdue, "5"), (later, "5")])
        self.pull()
        company = self.connector.company_id
        summary = self.levels._get_summaries(product, company)[product.id]
        self.assertEqual(summary["arrivals"], [[later, 5.0], ["", 5.0]])
        [warehouse] = summary["warehouses"]
        self.assertEqual(
            (warehouse["expected_date"], warehouse["is_overdue"]), (overdue, True)
        )
        for quantity, date_there, is_coming in (
            (15, date.fromisoformat(later), True),
            (20, None, True),
            (21, None, False),
        ):
            with self.subTest(quantity=quantity):
                self.assertEqual(
                    self.levels._check_demand(summary, quantity, 0.01),
                    (True, date_there),
                )
                self.assertIs(
                    self.levels._is_coming(summary, quantity, 0.01), is_coming
                )

    def test_today_is_the_reader_s(self):
        """Half past midnight in Amsterdam: yesterday is over there, in London it is not."""
        product = self.make_product("1")
        self.set_level("1", "0", [("2026-11-22", "5")])
        self.pull()
        company = self.connector.company_id
        company.partner_id.tz = "Europe/Amsterdam"
        for zone, day in (
            ("Europe/Amsterdam", ""),
            ("Europe/London", "2026-11-22"),
            # nobody in particular looks: as the company has it
            (False, ""),
        ):
            self.env.user.tz = zone
            with self.subTest(zone=zone), freeze_time("2026-11-22 23:30:00"):
                summary = self.levels._get_summaries(product, company)[product.id]
                self.assertEqual(summary["arrivals"], [[day, 5.0]])

    def test_pages_and_only_mapped(self):
        products = [self.make_product(str(number)) for number in range(5)]
        for number in range(5):
            self.set_level(str(number), number)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", products[3].id)]
        ).action_clear()
        self.flow.batch_size = 2
        self.pull()
        self.assertEqual(FakeStockClient.calls, [["0", "1"], ["2", "4"]])
        self.assertFalse(self.get_levels(products[3]))
        self.assertEqual(self.get_levels(products[4]).available, 4)
        self.assertFalse(self.flow.cursor, "the next run begins anew")

    def test_on_demand(self):
        products = self.make_product("1") | self.make_product("2")
        for remote_id in ("1", "2"):
            self.set_level(remote_id, 5)
        user = new_test_user(self.env, "anna", "integration_hub.group_integration_user")
        products.with_user(user).action_read_erp_stock()
        self.assertFalse(FakeStockClient.calls, "not in the request")
        self.assertEqual(self.levels._is_being_read(products), set(products.ids))
        # asked twice it is one reading
        products.with_user(user).action_read_erp_stock()
        self.run_lane()
        self.assertEqual(FakeStockClient.calls, [["1", "2"]])
        self.assertFalse(self.levels._is_being_read(products))
        self.assertEqual(self.get_levels(products[1]).with_user(user).available, 5)

    def test_network_failure(self):
        self.patch(integration_lane, "WAIT_FOR_RETRY", 0.0)
        product = self.make_product("1")
        self.set_level("1", 5)
        # however often it is tried meanwhile
        FakeStockClient.faults += [NetworkError("down")] * 20
        self.pull()
        self.assertFalse(self.get_levels(product))
        job = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual(job.state, "retrying")
        FakeStockClient.faults.clear()
        job.action_retry()
        self.run_lane()
        self.assertEqual(self.get_levels(product).available, 5)

    def test_other_company_sees_nothing(self):
        product = self.make_product("1")
        self.set_level("1", 5)
        self.pull()
        other = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.levels._get_summaries(product, other))

    def test_queries_do_not_grow(self):
        def count(number):
            products = [
                self.make_product(f"{number}-{index}") for index in range(number)
            ]
            for product in products:
                remote_id = f"{number}-{products.index(product)}"
                self.set_level(remote_id, 1)
            self.env.flush_all()
            self.env.invalidate_all()
            self.flow._enqueue_pull()
            before = self.env.cr.sql_log_count
            self.run_lane()
            return self.env.cr.sql_log_count - before

        self.pull()
        few, many = count(5), count(50)
        self.assertLessEqual(many, few + 3)

    def test_form_of_a_variant(self):
        """It is made of the template's form: what a button there calls, the variant has."""
        product = self.make_product("V1")
        self.set_level("V1", 5)
        self.pull()
        self.env.ref("product.product_normal_form_view")._check_xml()
        form = self.env.ref("product.product_normal_form_view")
        self.assertIn("action_view_erp_stock", form.get_combined_arch())
        domain = product.action_view_erp_stock()["domain"]
        self.assertEqual(self.levels.search(domain).product_id, product)
        self.assertEqual(product.erp_stock_available, 5)

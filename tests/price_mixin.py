"""The acceptance checklist (requirements §9) for prices (ERP-7), in a real ERP. What the
ERP itself charges is what an order over there is priced at."""

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.integration_hub.client import NetworkError

from .order_check_mixin import OrderCheckSteps

QUANTITIES = (1, 9, 10, 99, 100)


class PriceMixin(OrderCheckSteps):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.price = cls.connector._get_flow("price_pull")
        cls.price.action_resume()
        cls.price.next_run = "2099-01-01 00:00:00"
        cls.list_there = str(cls.make_list_there(f"List {cls.mark}"))
        cls.addClassCleanup(cls.archive_list_there)

    def run_prices(self):
        self.price._enqueue_pull("manual")
        self.run_lane()
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.price.id), ("state", "!=", "done")]
        )
        self.assertFalse(jobs, jobs.mapped("error_message"))

    def get_list(self):
        return (
            self.env["product.pricelist"]
            .with_context(active_test=False)
            .search(
                [
                    ("integration_connector_id", "=", self.connector.id),
                    ("integration_remote_id", "=", self.list_there),
                ]
            )
        )

    def link_to_customer_there(self, partner):
        party_id = str(self.make_customer_there(f"Customer {self.mark}"))
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(partner, {"remote_id": party_id})]
        )

    def assert_same_prices(self, codes, quantities=QUANTITIES):
        for code in codes:
            for quantity in quantities:
                with self.subTest(code=code, quantity=quantity):
                    self.assertAlmostEqual(
                        self.get_list()._get_product_price(
                            self.products[code], quantity
                        ),
                        self.get_price_there(code, quantity),
                        4,
                    )

    def test_1_prices_as_the_erp_charges(self):
        self.run_prices()
        self.assertEqual(self.get_list().name, f"List {self.mark}")
        self.assertEqual(self.get_list().currency_id.name, self.currency_there)
        self.assert_same_prices(["PUMP-200", "PIPE-CU15", "COFFEE-1KG", "SEAL-KIT"])

    def test_1_looked_at_before_it_is_read(self):
        """As somebody starts it, by the buttons alone: nothing is here before."""
        flow = self.price
        # as a new connector brings it along
        flow.write({"state": "paused", "next_run": flow.create_date})
        partner = self.make_partner()
        party_id = str(self.make_customer_there(f"Customer {self.mark}"))
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(partner, {"remote_id": party_id})]
        )
        load = self.env["integration.load"].browse(flow.action_open_load()["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        self.assertFalse(self.get_list())
        lines = load.line_ids.filtered(lambda line: f"List {self.mark}" in line.name)
        # a list it is based on may bear the name as well
        lists = lines.filtered(lambda line: line.payload["kind"] == "list")
        self.assertEqual(set(lists.mapped("outcome")), {"create"})
        self.assertIn(
            self.products["PUMP-200"].id,
            lines.filtered(lambda line: line.outcome == "create").mapped("res_id"),
        )
        customer = load.line_ids.filtered(
            lambda line: line.payload["kind"] == "party" and line.res_id == partner.id
        )
        self.assertEqual(customer.outcome, "change")
        self.assertIn(f"List {self.mark}", customer.detail)
        load.action_resume_flow()
        self.assertGreater(flow.next_run, self.env.cr.now())
        self.run_lane()
        self.assertFalse(self.get_list())
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.problem_count), ("done", 0))
        self.assertEqual(load.remaining_count, 0)
        self.assert_same_prices(["PUMP-200", "PIPE-CU15", "COFFEE-1KG", "SEAL-KIT"])
        self.assertEqual(
            partner.with_company(self.company).property_product_pricelist,
            self.get_list(),
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(
            (load.create_count, load.change_count, load.attention_count),
            (0, 0, 0),
            load.line_ids.filtered(lambda line: line.outcome != "same").mapped("name"),
        )

    def test_2_update(self):
        self.run_prices()
        self.run_prices()
        self.assertIn("changed: 0", self.price.last_message)
        self.change_price_there("PUMP-200")
        self.run_prices()
        self.assert_same_prices(["PUMP-200"])
        self.assertNotIn("changed: 0", self.price.last_message)

    def test_3_list_archived(self):
        self.run_prices()
        self.archive_list_there()
        self.addCleanup(self.restore_list_there)
        self.run_prices()
        self.assertFalse(self.get_list().active)
        self.restore_list_there()
        self.run_prices()
        self.assertTrue(self.get_list().active)

    def test_4_twice_in_the_source(self):
        """Two lists of one name, one of which has two rules for the same."""
        twin = str(self.make_list_there(f"List {self.mark}"))
        self.addCleanup(self.archive_list_there, twin)
        self.double_rule_there("PUMP-200")
        self.run_prices()
        lists = self.env["product.pricelist"].search(
            [
                ("integration_connector_id", "=", self.connector.id),
                ("name", "=", f"List {self.mark}"),
            ]
        )
        self.assertEqual(
            set(lists.mapped("integration_remote_id")), {self.list_there, twin}
        )
        self.assert_same_prices(["PUMP-200"])
        rules = self.get_list().item_ids.filtered(
            lambda rule: rule.product_id == self.products["PUMP-200"]
        )
        self.assertEqual(len(rules), len(set(rules.mapped("min_quantity"))))
        self.assertEqual(
            (lists - self.get_list())._get_product_price(self.products["PUMP-200"], 10),
            180.25,
        )

    def test_5_list_chosen_here(self):
        """The ERP's comes back, and the customer's record says so."""
        partner = self.make_partner().with_company(self.company)
        partner.specific_property_product_pricelist = self.env[
            "product.pricelist"
        ].create({"name": "Ours", "company_id": self.company.id})
        self.link_to_customer_there(partner)
        self.run_prices()
        self.assertEqual(partner.specific_property_product_pricelist, self.get_list())
        self.assertIn("Ours", partner.message_ids[0].body)

    def test_5_owned_by_the_erp(self):
        self.run_prices()
        with self.assertRaisesRegex(UserError, "comes from"):
            self.get_list().item_ids[:1].fixed_price = 1

    def test_5_customer_and_departing_price(self):
        partner = self.make_partner()
        self.link_to_customer_there(partner)
        self.run_prices()
        self.assertEqual(
            partner.with_company(self.company).property_product_pricelist,
            self.get_list(),
        )
        lead = self.make_lead([("PUMP-200", 10)], partner)
        line = self.make_order(lead, [("PUMP-200", 10)]).order_line
        self.assertAlmostEqual(line.erp_price, self.get_price_there("PUMP-200", 10), 2)
        self.assertFalse(line.is_erp_price_different)
        line.price_unit += 1
        self.assertTrue(line.is_erp_price_different)
        # the opportunity is in euros, whatever the list is in
        line = lead.lead_line_ids
        rate = {"EUR": 1, "USD": 1.085}[self.currency_there]
        in_euros = self.get_price_there("PUMP-200", 10) / rate
        self.assertAlmostEqual(line.price_unit, in_euros, 4)
        self.assertAlmostEqual(line.erp_price, in_euros, 4)
        self.assertFalse(line.is_erp_price_different)

    def test_5_departing_price_is_known_before_won(self):
        """As it is there at this moment: no prices were read since."""
        partner = self.make_partner()
        self.link_to_customer_there(partner)
        self.run_prices()
        lead = self.make_lead([("PUMP-200", 10)], partner)

        def find(shown):
            texts = self.get_texts(shown, "warning")
            return [text for text in texts if "price list" in text]

        self.assertEqual(find(self.check(lead)), [])
        was = lead.lead_line_ids.price_unit
        # other tests have changed it before
        self.change_price_there("PUMP-200", 171.17)
        shown = self.check(lead)
        [text] = find(shown)
        self.assertIn(f"List {self.mark}", text)
        self.assertEqual(lead.lead_line_ids.price_unit, was)
        lead.with_user(self.salesperson).action_fix_finding(
            shown["id"], self.get_fix(shown, "Take the ERP's Price")
        )
        rate = {"EUR": 1, "USD": 1.085}[self.currency_there]
        self.assertAlmostEqual(lead.lead_line_ids.price_unit, 171.17 / rate, 4)
        self.assertEqual(find(self.check(lead)), [])

    def test_6_network_failure(self):
        self.cut_off()
        self.price._enqueue_pull("manual")
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.price.id)])
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.assertFalse(self.get_list())
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertTrue(self.get_list().item_ids)

    def test_7_pages(self):
        self.price.batch_size = 3
        self.run_prices()
        self.assert_same_prices(["PUMP-200", "SEAL-KIT"], (1, 100))

    def test_8_unit_factor(self):
        """Ours is a box of ten of theirs."""
        box = self.make_product_like("FILTER-10", "FILTER-BOX")
        line = self.env["integration.product.mapping"].search(
            [
                ("product_id", "=", self.products["FILTER-10"].id),
                ("connector_id", "=", self.connector.id),
            ]
        )
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": box.id,
                "remote_id": line.remote_id,
                "factor": 10,
            }
        )
        self.run_prices()
        self.assertAlmostEqual(
            self.get_list()._get_product_price(box, 10),
            10 * self.get_price_there("FILTER-10", 100),
            3,
        )

    def test_9_nothing_said(self):
        """A product without a mapping has no price of the ERP."""
        other = self.env["product.product"].create(
            {"name": "Not there", "list_price": 7, "company_id": self.company.id}
        )
        self.run_prices()
        self.assertNotIn(other, self.get_list().item_ids.product_id)
        lead = self.make_lead([])
        lead.lead_line_ids = [Command.create({"product_id": other.id})]
        self.assertFalse(lead.lead_line_ids.has_erp_price)

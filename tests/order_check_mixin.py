"""Before Won (issue 4), the same for each ERP: what could hold up an order is known before
the deal is won, from the ERP as it is at this moment."""

from odoo.exceptions import UserError

from odoo.addons.integration_hub.client import NetworkError


class OrderCheckSteps:
    """A deal is checked as a salesperson does it."""

    def check(self, lead):
        lead.with_user(self.salesperson).action_check_with_erp()
        self.run_lane()
        shown = self.get_shown(lead)
        self.assertEqual(shown["state"], "done", shown["message"])
        return shown

    def get_shown(self, lead):
        lead = lead.with_user(self.salesperson)
        lead.invalidate_recordset()
        [shown] = lead.integration_check["checks"]
        return shown

    def get_texts(self, shown, *severities):
        return [
            finding["text"]
            for finding in shown["findings"]
            if finding["severity"] in severities
        ]

    def get_fix(self, shown, label):
        """Index of the finding whose button is called so."""
        [index] = [
            finding["index"]
            for finding in shown["findings"]
            if finding["label"] == label
        ]
        return index


class OrderCheckMixin(OrderCheckSteps):
    """What is told of the order itself; prices and credit limits are in the tests of their
    flows."""

    @classmethod
    def connect(cls):
        super().connect()
        cls.check_flow = cls.connector._get_flow("order_check")
        # read once an hour: not while a test looks
        for code in ("stock_pull", "account_figures_pull"):
            cls.connector._get_flow(code).next_run = "2099-01-01 00:00:00"

    def assert_blocked(self, lead, word):
        texts = self.get_texts(self.check(lead), "blocking")
        self.assertTrue(texts, "nothing in the way")
        self.assertIn(word, " ".join(texts))

    def assert_clear(self, lead):
        self.assertEqual(self.get_texts(self.check(lead), "blocking"), [])

    def map_to(self, code, product):
        """``product`` here is the ERP's ``code``."""
        mappings = self.env["integration.product.mapping"]
        known = mappings.search(
            [
                ("product_id", "=", self.products[code].id),
                ("connector_id", "=", self.connector.id),
            ]
        )
        return mappings.create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": known.remote_id,
                "remote_unit_id": known.remote_unit_id,
                "state": "mapped",
            }
        )

    # -- checks -----------------------------------------------------------------------

    def test_1_clear_and_so_it_goes(self):
        lead = self.make_lead([("BOOK-HYD", 1), ("SERV-INST", 2)])
        shown = self.check(lead)
        self.assertEqual(self.get_texts(shown, "blocking"), [])
        self.assertIn("is created there", " ".join(self.get_texts(shown, "note")))
        self.push(lead)
        self.assert_status(lead, "in_erp")

    def test_1_known_customer(self):
        first = self.make_lead([("BOOK-HYD", 1)])
        self.push(first)
        again = self.make_lead([("BOOK-HYD", 1)], first.partner_id)
        shown = self.check(again)
        self.assertEqual(self.get_texts(shown, "blocking", "note"), [])

    def test_2_product_gone_and_back(self):
        product = self.make_product_like("BOOK-HYD", "BOOK-NEW")
        mapping = self.map_to("BOOK-HYD", product)
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 1})]
        right = mapping.remote_id
        mapping.remote_id = "999999"
        self.assert_blocked(lead, "999999")
        # no id at all, which must not hold up the one that is checked along with it
        mapping.remote_id = "BOOK-HYD"
        good = self.make_lead([("BOOK-HYD", 1)])
        good.with_user(self.salesperson).action_check_with_erp()
        self.assert_blocked(lead, "The product BOOK-HYD is no longer")
        self.assertEqual(self.get_texts(self.get_shown(good), "blocking"), [])
        mapping.remote_id = right
        self.assert_clear(lead)

    def test_2_no_longer_sold_there(self):
        product, remote_id = self.make_unsold()
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 1})]
        self.assert_blocked(lead, "can't be sold")
        self.sell_there_again(remote_id)
        self.assert_clear(lead)

    def test_2_incomplete_address(self):
        partner = self.make_partner(street=False, country_id=False)
        lead = self.make_lead([("BOOK-HYD", 1)], partner)
        shown = self.check(lead)
        [text] = self.get_texts(shown, "warning")
        self.assertIn("Street", text)
        self.assertIn("Country", text)
        self.assertNotIn("City", text)
        action = lead.with_user(self.salesperson).action_fix_finding(
            shown["id"], self.get_fix(shown, "Open It")
        )
        self.assertEqual(action["res_id"], partner.id)
        partner.write(
            {"street": "Kerkstraat 2", "country_id": self.env.ref("base.nl").id}
        )
        self.assertEqual(self.get_texts(self.check(lead), "blocking", "warning"), [])

    def test_3_customer_archived_there(self):
        lead = self.make_lead([("BOOK-HYD", 1)])
        self.push(lead)
        again = self.make_lead([("BOOK-HYD", 1)], lead.partner_id)
        [party] = (
            self.env["integration.external.id"]
            ._get_remote_ids(self.connector, "party", lead.partner_id)
            .values()
        )
        self.archive_customer_there(int(party))
        self.assert_blocked(again, self.mark)

    def test_5_stock_as_it_is_now(self):
        """Nothing was read before, and what was is not trusted."""
        product = self.products["BOOK-HYD"]
        lead = self.make_lead([("BOOK-HYD", 1)])
        levels = self.env["integration.stock.level"]
        own = [("connector_id", "=", self.connector.id)]
        self.assertFalse(levels.search([*own, ("product_id", "=", product.id)]))
        self.assert_clear(lead)
        level = levels.search([*own, ("product_id", "=", product.id)])
        self.assertTrue(level)
        lead.lead_line_ids.quantity = sum(level.mapped("available")) + 1000
        [text] = self.get_texts(self.check(lead), "warning")
        self.assertIn(product.name, text)
        self.assertIn("available", text)

    def test_6_network_failure(self):
        lead = self.make_lead([("BOOK-HYD", 1)])
        self.cut_off()
        lead.with_user(self.salesperson).action_check_with_erp()
        self.run_lane()
        job = self.env["integration.job"].search([("flow_id", "=", self.check_flow.id)])
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.assertEqual(self.get_shown(lead)["state"], "waiting")
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertEqual(self.get_shown(lead)["state"], "done")

    def test_8_unit_that_can_not_be_converted(self):
        """Mapped in kilograms what is counted in pieces there: known before, not after."""
        values = self.env["integration.remote.value"]
        [kilogram] = values.search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "unit"),
                ("name", "in", ("kg", "Kilogram")),
            ],
            limit=1,
        )
        product = self.make_product_like("BOOK-HYD", "BOOK-KG")
        mapping = self.map_to("BOOK-HYD", product)
        # whoever picked it has said how many of it make one of ours
        mapping.write({"remote_unit_id": kilogram.remote_id, "factor": 2})
        lead = self.make_lead([])
        lead.lead_line_ids = [(0, 0, {"product_id": product.id, "quantity": 1})]
        self.assert_blocked(lead, "convert")

    def test_9_insisted_upon(self):
        self.check_flow.won_check_policy = "block"
        lead = self.make_lead([("BOOK-HYD", 1)])
        with self.assertRaises(UserError):
            lead.with_user(self.salesperson).action_set_won()
        lead.invalidate_recordset()
        self.assert_clear(lead)
        self.push(lead)
        self.assert_status(lead, "in_erp")

    def test_9_nothing_on_it(self):
        self.assert_blocked(self.make_lead([]), "nothing to send")

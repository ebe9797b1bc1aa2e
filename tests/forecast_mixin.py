"""Sales forecast (ERP-10; requirements §9), the same for each ERP: the weighted pipeline
goes into its planning, and is looked at there."""

from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo import fields

from odoo.addons.integration_hub.client import NetworkError

from .load_steps import LoadSteps


class ForecastMixin(LoadSteps):
    @classmethod
    def connect(cls):
        super().connect()
        cls.forecast_flow = cls.connector._get_flow("forecast_push")
        cls.forecast_flow.action_resume()
        cls.forecast_flow.next_run = "2099-01-01 00:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.this_month = fields.Date.today().replace(day=1)
        cls.next_month = cls.this_month + relativedelta(months=1)

    def make_deal(self, lines=(), probability=50, day=None, **values):
        return self.make_lead(
            lines,
            probability=probability,
            date_deadline=day or self.next_month + relativedelta(day=20),
            **values,
        )

    def send_forecast(self):
        job = self.forecast_flow._enqueue_pull("manual")
        self.run_lane()
        return job

    def send_well(self):
        job = self.send_forecast()
        self.assertEqual(job.state, "done", job.error_message)

    def get_row(self, code):
        return self.env["integration.forecast"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "=", self.products[code].id),
            ]
        )

    # -- the nine checks --------------------------------------------------------------

    def test_1_looked_at_before_it_is_sent(self):
        """As somebody starts it, by the buttons alone: nothing is in the ERP before."""
        flow = self.forecast_flow
        # as a new connector brings it along
        flow.write({"state": "paused", "next_run": flow.create_date})
        self.make_deal([("PUMP-200", 10)])
        load = self.env["integration.load"].browse(flow.action_open_load()["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        self.assertEqual((load.create_count, load.has_amounts), (1, True))
        load.action_resume_flow()
        self.assertGreater(flow.next_run, self.env.cr.now())
        self.run_lane()
        self.assertFalse(self.count_documents(self.next_month))
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 5)

    def test_1_comes_to(self):
        """What is planned, at list price: by outcome, in the company's currency."""
        deal = self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 4)])
        self.send_well()
        self.plan_there("BOOK-HYD", self.next_month, 77)
        self.make_deal([("SEAL-KIT", 6)])
        # what is new about it goes with the next run: the check sees it as well
        deal.lead_line_ids[0].quantity = 30
        load = self.check_load(self.forecast_flow)
        price = {code: self.products[code].lst_price for code in self.products}
        euro = self.env.ref("base.EUR")
        self.assertEqual(
            self.get_totals(load),
            {
                ("To Create", "EUR"): euro.format(3 * price["SEAL-KIT"]),
                ("To Change", "EUR"): euro.format(
                    15 * price["PUMP-200"] + 2 * price["BOOK-HYD"]
                ),
            },
        )
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 5)

    def test_1_in_the_planning(self):
        self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 4)], 60)
        self.make_deal([("PUMP-200", 5)], 80, day=self.this_month)
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 6)
        self.assertEqual(self.get_planned("PUMP-200", self.this_month), 4)
        rows = self.get_row("PUMP-200")
        self.assertEqual(rows.mapped("sent_quantity"), [4, 6])
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        self.assertTrue(all(rows.mapped("document_number")))
        self.assertTrue(rows[0].document_url.startswith(self.erp["url"]))

    def test_2_update_sends_what_changed(self):
        deal = self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 4)], 50)
        self.send_well()
        before = self.get_row("BOOK-HYD").sent_at
        deal.lead_line_ids[0].quantity = 30
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 15)
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 2)
        self.assertEqual(self.get_row("BOOK-HYD").sent_at, before)

    def test_2_quotation_and_confirmed_month_by_month(self):
        """The quotation stands for its deal; put off, it moves to another month."""
        deal = self.make_deal([("PUMP-200", 99)], 50)
        self.make_order(deal, [("PUMP-200", 8)])
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 4)
        deal.date_deadline += relativedelta(months=2)
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 0)
        month = self.next_month + relativedelta(months=2)
        self.assertEqual(self.get_planned("PUMP-200", month), 4)

    def test_3_lost_and_archived(self):
        lost, archived = (self.make_deal([("PUMP-200", 10)]) for _number in range(2))
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 10)
        lost.action_set_lost()
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 5)
        archived.active = False
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 0)
        self.assertFalse(self.get_row("PUMP-200"))

    def test_4_doubled_here(self):
        """The same product on two lines and in two deals is one figure there, and a second
        run makes no second document."""
        deal = self.make_deal([("PUMP-200", 10), ("PUMP-200", 2)])
        deal.copy({"probability": 50, "date_deadline": deal.date_deadline})
        self.send_well()
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 12)
        self.assertEqual(self.count_documents(self.next_month), 1)

    def test_5_changed_there_as_well(self):
        deal = self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 10)])
        self.send_well()
        self.plan_there("PUMP-200", self.next_month, 77)
        self.plan_there("BOOK-HYD", self.next_month, 66)
        deal.lead_line_ids[0].quantity = 20
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 10)
        # nothing new about it here: the planner's figure stands, and the check shows it
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 66)
        load = self.env["integration.load"].create({"flow_id": self.forecast_flow.id})
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        self.assertEqual(
            sorted(load.line_ids.mapped("outcome")), ["change", "same"], "only looked"
        )
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 66)
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 5)

    def test_5_deleted_there(self):
        deal = self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 10)])
        self.send_well()
        self.delete_there(self.next_month)
        deal.lead_line_ids[0].quantity = 20
        self.send_well()
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 10)
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 5)

    def test_6_network_failure(self):
        self.make_deal([("PUMP-200", 10)])
        self.cut_off()
        job = self.send_forecast()
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 5)

    def test_7_a_year_of_all_products(self):
        """Every product in every month: a handful of calls for each month."""
        goods = [code for code in self.products if not code.startswith("SERV")]
        for number in range(12):
            self.make_deal(
                [(code, 2) for code in goods],
                day=self.this_month + relativedelta(months=number, day=28),
            )
        self.send_well()
        rows = self.env["integration.forecast"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertEqual(len(rows), 12 * len(goods))
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        for number in range(12):
            month = self.this_month + relativedelta(months=number)
            self.assertEqual(self.count_documents(month), 1)
        calls = self.env["integration.exchange"].search_count(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertLess(calls, 12 * len(goods))

    def test_7_a_change_reads_its_own_row(self):
        """Of a month with figures of thousands of products."""
        deal = self.make_deal([("PUMP-200", 10), ("BOOK-HYD", 4), ("SEAL-KIT", 8)])
        self.send_well()
        deal.lead_line_ids[0].quantity = 20
        client_class, read = type(self.connector._get_client()), []
        forecast_read = client_class.forecast_read

        def noted(client, periods):
            documents = forecast_read(client, periods)
            read.extend(row for document in documents for row in document["rows"])
            return documents

        with patch.object(client_class, "forecast_read", noted):
            self.send_well()
        self.assertEqual(len(read), 1)
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 10)
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 2)

    def test_8_units_and_fractions(self):
        """The pipe is kept by the metre, the pump by the piece; a box of ours is twelve
        of theirs."""
        box = self.make_product_like("BOOK-HYD", "BOX-OF-12")
        mapping = self.env["integration.product.mapping"].search(
            [
                ("product_id", "=", self.products["BOOK-HYD"].id),
                ("connector_id", "=", self.connector.id),
            ]
        )
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": box.id,
                "remote_id": mapping.remote_id,
                "remote_unit_id": mapping.remote_unit_id,
                "factor": 12,
            }
        )
        deal = self.make_deal([("PIPE-CU15", 7.5), ("BOOK-HYD", 4)])
        deal.lead_line_ids = [(0, 0, {"product_id": box.id, "quantity": 1})]
        self.send_well()
        self.assertEqual(self.get_planned("PIPE-CU15", self.next_month), 3.75)
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 8)
        self.assertEqual(self.get_row("BOOK-HYD").sent_quantity, 2)

    def test_8_service_is_no_demand(self):
        [service] = [code for code in self.products if code.startswith("SERV")][:1]
        self.make_deal([(service, 8), ("PUMP-200", 2)])
        self.send_well()
        self.assertFalse(self.get_row(service))
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 1)

    def test_8_not_kept_there(self):
        """Goods here, a service over there: it is said, and holds nothing up."""
        [service] = [code for code in self.products if code.startswith("SERV")][:1]
        self.products[service].type = "consu"
        self.make_deal([(service, 8), ("PUMP-200", 2)])
        self.send_well()
        self.assertEqual(self.get_row(service).state, "unplanned")
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 1)

    def test_8_gone_there(self):
        """A product that was deleted there holds up no other of its month."""
        gone = self.products["GONE-PUMP"] = self.make_product_like(
            "PUMP-200", "GONE-PUMP"
        )
        self.addCleanup(self.products.pop, "GONE-PUMP")
        mapping = self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": gone.id,
                "remote_id": "999999999",
            }
        )
        self.make_deal([("PUMP-200", 10), ("GONE-PUMP", 4)])
        job = self.send_forecast()
        self.assertEqual(job.state, "failed")
        self.assertIn("999999999", job.error_message)
        self.assertEqual(self.get_row("GONE-PUMP").state, "refused")
        self.assertEqual(self.get_row("PUMP-200").state, "sent")
        self.assertEqual(self.get_planned("PUMP-200", self.next_month), 5)
        mapping.remote_id = (
            self.env["integration.product.mapping"]
            .search(
                [
                    ("product_id", "=", self.products["BOOK-HYD"].id),
                    ("connector_id", "=", self.connector.id),
                ]
            )
            .remote_id
        )
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(self.get_row("GONE-PUMP").state, "sent")
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 2)

    def test_9_nothing_to_say(self):
        self.make_deal([("PUMP-200", 10)]).date_deadline = False
        self.make_deal([])
        self.send_well()
        self.assertFalse(self.get_row("PUMP-200"))
        self.assertFalse(self.count_documents(self.next_month))
        unmapped = self.make_product_like("PUMP-200", "NEW-PUMP")
        deal = self.make_deal([("BOOK-HYD", 2)])
        deal.lead_line_ids = [(0, 0, {"product_id": unmapped.id, "quantity": 2})]
        self.send_well()
        self.products["NEW-PUMP"] = unmapped
        self.addCleanup(self.products.pop, "NEW-PUMP")
        self.assertEqual(self.get_row("NEW-PUMP").state, "unmapped")
        self.assertEqual(self.get_planned("BOOK-HYD", self.next_month), 1)

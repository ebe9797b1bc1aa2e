from datetime import datetime

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError
from odoo.addons.integration_hub.models import integration_lane

from .common import ForecastCase


@tagged("post_install", "-at_install")
class TestForecast(ForecastCase):
    """Only what has changed is sent, and what is sent once is never doubled."""

    def test_sent_and_seen(self):
        self.make_deal([(self.product, 10)], 40)
        job = self.send()
        self.assertEqual((job.state, job.operation), ("done", "push"))
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "4")
        [row] = self.get_rows()
        self.assertEqual((row.state, row.quantity, row.sent_quantity), ("sent", 4, 4))
        self.assertEqual((row.document_number, row.document_id), ("F1", "1"))
        self.assertTrue(row.sent_at)
        self.assertIn("1", self.forecast_flow.last_message)
        prefix = self.env["integration.connector"]._get_remote_key_prefix()
        self.assertEqual(
            list(self.planner.documents),
            [f"{prefix}FC{self.company.id}-{self.next_month:%Y-%m}"],
        )

    def test_only_what_changed(self):
        deal = self.make_deal([(self.product, 10), (self.product_two, 10)])
        self.send()
        self.planner.written.clear()
        self.send()
        self.assertEqual(self.planner.written, [])
        deal.lead_line_ids[1].quantity = 20
        self.send()
        self.assertEqual(
            self.planner.written, [(str(self.next_month), "P-TABLE", "10")]
        )

    def test_gone_is_set_to_zero(self):
        deal = self.make_deal([(self.product, 10)])
        self.make_deal([(self.product_two, 10)])
        self.send()
        deal.action_set_lost()
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "0")
        self.assertEqual(self.planner.get(self.next_month, "P-TABLE"), "5")
        self.assertFalse(self.get_rows(self.product))
        deal.action_unarchive()
        deal.probability = 50
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")

    def test_postponed(self):
        deal = self.make_deal([(self.product, 10)], day=self.this_month)
        self.send()
        deal.date_deadline = self.next_month
        self.send()
        self.assertEqual(self.planner.get(self.this_month, "P-CHAIR"), "0")
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")

    def test_past_month_is_cleared(self):
        """A month goes by: what still is open moves on."""
        self.make_deal([(self.product, 10)], day=self.this_month)
        self.send()
        past = self.this_month.replace(year=self.this_month.year - 1)
        [row] = self.get_rows()
        row.month = past
        [key] = self.planner.documents
        former = key.replace(f"{self.this_month:%Y-%m}", f"{past:%Y-%m}")
        self.planner.documents[former] = self.planner.documents.pop(key)
        self.send()
        self.assertEqual(self.planner.get(past, "P-CHAIR"), "0")
        self.assertEqual(self.planner.get(self.this_month, "P-CHAIR"), "5")

    # -- mappings ---------------------------------------------------------------------

    def get_mapping(self, product):
        return self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )

    def test_unmapped(self):
        product = self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)
        self.make_deal([(product, 10)])
        job = self.send()
        self.assertEqual(job.state, "done")
        [row] = self.get_rows()
        self.assertEqual((row.state, row.sent_quantity), ("unmapped", 0))
        self.assertEqual(self.planner.documents, {})
        self.map_product(product)
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-LAMP"), "5")
        self.assertEqual(row.state, "sent")

    def test_mapping_taken_away(self):
        self.make_deal([(self.product, 10)])
        self.send()
        self.get_mapping(self.product).action_clear()
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "0")
        [row] = self.get_rows()
        self.assertEqual((row.state, row.quantity), ("unmapped", 5))
        self.planner.written.clear()
        self.send()
        self.assertEqual(self.planner.written, [])

    def test_mapped_to_another(self):
        self.make_deal([(self.product, 10)])
        self.send()
        self.get_mapping(self.product).remote_id = "P-STOOL"
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "0")
        self.assertEqual(self.planner.get(self.next_month, "P-STOOL"), "5")
        self.planner.written.clear()
        self.send()
        self.assertEqual(self.planner.written, [])

    def test_two_of_ours_are_one_of_theirs(self):
        box = self.make_product("Box of 12", "BOX", 100.0, is_mapped=False)
        self.map_product(box, remote_id="P-CHAIR", factor=12)
        deal = self.make_deal([(self.product, 10), (box, 1)], 50)
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "11")
        self.assertEqual(self.get_rows(box).sent_quantity, 0.5)
        deal.lead_line_ids[0].quantity = 20
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "16")
        self.get_mapping(box).action_clear()
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "10")
        self.assertEqual(self.get_rows(box).state, "unmapped")

    def test_two_units_for_one_of_theirs(self):
        box = self.make_product("Box of 12", "BOX", 100.0, is_mapped=False)
        self.map_product(box, remote_id="P-CHAIR", remote_unit_id="BOXES", factor=2)
        self.make_deal([(self.product, 10), (box, 2)], 50)
        job = self.send()
        self.assertEqual(job.state, "failed", job.error_message)
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")
        self.assertEqual(self.get_rows(box).state, "refused")
        self.assertIn("unit", self.get_rows(box).message)

    # -- what the ERP says ------------------------------------------------------------

    def test_not_planned_there(self):
        self.planner.unplanned.add("P-CHAIR")
        deal = self.make_deal([(self.product, 10), (self.product_two, 10)])
        job = self.send()
        self.assertEqual(job.state, "done")
        row = self.get_rows(self.product)
        self.assertEqual((row.state, row.sent_quantity), ("unplanned", 0))
        self.assertEqual(row.message, "No stock of it.")
        self.assertEqual(self.get_rows(self.product_two).state, "sent")
        self.send()
        self.assertEqual(row.state, "unplanned")
        deal.action_set_lost()
        self.send()
        self.assertFalse(self.get_rows())

    def test_gone_there(self):
        """A product that was deleted there holds up no other of its month."""
        self.planner.gone.add("P-CHAIR")
        self.make_deal([(self.product, 10), (self.product_two, 10)])
        job = self.send()
        self.assertEqual(job.state, "failed")
        self.assertIn("No product P-CHAIR.", job.error_message)
        row = self.get_rows(self.product)
        self.assertEqual((row.state, row.sent_quantity), ("refused", 0))
        self.assertEqual(row.message, "No product P-CHAIR.")
        self.assertEqual(self.get_rows(self.product_two).state, "sent")
        self.assertEqual(self.planner.get(self.next_month, "P-TABLE"), "5")
        self.get_mapping(self.product).remote_id = "P-STOOL"
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual((row.state, row.sent_quantity), ("sent", 5))

    def test_gone_there_after_it_was_sent(self):
        """Mapped anew, nothing is left to be said of the former one."""
        self.make_deal([(self.product, 10)])
        self.send()
        self.planner.gone.add("P-CHAIR")
        self.get_mapping(self.product).remote_id = "P-STOOL"
        job = self.send()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(self.planner.get(self.next_month, "P-STOOL"), "5")
        self.assertEqual(self.get_rows(self.product).state, "sent")
        self.get_mapping(self.product).action_clear()
        self.planner.gone.add("P-STOOL")
        job = self.send()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(self.get_rows(self.product).state, "unmapped")

    def test_refused_and_mended(self):
        """The good months get through, the bad one names its reason."""
        self.make_deal([(self.product, 10)], day=self.this_month)
        self.make_deal([(self.product_two, 10)], day=self.next_month)
        self.planner.refused[str(self.this_month)] = "The books are closed."
        job = self.send()
        self.assertEqual(job.state, "failed")
        self.assertIn("The books are closed.", job.error_message)
        self.assertEqual(self.get_rows(self.product).state, "refused")
        self.assertEqual(self.get_rows(self.product_two).state, "sent")
        self.planner.refused.clear()
        self.planner.written.clear()
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.planner.written, [(str(self.this_month), "P-CHAIR", "5")])
        self.assertEqual(self.get_rows(self.product).state, "sent")

    def test_network_failure(self):
        self.patch(integration_lane, "WAIT_FOR_RETRY", 0.0)
        self.make_deal([(self.product, 10)])
        # however often it is tried meanwhile
        self.planner.faults += [NetworkError("down")] * 20
        job = self.send()
        self.assertEqual(job.state, "retrying")
        self.assertEqual(self.get_rows().state, "waiting")
        self.planner.faults.clear()
        job.action_retry()
        self.run_lane()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")

    def test_lost_answer(self):
        """It was made, but nobody said so: it is found, not made again."""
        self.make_deal([(self.product, 10)])
        self.planner.lost.append(OutcomeUnknownError("gone"))
        job = self.send()
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(len(self.planner.documents), 1)
        self.assertEqual(self.get_rows().state, "sent")

    def test_lost_call_may_still_be_at_work(self):
        self.make_deal([(self.product, 10)])
        self.planner.faults.append(OutcomeUnknownError("gone"))
        job = self.send()
        job.action_retry()
        self.run_lane()
        self.assertEqual((job.state, job.error_kind), ("retrying", "outcome_unknown"))
        self.assertEqual(self.planner.documents, {})

    def test_document_deleted_there(self):
        deal = self.make_deal([(self.product, 10), (self.product_two, 6)])
        self.send()
        self.planner.documents.clear()
        deal.lead_line_ids[0].quantity = 20
        self.send()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "10")
        self.assertEqual(self.planner.get(self.next_month, "P-TABLE"), "3")
        self.assertEqual(set(self.get_rows().mapped("state")), {"sent"})

    def test_changed_there_as_well(self):
        """The pipeline is the CRM's: its figure wins, other products are left alone."""
        deal = self.make_deal([(self.product, 10)])
        self.send()
        [document] = self.planner.documents.values()
        document["rows"] |= {"P-CHAIR": ("", "7"), "P-OWN": ("", "3")}
        deal.lead_line_ids.quantity = 20
        self.send()
        self.assertEqual(document["rows"]["P-CHAIR"][1], "10")
        self.assertEqual(document["rows"]["P-OWN"][1], "3")

    def test_pages(self):
        products = [
            self.make_product(f"Thing {number}", f"T{number}", 1.0)
            for number in range(5)
        ]
        self.make_deal([(product, 2) for product in products])
        self.forecast_flow.batch_size = 2
        job = self.send()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(self.planner.written), 5)
        self.assertEqual(len(self.planner.documents), 1)
        self.assertEqual(set(self.get_rows().mapped("state")), {"sent"})

    # -- when -------------------------------------------------------------------------

    def find_jobs(self):
        return self.env["integration.job"].search(
            [("flow_id", "=", self.forecast_flow.id)]
        )

    def run_cron(self):
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.flow"]._cron_start_due_flows()
        self.env.invalidate_all()

    def test_daily(self):
        flow = self.forecast_flow
        self.assertEqual((flow.direction, flow.interval_minutes), ("push", 1440))
        flow.next_run = "2020-01-01 00:00:00"
        self.env.flush_all()
        self.run_cron()
        self.assertEqual(self.find_jobs().mapped("trigger"), ["schedule"])
        self.assertGreater(flow.next_run, datetime.now())
        self.find_jobs().action_cancel()
        flow.write({"next_run": "2020-01-01 00:00:00", "state": "paused"})
        self.env.flush_all()
        self.run_cron()
        self.assertEqual(self.find_jobs().mapped("state"), ["cancelled"])

    def test_on_demand(self):
        self.forecast_flow.action_run_now()
        self.assertEqual(self.find_jobs().mapped("trigger"), ["manual"])
        # asked twice it is one run
        self.forecasts.action_send_now()
        self.assertEqual(len(self.find_jobs()), 1)

    def test_connection_test_tells(self):
        self.forecast_flow.state = "paused"
        self.connector._run_test()
        self.assertFalse(self.connector.warning_message)
        self.forecast_flow.action_resume()
        self.assertTrue(self.connector.is_testing)
        self.connector._run_test()
        self.assertIn("Into the books.", self.connector.warning_message)

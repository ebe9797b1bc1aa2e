from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ForecastCase


@tagged("post_install", "-at_install")
class TestForecastLoad(ForecastCase):
    """The dry run, and what it finds out that the daily run does not."""

    def check(self):
        load = self.env["integration.load"].create({"flow_id": self.forecast_flow.id})
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def get_outcomes(self, load):
        return sorted((line.outcome, line.detail or "") for line in load.line_ids)

    def test_dry_run_writes_nothing(self):
        lamp = self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)
        self.make_deal([(self.product, 10), (lamp, 2)], day=self.this_month)
        self.make_deal([(self.product_two, 10)], day=self.next_month)
        load = self.check()
        self.assertEqual(self.planner.documents, {})
        self.assertEqual(
            self.get_outcomes(load),
            [
                ("attention", "Is not mapped to a product of the ERP."),
                ("create", "5"),
                ("create", "5"),
            ],
        )
        self.assertEqual(load.total_count, 3)
        chair = load.line_ids.filtered(lambda line: "Chair" in line.name)
        self.assertEqual((chair.amount, chair.currency_id), (500, self.currency))
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.progress), ("done", 100))
        self.assertEqual(self.planner.get(self.this_month, "P-CHAIR"), "5")
        self.assertEqual(self.planner.get(self.next_month, "P-TABLE"), "5")

    def run_cron(self):
        """What starts flows from minute to minute."""
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.flow"]._cron_start_due_flows()
        self.env.invalidate_all()

    def test_looked_at_before_the_first_run(self):
        """As somebody starts it, by the buttons alone: nothing is written before."""
        flow = self.forecast_flow
        # as a new connector brings it along
        flow.write({"state": "paused", "next_run": flow.create_date})
        self.make_deal([(self.product, 10)])
        load = self.env["integration.load"].browse(flow.action_open_load()["res_id"])
        load.action_check()
        self.run_cron()
        self.run_lane()
        self.assertEqual((load.state, load.create_count), ("checked", 1))
        self.assertTrue(load.has_amounts)
        with self.assertRaisesRegex(UserError, "paused"):
            load.action_load()
        flow.action_resume()
        self.run_cron()
        self.run_lane()
        self.assertEqual(self.planner.documents, {}, "resumed is not sent")
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")
        flow.next_run = flow.create_date
        self.env.flush_all()
        self.run_cron()
        self.run_lane()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")
        self.assertGreater(flow.next_run, self.env.cr.now())

    def test_nothing_to_do(self):
        self.assertEqual(self.get_outcomes(self.check()), [])

    def test_changed_there(self):
        self.make_deal([(self.product, 10), (self.product_two, 10)])
        self.send()
        [document] = self.planner.documents.values()
        document["rows"]["P-CHAIR"] = ("", "7")
        lamp = self.make_product("Lamp", "LAMP", 10.0)
        document["rows"] |= {"P-LAMP": ("", "3"), "P-OWN": ("", "9")}
        load = self.check()
        self.assertEqual(
            self.get_outcomes(load),
            [
                ("change", "3 there, no demand here: set to zero"),
                ("change", "7 there, 5 here"),
                ("same", ""),
            ],
        )
        load.action_load()
        self.run_lane()
        self.assertEqual(document["rows"]["P-CHAIR"][1], "5")
        self.assertEqual(document["rows"]["P-LAMP"][1], "0")
        # nobody here knows it: the planners' own
        self.assertEqual(document["rows"]["P-OWN"][1], "9")
        self.assertFalse(self.get_rows(lamp))
        self.assertEqual(self.get_outcomes(self.check()), [("same", "")] * 2)

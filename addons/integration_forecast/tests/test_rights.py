from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ForecastCase


@tagged("post_install", "-at_install")
class TestRights(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "maya", "sales_team.group_sale_manager", email="maya@example.com"
        )

    def test_who_sees_it(self):
        self.make_deal([(self.product, 10)])
        self.send()
        self.assertEqual(self.get_rows().with_user(self.manager).quantity, 5)
        self.assertEqual(self.get_rows().with_user(self.steward).quantity, 5)
        # it is made of everybody's deals
        with self.assertRaises(AccessError):
            self.forecasts.with_user(self.salesperson).search([])
        with self.assertRaises(AccessError):
            self.get_rows().with_user(self.manager).write({"quantity": 1})

    def test_other_company(self):
        self.make_deal([(self.product, 10)])
        self.send()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "omar",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.forecasts.with_user(stranger).search([]))
        with self.assertRaises(UserError):
            self.forecasts.with_user(stranger).action_send_now()

    def test_started_by_who_looks_after_the_queue(self):
        self.forecast_flow.action_pause()
        manager = new_test_user(
            self.env, "ingo", "integration_hub.group_integration_manager"
        )
        self.forecast_flow.with_user(manager).action_resume()
        self.assertEqual(self.forecast_flow.state, "running")
        self.assertTrue(
            self.connector.is_testing, "what it makes of forecasts is asked"
        )

    def test_send_now(self):
        self.make_deal([(self.product, 10)])
        self.forecasts.with_user(self.manager).action_send_now()
        self.assertFalse(self.planner.documents, "not in the request")
        self.run_lane()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "5")
        with self.assertRaises(AccessError):
            self.forecasts.with_user(self.salesperson).action_send_now()
        self.forecast_flow.action_pause()
        with self.assertRaisesRegex(UserError, "paused"):
            self.forecasts.with_user(self.manager).action_send_now()

    def test_deals_behind_a_figure(self):
        deal = self.make_deal([(self.product, 10)])
        self.make_deal([(self.product_two, 10)])
        quoted = self.make_deal()
        self.make_quotation(quoted, [(self.product, 1)])
        self.send()
        row = self.get_rows(self.product).with_user(self.manager)
        domain = row.action_view_deals()["domain"]
        self.assertEqual(self.env["crm.lead"].search(domain), deal | quoted)

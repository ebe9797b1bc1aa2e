from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestAfterwards(SaleCase):
    """What happens to a deal after it was won, sent or not."""

    def test_confirmed_later_is_sent(self):
        lead = self.make_lead()
        self.make_order(lead).action_confirm()
        self.push(lead)
        later = self.make_order(lead)
        self.commit()
        self.assertEqual(len(self.get_jobs(lead)), 1)
        later.with_user(self.salesperson).action_confirm()
        self.run_lane()
        self.assertEqual(later.integration_status, "in_erp")
        self.assertEqual(len(lead.erp_order_ids), 2)

    def test_order_made_of_sent_lines_is_not_sent_again(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        order = self.make_order(lead)
        order.action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, order)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_other_quotation_confirmed_later(self):
        lead = self.make_lead()
        sent = self.make_order(lead)
        self.push(lead)
        other = self.make_order(lead)
        other.action_confirm()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn(other.name, lead.integration_message)
        self.assertEqual(lead.erp_order_ids.sale_order_ids, sent)

    def test_won_again_sends_nothing_twice(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        lead.probability = 50
        self.assertEqual(lead.integration_issue, "reopened")
        self.assertIn("No longer won", self.get_activities(lead).note)
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_lost_before_it_went(self):
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        lead.action_set_lost()
        self.run_lane()
        self.assertFalse(self.erp.orders)
        self.assertEqual(self.get_jobs(lead).state, "cancelled")
        self.assertEqual(lead.integration_status, "none")

    def test_change_before_it_went(self):
        self.connector.state = "paused"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        lead.lead_line_ids.quantity = 5
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(
            self.get_remote_order(lead)["request"]["lines"][0]["quantity"], "5"
        )
        self.assertEqual(lead.integration_status, "in_erp")

    def ask_first(self):
        self.connector._get_flow("sale_change_push").change_policy = "ask"

    def test_change_afterwards_is_told(self):
        self.ask_first()
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        order.order_line.product_uom_qty = 7
        self.commit()
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(order.integration_status, "attention")
        self.assertEqual(lead.integration_fix, "acknowledge")
        self.assertEqual(len(self.erp.orders), 1)
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertEqual(lead.integration_status, "in_erp")
        order.order_line.product_uom_qty = 8
        self.commit()
        self.assertEqual(lead.integration_status, "attention")

    def test_change_taken_back(self):
        self.ask_first()
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        order.order_line.product_uom_qty = 7
        self.commit()
        order.order_line.product_uom_qty = 2
        self.commit()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_without_customer(self):
        lead = self.make_lead(
            [(self.product, 1)],
            partner_id=False,
            partner_name="New Customer Inc",
            email_from="ceo@new.example",
        )
        self.push(lead)
        self.assertEqual(lead.partner_id.commercial_partner_id.name, "New Customer Inc")
        self.assertEqual(lead.integration_status, "in_erp")
        nobody = self.make_lead([(self.product, 1)], partner_id=False)
        self.win(nobody)
        self.assertEqual(nobody.integration_issue, "customer")
        self.assertFalse(self.get_jobs(nobody))

    def test_imported_as_confirmed(self):
        lead = self.make_lead()
        self.win(lead)
        order = self.make_order(lead, state="sale")
        self.run_lane()
        self.assertEqual(order.integration_status, "in_erp")

    def test_draft_on_a_won_deal_is_not_sent_by_itself(self):
        lead = self.make_lead()
        self.win(lead)
        order = self.make_order(lead)
        self.run_lane()
        self.assertFalse(self.erp.orders)
        self.assertEqual(lead.integration_issue, "nothing")
        lead.with_user(self.salesperson).action_fix_integration()
        self.run_lane()
        self.assertEqual(order.integration_status, "in_erp")

    def test_changed_while_it_was_on_its_way(self):
        self.ask_first()
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.win(lead)
        job = self.env["integration.job"].search([("res_id", "=", lead.id)])
        job.state = "running"
        order.order_line.product_uom_qty = 9
        self.commit()
        self.assertTrue(lead.integration_recheck)
        job.state = "waiting"
        self.run_lane()
        self.assertFalse(lead.integration_recheck)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("changed after", lead.integration_message)

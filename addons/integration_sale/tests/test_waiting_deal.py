from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import ValidationError

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestWaitingDeal(SaleCase):
    """What is put right before it goes out, goes out right."""

    def test_customer_corrected_while_it_waits(self):
        self.connector.state = "paused"
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        other = self.partner.create({"name": "Green Ltd", "email": "green@example.com"})
        lead.with_user(self.salesperson).partner_id = other
        self.commit()
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")
        party_id = self.get_remote_order(lead)["request"]["party_id"]
        self.assertEqual(self.erp.parties[party_id]["name"], "Green Ltd")

    def test_customer_corrected_after_a_refusal(self):
        lead = self.make_lead([(self.product, 2)])
        self.erp.faults["order_create"] = [ValidationError("Not this customer.")]
        self.push(lead)
        self.assertEqual(lead.integration_status, "attention")
        lead.partner_id = self.partner.create({"name": "Green Ltd"})
        self.commit()
        self.run_lane()
        party_id = self.get_remote_order(lead)["request"]["party_id"]
        self.assertEqual(self.erp.parties[party_id]["name"], "Green Ltd")

    def test_customer_changed_after_it_went_is_told(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        lead.partner_id = self.partner.create({"name": "Green Ltd"})
        self.commit()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_issue, "changed")
        self.assertIn("Customer", lead.integration_message)

    def test_salesperson_of_a_waiting_quotation(self):
        other = new_test_user(
            self.env, "sam", "sales_team.group_sale_salesman_all_leads"
        )
        self.erp.values["salesperson"] = [
            self.make_value("31", "Sally"),
            self.make_value("32", "Sam"),
        ]
        self.connector.state = "paused"
        lead = self.make_lead()
        order = self.make_order(lead)
        self.push(lead)
        order.user_id = other
        self.commit()
        [payload] = self.get_payloads(lead)
        self.assertEqual(payload["salesperson_id"], other.id)

    def test_salesperson_of_an_order_that_is_there(self):
        """No reason to change it there."""
        lead = self.make_lead()
        order = self.make_order(lead)
        self.push(lead)
        calls = dict(self.erp.calls)
        order.user_id = self.steward
        lead.user_id = self.steward
        self.commit()
        self.run_lane()
        self.assertFalse(lead.integration_issue)
        self.assertEqual(dict(self.erp.calls), calls)

    def test_empty_quotation_hides_nothing(self):
        lead = self.make_lead([(self.product, 2)])
        self.make_order(lead, [])
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        [line] = self.get_remote_order(lead)["request"]["lines"]
        self.assertEqual(line["quantity"], "2")

    def test_empty_quotation_is_no_choice(self):
        lead = self.make_lead()
        quotation = self.make_order(lead)
        self.make_order(lead, [], order_line=[self.get_note()])
        action = lead.with_user(self.salesperson).action_set_won_rainbowman()
        self.assertNotEqual(
            (action or {}).get("res_model"), "integration.choose.quotation"
        )
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.sale_order_ids, quotation)

    def get_note(self):
        return Command.create({"display_type": "line_note", "name": "To follow"})

    def test_order_date_of_what_was_not_confirmed_is_the_win(self):
        lead = self.make_lead()
        self.make_order(lead, date_order=datetime(2020, 1, 15, 12))
        self.push(lead)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["order_date"], str(date.today()))

    def test_order_date_of_what_was_confirmed_stays(self):
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        order.date_order = datetime(2020, 1, 15, 12)
        self.push(lead)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["order_date"], "2020-01-15")


@tagged("post_install", "-at_install")
class TestKeyWrittenOver(SaleCase):
    """Our key lies where people over there may write; the order is known all the same."""

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead([(self.product, 2)])

    def write_over_key(self):
        [order] = self.erp.orders.values()
        order["key"] = "PO 4711"
        return order

    def test_total_accepted(self):
        self.erp.surcharge = 5
        self.push(self.lead)
        erp_order = self.lead.erp_order_ids
        self.assertEqual(erp_order.difference_state, "open")
        order = self.write_over_key()
        erp_order.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1, "not a second one")
        self.assertEqual(order["state"], "confirmed")
        self.assertEqual(erp_order.remote_id, order["remote_id"])

    def test_key_of_another_deal(self):
        """Not ours for certain, so it is left alone; and no second one is made."""
        self.push(self.lead)
        order = self.write_over_key()
        order["key"] = f"{self.lead.erp_order_ids.key}99"
        job = self.get_jobs(self.lead)
        job.sudo()._queue_again({})
        self.run_lane()
        job = self.get_jobs(self.lead)[-1:]
        self.assertEqual((job.state, job.error_kind), ("failed", "validation"))
        self.assertIn("key of another", job.error_message)
        self.assertEqual(len(self.erp.orders), 1)

    def test_replayed(self):
        self.push(self.lead)
        order = self.write_over_key()
        for mode in ("today", "sent"):
            job = self.get_jobs(self.lead)[-1:]
            action = job.with_user(self.steward).action_replay()
            wizard = self.env["integration.replay"].browse(action["res_id"])
            self.assertEqual(wizard.outcome, "same", wizard.difference_html)
            wizard.with_user(self.steward).mode = mode
            wizard.with_user(self.steward).action_replay()
            self.run_lane()
        self.assertEqual([*self.erp.orders], [order["remote_id"]])
        self.assertEqual(self.get_jobs(self.lead).mapped("state"), ["done"] * 3)

    def test_deleted_there_it_is_made_anew(self):
        self.push(self.lead)
        job = self.get_jobs(self.lead)
        self.erp.orders.clear()
        job.sudo()._queue_again({})
        self.run_lane()
        [order] = self.erp.orders.values()
        self.assertEqual(self.lead.erp_order_ids.remote_id, order["remote_id"])

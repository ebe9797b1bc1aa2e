import json
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError
from odoo.addons.integration_hub.client import ValidationError as RefusedError
from odoo.addons.integration_hub.models import integration_lane

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestWithoutKey(SaleCase):
    """A system that can't keep our key: told by number, amount and date, else asked."""

    def setUp(self):
        super().setUp()
        self.erp.keeps_keys = False
        self.connector._run_test()
        # a lost call is over at once
        self.connector.settle_seconds = 0.001

    def lose_the_answer(self):
        self.erp.faults["order_create"] = [lambda: OutcomeUnknownError("Answer lost.")]

    def win_with_a_lost_answer(self):
        lead = self.make_lead([(self.product, 2)])
        self.lose_the_answer()
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.try_again(lead)
        return lead

    def try_again(self, lead):
        job = self.get_jobs(lead)[-1:]
        job.write(
            {
                "next_try": "2020-01-01",
                "unsettled_until": job.unsettled_until and "2020-01-01",
            }
        )
        self.run_lane()

    def open_correction(self, job):
        administrator = new_test_user(
            self.env,
            "olga",
            "integration_hub.group_integration_administrator,"
            "sales_team.group_sale_salesman_all_leads",
        )
        wizards = self.env["integration.correct.request"].with_user(administrator)
        wizard = wizards.browse(job.with_user(administrator).action_correct()["res_id"])
        wizard.reason = "Try"
        return wizard

    def get_candidates(self, lead):
        job = self.get_jobs(lead)
        action = job.with_user(self.steward).action_choose_candidate()
        return (
            self.env["integration.choose.candidate"]
            .with_user(self.steward)
            .browse(action["res_id"])
        )

    def test_said_on_the_connector(self):
        self.assertEqual(self.connector.key_storage, "none")

    def test_made_once(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(self.erp.calls["order_find"], 0)

    def test_lost_answer_number_amount_and_date_tell(self):
        lead = self.win_with_a_lost_answer()
        self.assertEqual(len(self.erp.orders), 1, "not a second one")
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(lead.erp_order_ids.remote_id, *self.erp.orders)

    def test_lost_answer_without_our_number_a_person_is_asked(self):
        self.erp.keeps_numbers = False
        lead = self.win_with_a_lost_answer()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("which one it is", lead.integration_message)
        wizard = self.get_candidates(lead)
        self.assertEqual(wizard.line_ids.remote_id, *self.erp.orders)
        self.assertIn("240.00", wizard.line_ids.detail)
        wizard.line_ids.action_choose()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(lead.erp_order_ids.remote_id, *self.erp.orders)

    def test_none_of_them_it_is_created(self):
        """Even when that answer is lost in its turn, it is not created blindly."""
        self.erp.keeps_numbers = False
        lead = self.win_with_a_lost_answer()
        self.lose_the_answer()
        self.get_candidates(lead).action_create_new()
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 2)
        self.try_again(lead)
        self.assertEqual(len(self.erp.orders), 2)
        self.assertEqual(lead.integration_status, "attention")
        wizard = self.get_candidates(lead)
        first, second = self.erp.orders
        self.assertEqual(wizard.line_ids.remote_id, second, "the other was ruled out")
        wizard.line_ids.action_choose()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.remote_id, second)

    def test_same_order_twice_on_a_day_is_no_doubt(self):
        """The first one belongs to another deal, which is known."""
        self.erp.keeps_numbers = False
        first, second = (
            self.make_lead([(self.product, 2)]),
            self.make_lead([(self.product, 2)]),
        )
        self.push(first)
        self.push(second)
        self.assertEqual(len(self.erp.orders), 2)
        self.assertEqual(second.integration_status, "in_erp")

    def test_twins(self):
        """Deals that nothing tells apart, and one order: it is taken once."""
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        leads = [self.make_lead([(self.product, 2)]) for _number in range(3)]
        self.lose_the_answer()
        self.push(leads[0])
        self.assertEqual(len(self.erp.orders), 1)
        self.push(leads[1] | leads[2])
        self.assertEqual(
            [lead.integration_status for lead in leads],
            ["waiting", "in_erp", "waiting"],
        )
        self.assertIn("of another deal", self.get_jobs(leads[2]).error_message)
        self.try_again(leads[0])
        self.try_again(leads[2])
        self.assertEqual([lead.integration_status for lead in leads], ["in_erp"] * 3)
        self.assertEqual(len(self.erp.orders), 3)
        self.assertEqual(len({lead.erp_order_ids.remote_id for lead in leads}), 3)

    def test_known_order_is_read_by_its_id(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        job = self.get_jobs(lead)
        job.sudo()._queue_again({})
        self.run_lane()
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.get_jobs(lead).mapped("state"), ["done", "done"])

    def test_as_it_was_sent_though_it_was_changed_there(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        [order] = self.erp.orders.values()
        order["request"].update(number="changed", order_date="2001-01-01")
        order["request"]["lines"][0]["quantity"] = "9"
        action = self.get_jobs(lead).with_user(self.steward).action_replay()
        wizard = self.env["integration.replay"].browse(action["res_id"])
        wizard.with_user(self.steward).mode = "sent"
        wizard.with_user(self.steward).action_replay()
        self.run_lane()
        self.assertEqual(self.get_jobs(lead)[-1].state, "done")
        self.assertEqual(len(self.erp.orders), 1, "not a second one")

    def replay_as_today(self, lead):
        action = self.get_jobs(lead).with_user(self.steward).action_replay()
        wizard = self.env["integration.replay"].browse(action["res_id"])
        wizard.with_user(self.steward).mode = "today"
        wizard.with_user(self.steward).action_replay()

    def link_to_another_customer(self):
        """What it was sent for is somebody else there by now; and nothing says so here."""
        link = self.env["integration.external.id"].search(
            [("kind", "=", "party"), ("res_id", "=", self.partner.id)]
        )
        link.remote_id = self.erp.add_party("Brown Holding", "", "", "")

    def test_lost_order_is_looked_for_as_it_was_sent(self):
        # given up on before it is looked for
        self.connector.max_attempts = 1
        for keeps_numbers, state in ((True, "done"), (False, "attention")):
            self.erp.keeps_numbers = keeps_numbers
            self.erp.orders.clear()
            lead = self.make_lead([(self.product, 2)])
            self.lose_the_answer()
            self.push(lead)
            self.assertEqual(self.get_jobs(lead).state, "failed")
            [order_id] = self.erp.orders
            self.link_to_another_customer()
            self.replay_as_today(lead)
            self.try_again(lead)
            job = self.get_jobs(lead)
            self.assertEqual([*self.erp.orders], [order_id], "not a second one")
            self.assertEqual(job.state, state)
            if keeps_numbers:
                self.assertEqual(lead.erp_order_ids.remote_id, order_id)
            else:
                offered = [item["id"] for item in job.error_detail["candidates"]]
                self.assertEqual(offered, [order_id])

    def test_lost_order_is_looked_for_after_a_second_change_too(self):
        self.erp.keeps_numbers = False
        self.connector.max_attempts = 1
        self.connector.settle_seconds = 3600
        lead = self.make_lead([(self.product, 2)])
        self.lose_the_answer()
        self.push(lead)
        [order_id] = self.erp.orders
        for _number in range(2):
            self.link_to_another_customer()
            self.replay_as_today(lead)
            # the search itself gets no answer, so nothing is known yet
            self.erp.faults["order_search"] = [NetworkError("Down.")]
            self.run_lane()
            self.assertEqual(self.get_jobs(lead).state, "failed")
        self.replay_as_today(lead)
        self.run_lane()
        self.assertEqual([*self.erp.orders], [order_id], "not a second one")
        [candidate] = self.get_jobs(lead).error_detail["candidates"]
        self.assertEqual(candidate["id"], order_id)

    def test_what_it_is_looked_for_by_stays(self):
        # given up on before it is looked for
        self.connector.max_attempts = 1
        lead = self.make_lead([(self.product, 2)])
        self.lose_the_answer()
        self.push(lead)
        job = self.get_jobs(lead)
        self.assertTrue(job.unsettled_until)
        wizard = self.open_correction(job)
        request = json.loads(wizard.request_text)
        for changes, head in (
            ({"number": "other"}, {}),
            ({"order_date": "2001-01-01"}, {}),
            ({}, {"total": "1.00"}),
        ):
            wizard.request_text = json.dumps(
                {**request, **head, "order": {**request["order"], **changes}}
            )
            with self.assertRaisesRegex(ValidationError, "these must stay"):
                wizard.action_send()
        wizard.request_text = json.dumps(
            {**request, "order": {**request["order"], "note": "Gate 3"}}
        )
        wizard.action_send()
        self.try_again(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_corrected_lines_bring_their_totals(self):
        """A lost answer to what was corrected is looked for as well."""
        self.erp.keeps_numbers = False
        lead = self.make_lead([(self.product, 2)])
        self.erp.faults["order_create"] = [RefusedError("Not so many.")]
        self.push(lead)
        wizard = self.open_correction(self.get_jobs(lead))
        request = json.loads(wizard.request_text)
        [line] = request["order"]["lines"]
        line["quantity"] = "1"
        wizard.request_text = json.dumps(request)
        with self.assertRaisesRegex(ValidationError, "Correct total_untaxed"):
            wizard.action_send()
        request |= {"total_untaxed": "100.00", "total": "one hundred"}
        wizard.request_text = json.dumps(request)
        with self.assertRaisesRegex(ValidationError, "must be a number"):
            wizard.action_send()
        wizard.request_text = json.dumps(request | {"total": "120.00"})
        wizard.action_send()
        self.lose_the_answer()
        self.run_lane()
        self.try_again(lead)
        self.assertEqual(len(self.erp.orders), 1, "not a second one")
        self.assertEqual(self.get_jobs(lead).error_kind, "ambiguous_match")

    # -- customers --------------------------------------------------------------------

    def win_with_a_lost_customer(self):
        self.partner.write({"vat": False, "email": False})
        lead = self.make_lead([(self.product, 2)])
        self.erp.faults["party_create"] = [lambda: OutcomeUnknownError("Lost.")]
        self.push(lead)
        self.assertEqual(len(self.erp.parties), 1)
        self.look_again()
        return lead

    def look_again(self):
        job = self.get_customer_jobs()[:1]
        job.write(
            {
                "next_try": "2020-01-01",
                "unsettled_until": job.unsettled_until and "2020-01-01",
            }
        )
        self.run_lane()

    def get_customer_jobs(self):
        return self.env["integration.job"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.partner.id)]
        )

    def test_customer_without_vat_and_email_is_asked_for(self):
        lead = self.win_with_a_lost_customer()
        self.assertEqual(len(self.erp.parties), 1, "not a second one")
        job = self.get_customer_jobs()
        self.assertEqual((job.state, job.error_kind), ("attention", "ambiguous_match"))
        action = job.with_user(self.steward).action_choose_candidate()
        wizard = self.env["integration.choose.candidate"].browse(action["res_id"])
        wizard.line_ids.action_choose()
        self.run_lane()
        self.assertEqual(len(self.erp.parties), 1)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_lost_customer_is_looked_for_as_it_was_sent(self):
        """Though its name has been put right since."""
        self.connector.max_attempts = 1
        self.win_with_a_lost_customer()
        [party_id] = self.erp.parties
        self.partner.name = "Quite Another B.V."
        self.commit()
        self.get_customer_jobs().sudo()._arm()
        self.look_again()
        self.assertEqual([*self.erp.parties], [party_id], "not a second one")
        job = self.get_customer_jobs()
        self.assertEqual(job.error_kind, "ambiguous_match")
        self.assertEqual(job.error_detail["candidates"][0]["id"], party_id)

    def test_new_customer_is_not_created_blindly_either(self):
        self.win_with_a_lost_customer()
        self.erp.faults["party_create"] = [lambda: OutcomeUnknownError("Lost.")]
        job = self.get_customer_jobs()
        action = job.with_user(self.steward).action_choose_candidate()
        wizard = self.env["integration.choose.candidate"].browse(action["res_id"])
        wizard.action_create_new()
        self.run_lane()
        self.assertEqual(len(self.erp.parties), 2)
        self.look_again()
        self.assertEqual(len(self.erp.parties), 2)
        self.assertEqual(job.state, "attention")
        first, second = self.erp.parties
        offered = [item["id"] for item in job.error_detail["candidates"]]
        self.assertEqual(offered, [second], "the first was ruled out")

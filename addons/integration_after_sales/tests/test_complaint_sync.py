from datetime import timedelta

import odoo.sql_db
from odoo.exceptions import UserError
from odoo.exceptions import ValidationError as UserValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import (
    OutcomeUnknownError,
    ValidationError,
)
from odoo.addons.integration_hub.models import integration_lane

from .common import ComplaintCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestComplaintSync(ComplaintCase):
    """Out, with faults."""

    def test_sent_once(self):
        complaint = self.make_sent()
        self.assertEqual((complaint.state, complaint.sync_state), ("new", "sent"))
        self.assertIn("It drips.", self.get_there(complaint)["text"])
        complaint.action_send()
        self.run_lane()
        self.assertEqual(self.erp.calls["complaint_create"], 1)
        self.assertEqual(len(self.erp.complaints), 1)

    def test_volume(self):
        """A few statements for each of many, and the same number of calls."""

        def count(number):
            customers = self.env["res.partner"].create(
                [{"name": f"Customer {n}", "is_company": True} for n in range(number)]
            )
            leads = self.env["crm.lead"].create([{"name": "Deal"}] * number)
            for customer, lead in zip(customers, leads, strict=True):
                self.link(customer, f"P{customer.id}")
                self.link(lead, f"O{lead.id}", "order")
                product = self.make_mapped_product(f"A{customer.id}")
                self.make_complaint(
                    partner_id=customer.id, lead_id=lead.id, product_id=product.id
                ).action_send()
            self.env.flush_all()
            before, calls = odoo.sql_db.sql_counter, self.erp.calls.total()
            self.run_lane()
            return odoo.sql_db.sql_counter - before, self.erp.calls.total() - calls

        count(2)
        few, calls = count(5)
        many, calls_of_many = count(45)
        self.assertEqual(self.Complaint.search_count([("sync_state", "=", "sent")]), 52)
        self.assertTrue(all(item["order_id"] for item in self.erp.complaints.values()))
        self.assertEqual(calls_of_many, calls)
        self.assertLess((many - few) / 40, 1)

    def test_customer_goes_first(self):
        partner = self.env["res.partner"].create({"name": "New", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": partner.id}
        )
        complaint = self.make_sent(partner_id=contact.id)
        self.assertEqual(complaint.sync_state, "sent")
        self.assertTrue(self.get_there(complaint)["party_id"].startswith("PCRM-"))
        self.assertIn("Reported by: Ann", self.get_there(complaint)["text"])

    def test_answer_lost(self):
        """Looked up before it is made again."""
        complaint = self.make_complaint()
        create = FakeClient.complaint_create

        def lose(client, complaints):
            create(client, complaints)
            raise OutcomeUnknownError("cut off")

        self.patch(FakeClient, "complaint_create", lose)
        complaint.action_send()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent")
        self.assertEqual(self.get_jobs().attempts, 2)
        self.assertEqual(len(self.erp.complaints), 1)

    def test_answer_lost_and_not_there_yet(self):
        """Made again only once the lost call has surely ended."""
        complaint = self.make_complaint()
        create = FakeClient.complaint_create

        def lose(client, complaints):
            raise OutcomeUnknownError("cut off")

        self.patch(FakeClient, "complaint_create", lose)
        complaint.action_send()
        self.run_lane()
        self.patch(FakeClient, "complaint_create", create)
        job = self.get_jobs()
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "retrying")
        self.assertFalse(self.erp.complaints)
        job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
        job.action_retry()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent")

    def lose(self, is_made):
        """:return: a complaint, and the job that is to find out what became of it"""
        self.patch(integration_lane, "WAIT_FOR_RETRY", 0.0)
        complaint = self.make_complaint()
        create = FakeClient.complaint_create

        def lose(client, complaints):
            if is_made:
                create(client, complaints)
            raise OutcomeUnknownError("cut off")

        self.patch(FakeClient, "complaint_create", lose)
        complaint.action_send()
        self.run_lane()
        job = self.get_jobs()
        self.assertEqual((job.state, job.cancel_outcome), ("retrying", "looked_up"))
        return complaint, job

    def test_cancelled_though_it_is_there(self):
        """It is known from then on, and left as it is until it is changed again."""
        complaint, job = self.lose(is_made=True)
        complaint.description = "Ours"
        job.action_cancel()
        self.run_lane()
        self.assertEqual((job.state, complaint.sync_state), ("done", "sent"))
        self.assertIn("It drips.", self.get_there(complaint)["text"])
        complaint.description = "Ours, too"
        self.run_lane()
        self.assertIn("Ours, too", self.get_there(complaint)["text"])

    def test_cancelled_and_not_there(self):
        complaint, job = self.lose(is_made=False)
        job.action_cancel()
        job.unsettled_until = self.env.cr.now() - timedelta(seconds=1)
        self.run_lane()
        self.assertEqual((job.state, complaint.sync_state), ("cancelled", "none"))
        self.assertEqual(self.erp.calls["complaint_create"], 0)

    def test_both_sides_change(self):
        complaint = self.make_sent()
        self.get_there(complaint)["text"] = "Theirs"
        complaint.description = "Ours"
        self.run_lane()
        self.assertIn("Ours", self.get_there(complaint)["text"])
        self.assertIn("Theirs", complaint.message_ids[0].body)

    def test_their_change_alone_is_left(self):
        complaint = self.make_sent()
        self.get_there(complaint)["text"] = "Theirs"
        complaint._enqueue_push("test")
        self.run_lane()
        self.assertEqual(self.get_there(complaint)["text"], "Theirs")
        self.assertFalse(self.erp.calls["complaint_update"])

    def test_refused(self):
        complaint = self.make_complaint()
        self.erp.faults = [ValidationError("Not like this.")]
        complaint.action_send()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "attention")
        self.assertEqual(complaint.sync_message, "Not like this.")
        activity = complaint.activity_ids
        self.assertEqual(activity.user_id, self.anna)
        complaint.description = "Mended"
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent")
        self.assertFalse(complaint.activity_ids)

    def test_not_mapped(self):
        product = self.env["product.product"].create({"name": "Hose"})
        self.connector.user_id = self.bert
        complaint = self.make_sent(product_id=product.id)
        self.assertEqual(complaint.sync_state, "attention")
        self.assertIn("Hose", complaint.sync_message)
        self.assertEqual(complaint.activity_ids.user_id, self.bert)
        line = self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )
        line.write({"remote_id": "R7", "factor": 12})
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent")
        there = self.get_there(complaint)
        self.assertEqual((there["product_id"], there["quantity"]), ("R7", "12"))
        self.assertFalse(complaint.activity_ids)

    def test_withdrawn_before_it_was_sent(self):
        self.connector.action_pause()
        complaint = self.make_complaint()
        complaint.action_send()
        complaint.action_withdraw()
        self.connector.action_start()
        self.run_lane()
        self.assertEqual(complaint.state, "cancelled")
        there = self.erp.complaints.values()
        self.assertFalse([item for item in there if item["state"] != "cancelled"])

    def test_withdrawn_while_the_product_was_not_mapped(self):
        """Once it is mapped, nothing of it goes over."""
        product = self.env["product.product"].create({"name": "Hose"})
        complaint = self.make_sent(product_id=product.id)
        job = self.get_jobs()
        self.assertEqual(job.state, "attention")
        complaint.action_withdraw()
        self.assertEqual((complaint.state, job.state), ("cancelled", "cancelled"))
        self.assertFalse(complaint.activity_ids)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        ).remote_id = "R7"
        self.run_lane()
        self.assertFalse(self.erp.complaints)
        # nor by the button of the queue
        job.action_retry()
        self.run_lane()
        self.assertFalse(self.erp.complaints)
        self.assertIn("withdrawn here", complaint.sync_message)
        with self.assertRaisesRegex(UserError, "Set it to draft first"):
            complaint.action_send()
        complaint.action_withdraw()
        complaint.action_back_to_draft()
        complaint.action_send()
        self.run_lane()
        self.assertEqual(len(self.erp.complaints), 1)

    def test_withdrawn_after_it_was_refused(self):
        """It may be there all the same: that is looked up."""
        complaint = self.make_complaint()
        self.erp.faults = [ValidationError("Not like this.")]
        complaint.action_send()
        self.run_lane()
        self.erp.add(keys=[complaint._get_key()], party_id="P1")
        complaint.action_withdraw()
        self.run_lane()
        self.assertEqual(self.erp.complaints["1"]["state"], "cancelled")
        self.assertEqual(complaint.state, "cancelled")

    def test_sent_again_after_a_refused_withdrawal(self):
        complaint = self.make_sent()
        self.get_there(complaint)["state"] = "done"
        complaint.action_withdraw()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "attention")
        self.get_there(complaint)["state"] = "new"
        complaint.action_send()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent")
        complaint.action_withdraw()
        self.run_lane()
        self.assertEqual(complaint.state, "cancelled")

    def test_timeline(self):
        complaint = self.make_sent()
        complaint.description = "More"
        self.run_lane()
        steward = new_test_user(
            self.env, "steward", "integration_hub.group_integration_manager"
        )
        action = complaint.with_user(steward).action_view_timeline()
        entries = (
            self.env["integration.timeline"].with_user(steward).search(action["domain"])
        )
        self.assertEqual(
            sorted(entries.mapped("direction")), ["in", "in", "out", "out"]
        )
        self.assertIn("More", "".join(entries.mapped("diff_html")))

    def test_corrected_by_hand(self):
        complaint = self.make_sent()
        job = self.get_jobs()
        request = job._get_sent_request()
        wrong = {
            **request,
            "complaint": {**request["complaint"], "key": "CRM-other-C1"},
        }
        with self.assertRaises(UserValidationError):
            self.push_flow._get_handler()._check_request(self.push_flow, job, wrong)
        renewed = self.push_flow._get_handler()._renew_requests(
            self.push_flow, {job: request}
        )
        self.assertEqual(renewed[job]["remote_id"], complaint.remote_id)

    def test_merged_customers(self):
        other = self.env["res.partner"].create({"name": "Twin", "is_company": True})
        complaint = self.make_sent(partner_id=other.id)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | other).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertEqual(complaint.commercial_partner_id, self.partner)

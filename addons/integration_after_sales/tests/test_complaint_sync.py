from datetime import timedelta

import odoo.sql_db
from odoo.exceptions import UserError
from odoo.exceptions import ValidationError as UserValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import (
    NetworkError,
    OutcomeUnknownError,
    ValidationError,
)
from odoo.addons.integration_hub.models import integration_lane

from .common import ComplaintCase
from .fake_erp import FakeClient, make_step


@tagged("post_install", "-at_install")
class TestComplaintSync(ComplaintCase):
    """Out and back, with faults."""

    def get_there(self, complaint):
        return self.erp.complaints[complaint.remote_id]

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

    def test_return_that_comes_in_after_the_end(self):
        """A complaint is closed as soon as its return is planned; that is carried out
        later."""
        complaint = self.make_sent()
        self.pull()
        there = self.get_there(complaint)
        there.update(
            state="done",
            changed_at="2026-11-02T10:00:00",
            steps=[make_step("sale,1"), make_step("sale,2", number="RET2")],
        )
        complaint.action_read_from_erp()
        self.run_lane()
        complaint.sudo().write(
            {
                "checked_at": self.env.cr.now() - timedelta(hours=2),
                "closed_at": self.env.cr.now() - timedelta(days=2),
            }
        )
        there["steps"] = [
            make_step("sale,1", state="done"),
            make_step("sale,2", number="RET2", state="cancelled"),
        ]
        self.pull()
        self.assertEqual(complaint.step_ids[-2:].mapped("state"), ["done", "cancelled"])
        self.assertIn("RET1: done", complaint.message_ids[0].body)
        self.assertIn("RET2: cancelled", complaint.message_ids[0].body)
        complaint.sudo().checked_at = self.env.cr.now() - timedelta(hours=2)
        self.assertFalse(
            self.pull_flow._get_handler()._find_to_ask_again(self.pull_flow)
        )

    def test_found_again(self):
        """A right was missing there for a while."""
        complaint = self.make_sent()
        self.pull()
        there = self.erp.complaints.pop(complaint.remote_id)
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(complaint.state, "deleted")
        self.erp.complaints[complaint.remote_id] = there
        complaint.sudo().checked_at = self.env.cr.now() - timedelta(hours=2)
        self.pull()
        self.assertEqual(complaint.state, "new")
        self.assertFalse(complaint.closed_at)

    def test_history(self):
        complaint = self.make_sent()
        there = self.get_there(complaint)
        there.update(
            state="accepted",
            changed_at="2026-11-02T10:00:00",
            steps=[
                make_step("sale,1", amount="12.50", currency="EUR"),
                make_step("part,1", "part_added", name="Seal"),
            ],
        )
        self.pull()
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(complaint.state, "accepted")
        self.assertEqual(
            sorted(complaint.step_ids.mapped("remote_key")),
            [
                "part,1",
                "sale,1",
                "state accepted 2026-11-02T10:00:00",
                "state new 2026-11-01T10:00:00",
            ],
        )
        told = complaint.message_ids[0]
        self.assertIn("Accepted", told.body)
        self.assertIn(self.anna.partner_id, told.notified_partner_ids)
        # a part was taken out again, the return carried out
        there.update(
            state="done",
            changed_at="2026-11-03T10:00:00",
            steps=[make_step("sale,1", state="done", amount="12.50", currency="EUR")],
        )
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertTrue(complaint.closed_at)
        self.assertNotIn("part,1", complaint.step_ids.mapped("remote_key"))
        self.assertIn("RET1: done", complaint.message_ids[0].body)

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

    def test_opened_there(self):
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": self.partner.id, "user_id": self.bert.id}
        )
        self.link(lead, "O1", "order")
        self.pull()
        self.erp.add(party_id="P1", order_id="O1", text="Broken\nAll of it")
        self.erp.add(party_id="P2", text="Of somebody else")
        self.pull()
        complaint = self.Complaint.search([("origin", "=", "erp")])
        self.assertEqual(complaint.subject, "Broken")
        self.assertEqual(complaint.lead_id, lead)
        self.assertEqual(complaint.user_id, self.bert)
        self.assertIn(self.bert.partner_id, complaint.message_ids.notified_partner_ids)
        self.assertTrue(lead.complaint_count)

    def test_many_pages(self):
        for number in range(7):
            self.erp.add(party_id="P1", text=f"Number {number}")
        self.pull_flow.batch_size = 3
        self.pull()
        found = self.Complaint.search([("origin", "=", "erp")])
        self.assertEqual(len(found), 7)
        self.assertFalse(found.message_ids.filtered("partner_ids"), "a first reading")
        self.erp.faults = [NetworkError("cut off")]
        self.erp.add(party_id="P1", text="New")
        self.pull()
        self.assertEqual(self.partner.complaint_count, 8)

    def test_open_ones_are_asked_again(self):
        complaint = self.make_sent()
        self.pull()
        del self.erp.complaints[complaint.remote_id]
        complaint.sudo().checked_at = self.env.cr.now() - timedelta(hours=2)
        self.pull()
        self.assertEqual(complaint.state, "deleted")

    def test_what_is_lacking(self):
        self.erp.lacking = ["Complaints: activate the module."]
        self.connector._run_test()
        self.assertIn("activate the module", self.connector.warning_message)
        self.pull()
        self.assertIn("activate the module", self.pull_flow.last_message)
        self.assertEqual(self.get_jobs(self.pull_flow).state, "done")

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

    def test_load(self):
        sent = self.make_sent()
        self.erp.add(party_id="P1", text="Old", steps=[make_step("s,1")])
        self.erp.add(party_id="P2", text="Of somebody else")
        load = self.env["integration.load"].create({"flow_id": self.pull_flow.id})
        load.action_check()
        self.run_lane()
        self.assertEqual(
            {line.remote_id: line.outcome for line in load.line_ids},
            {sent.remote_id: "same", "2": "create", "3": "same"},
        )
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.partner.complaint_count, 2)

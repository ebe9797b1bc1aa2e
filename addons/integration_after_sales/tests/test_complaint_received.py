from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import ComplaintCase
from .fake_erp import make_step


@tagged("post_install", "-at_install")
class TestComplaintReceived(ComplaintCase):
    """What comes back: states, returns, complaints opened there."""

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

    def test_day_of_a_step_is_that_day_west_of_greenwich_too(self):
        complaint = self.make_sent()
        self.pull()
        self.get_there(complaint).update(
            changed_at="2026-11-06T10:00:00",
            steps=[
                make_step("invoice,1", "credit_note", date="2026-11-05"),
                make_step("sale,1", date="2026-11-05 23:30:00"),
                make_step("sale,2", date="2026-11-05T23:30:00.500+02:00"),
                make_step("sale,3"),
            ],
        )
        complaint.action_read_from_erp()
        self.run_lane()
        dates = {step.remote_key: step.date for step in complaint.step_ids}
        shown = fields.Datetime.context_timestamp(
            complaint.with_context(tz="America/New_York"), dates["invoice,1"]
        )
        self.assertEqual(shown.date(), date(2026, 11, 5))
        # a moment stays what it is
        self.assertEqual(dates["sale,1"], datetime(2026, 11, 5, 23, 30))
        self.assertEqual(dates["sale,2"], datetime(2026, 11, 5, 21, 30))
        self.assertFalse(dates["sale,3"])

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

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import ValidationError as RefusedError
from odoo.addons.integration_hub.tests.again_case import AgainMixin

from .common import ComplaintCase, FakeClient


@tagged("post_install", "-at_install")
class TestComplaintAgain(AgainMixin, ComplaintCase):
    """Sent once more, or corrected by hand: one complaint there, and what was given up here
    stays so."""

    # -- once more --------------------------------------------------------------------

    def test_never_made_twice(self):
        complaint = self.make_sent()
        [job] = self.get_jobs()
        self.assertEqual(self.open_replay(job).outcome, "same")
        for mode in ("today", "sent"):
            self.assertEqual(self.replay(job, mode).state, "done")
        self.assertEqual(list(self.erp.complaints), [complaint.remote_id])
        self.assertEqual(self.erp.calls["complaint_create"], 1)
        self.assertEqual(self.erp.calls["complaint_update"], 0)

    def test_difference_is_what_is_told_of_it(self):
        complaint = self.make_sent()
        [job] = self.get_jobs()
        complaint.with_user(self.anna).description = "It pours."
        wizard = self.open_replay(job)
        self.assertEqual(
            (wizard.outcome, wizard.line_ids.difference_count), ("changed", 1)
        )
        for text in ("It drips.", "It pours."):
            self.assertIn(text, wizard.difference_html)

    def test_as_it_was_sent(self):
        complaint = self.make_sent()
        [job] = self.get_jobs()
        complaint.with_user(self.anna).description = "It pours."
        self.run_lane()
        self.assertIn("It pours.", self.get_there(complaint)["text"])
        self.replay(job, "sent")
        self.assertIn("It drips.", self.get_there(complaint)["text"])
        self.replay(job, "today")
        self.assertIn("It pours.", self.get_there(complaint)["text"])
        self.assertEqual(len(self.erp.complaints), 1)

    def test_deleted_here(self):
        complaint, job = self.make_refused()
        complaint.sudo().unlink()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "stopped")
        self.assertIn("was deleted here", wizard.message)
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "was deleted here"):
            wizard.action_replay()
        # deleted after it was queued again
        request = job._get_sent_request()
        request["complaint"]["text"] = "It leaks."
        job._queue_again({}, request=request, trigger="replay")
        self.run_lane()
        self.assertIn("was deleted here", job.error_message or "")
        self.assertFalse(self.erp.complaints)

    def test_deleted_there(self):
        complaint = self.make_sent()
        [job] = self.get_jobs()
        self.erp.complaints.clear()
        for mode in ("today", "sent"):
            again = self.replay(job, mode)
            self.assertEqual(again.state, "failed")
            self.assertIn("was deleted in the ERP", again.error_message)
            again.action_cancel()
        self.assertFalse(self.erp.complaints)
        self.assertTrue(complaint.remote_id)

    def make_withdrawn_before_it_was_there(self):
        complaint = self.make_complaint()
        self.push_flow.state = "paused"
        complaint.action_send()
        complaint.with_user(self.anna).action_withdraw()
        self.push_flow.state = "running"
        self.run_lane()
        self.assertEqual((complaint.state, complaint.remote_id), ("cancelled", False))
        return complaint

    def test_withdrawn_here_is_not_made_there(self):
        complaint = self.make_complaint()
        self.erp.faults = [RefusedError("Not this one.")]
        complaint.action_send()
        self.run_lane()
        [push] = self.get_jobs()
        complaint.with_user(self.anna).action_withdraw()
        self.run_lane()
        self.assertEqual(complaint.state, "cancelled")
        wizard = self.open_replay(push)
        self.assertIn("was withdrawn here", wizard.message)
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "was withdrawn here"):
            wizard.action_replay()
        self.assertFalse(self.erp.complaints)

    def test_withdrawal_once_more(self):
        complaint = self.make_sent()
        complaint.with_user(self.anna).action_withdraw()
        self.run_lane()
        job = self.get_jobs()[-1]
        self.assertEqual(job.operation, "withdraw")
        self.assertEqual(self.open_replay(job).outcome, "same")
        for mode in ("today", "sent"):
            self.get_there(complaint)["state"] = "new"
            self.assertEqual(self.replay(job, mode).state, "done")
            self.assertEqual(self.get_there(complaint)["state"], "cancelled")

    def test_withdrawal_of_one_that_stands_again(self):
        """Many jobs replayed at once have that of before among them."""
        complaint = self.make_withdrawn_before_it_was_there()
        [withdrawal] = self.get_jobs().filtered(lambda job: job.operation == "withdraw")
        self.assertEqual(withdrawal.state, "done")
        complaint.with_user(self.anna).action_back_to_draft()
        complaint.with_user(self.anna).action_send()
        self.run_lane()
        wizard = self.open_replay(withdrawal)
        self.assertIn("was sent again", wizard.message or "")
        for mode in ("today", "sent"):
            withdrawal._queue_again(
                {},
                request=withdrawal._get_sent_request() if mode == "sent" else None,
                trigger="replay",
            )
            self.run_lane()
            again = self.get_jobs()[-1]
            self.assertIn("was sent again", again.error_message or again.state)
            again.action_cancel()
            self.assertEqual(self.get_there(complaint)["state"], "new")
        # who wants it off may have it off
        complaint.with_user(self.anna).action_withdraw()
        self.run_lane()
        self.assertEqual(self.get_there(complaint)["state"], "cancelled")

    # -- readings ---------------------------------------------------------------------

    def test_reading_once_more(self):
        complaint = self.make_sent()
        self.pull()
        for job in self.get_jobs(self.pull_flow):
            for mode in ("today", "sent"):
                self.get_there(complaint)["state"] = "review"
                self.assertEqual(self.replay(job, mode).state, "done")
        self.run_lane()
        self.assertEqual(complaint.state, "review")
        self.assertEqual(self.Complaint.search_count([("remote_id", "=", "1")]), 1)
        self.assertEqual(self.pull_flow.cursor, "1")

    # -- corrected by hand ------------------------------------------------------------

    def make_refused(self):
        complaint = self.make_complaint()
        create = FakeClient.complaint_create

        def refuse(client, complaints):
            if "drips" in complaints[0]["text"]:
                raise RefusedError("Not this word.")
            return create(client, complaints)

        self.patch(FakeClient, "complaint_create", refuse)
        complaint.action_send()
        self.run_lane()
        [job] = self.get_jobs()
        self.assertEqual(job.state, "failed")
        return complaint, job

    def test_corrected(self):
        complaint, job = self.make_refused()
        wizard, request = self.open_correction(job)
        told = request["complaint"]
        for wrong in ({"key": "C7"}, {"party_id": "P7"}):
            with self.assertRaises(ValidationError):
                self.correct(wizard, {**request, "complaint": {**told, **wrong}})
        self.correct(wizard, {**request, "complaint": {**told, "text": "It leaks."}})
        self.assertEqual(self.get_there(complaint)["text"], "It leaks.")
        self.assertEqual(job.state, "done")

    def test_corrected_and_then_deleted_here(self):
        complaint, job = self.make_refused()
        wizard, request = self.open_correction(job)
        complaint.sudo().unlink()
        self.correct(
            wizard,
            {**request, "complaint": {**request["complaint"], "text": "It leaks."}},
        )
        self.assertIn("was deleted here", job.error_message or "")
        self.assertFalse(self.erp.complaints)

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import ValidationError as RefusedError
from odoo.addons.integration_hub.tests.again_case import AgainMixin

from .common import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackAgain(AgainMixin, FeedbackCase):
    """One summary of a product, however often it is sent."""

    def make_sent(self):
        self.say()
        self.send()
        [job] = self.get_jobs("done")
        return job

    def test_never_made_twice(self):
        job = self.make_sent()
        self.assertEqual(self.open_replay(job).outcome, "same")
        for mode in ("today", "sent"):
            self.assertEqual(self.replay(job, mode).state, "done")
        self.assertEqual((len(self.erp.summaries), self.erp.calls["create"]), (1, 1))

    def test_gone_there_is_made_again(self):
        """Nothing has changed here; a person asks for it."""
        job = self.make_sent()
        for mode in ("today", "sent"):
            self.erp.summaries.clear()
            self.replay(job, mode)
            self.assertIn("Quieter", self.get_text())

    def test_difference(self):
        job = self.make_sent()
        self.say("Cheaper, please")
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "changed")
        self.assertIn("Cheaper", wizard.difference_html)
        self.assertEqual(wizard.line_ids.difference_count, 1)

    def test_what_was_not_sent(self):
        """It had not changed: what is sent now is told, and it is sent."""
        self.make_sent()
        self.pump._enqueue_feedback("test")
        self.send()
        job = self.get_jobs()[-1]
        self.assertEqual(self.erp.calls["find"], 1, "nobody was called")
        self.assertEqual(self.open_replay(job).outcome, "same")
        for number, mode in enumerate(("today", "sent"), 2):
            self.replay(job, mode)
            self.assertEqual(self.erp.calls["find"], number)
        self.assertEqual(len(self.erp.summaries), 1)

    def test_as_it_was_sent(self):
        job = self.make_sent()
        self.say("Cheaper, please")
        self.send()
        self.replay(job, "sent")
        self.assertNotIn("Cheaper", self.get_text())
        # it is another one than would be sent: the next run sees to it
        self.pump._enqueue_feedback("test")
        self.send()
        self.assertIn("Cheaper", self.get_text())

    def test_product_deleted_here(self):
        hose = self.env["product.product"].create({"name": "Hose"})
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": hose.id,
                "remote_id": "R9",
            }
        )
        feedback = self.say(product=hose)
        self.send()
        [job] = self.get_jobs("done")
        feedback.unlink()
        self.get_jobs("waiting").action_cancel()
        hose.sudo().unlink()
        self.erp.summaries.clear()
        wizard = self.open_replay(job)
        self.assertIn("was deleted here", wizard.message)
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "was deleted here"):
            wizard.action_replay()
        job._queue_again({}, request=job._get_sent_request(), trigger="replay")
        self.run_lane()
        self.assertIn("was deleted here", self.get_jobs()[-1].error_message or "")
        self.assertFalse(self.erp.summaries)

    def test_corrected(self):
        self.say()
        self.erp.faults = [RefusedError("Not this word.")]
        self.send()
        job = self.get_jobs()
        self.assertEqual(job.state, "failed")
        wizard, request = self.open_correction(job)
        summary = request["summary"]
        for wrong in ({"key": "K7"}, {"product_id": "R7"}):
            with self.assertRaises(ValidationError):
                self.correct(wizard, {**request, "summary": {**summary, **wrong}})
        self.correct(wizard, {**request, "summary": {**summary, "text": "Loud."}})
        self.assertEqual(self.get_text(), "Loud.")
        self.assertEqual(job.state, "done")

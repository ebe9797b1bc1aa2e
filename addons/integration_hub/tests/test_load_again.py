from odoo.exceptions import UserError
from odoo.tests import tagged

from .again_case import AgainMixin
from .load_case import OpenLoadCase


@tagged("post_install", "-at_install")
class TestLoadAgain(AgainMixin, OpenLoadCase):
    """A page of a load is of that load: it is not worked off once more."""

    def find_pages(self, operation):
        return self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("operation", "=", operation)], order="id"
        )

    def test_page_of_a_load_that_is_over(self):
        self.start()
        self.work()
        self.assertEqual(self.load.state, "done")
        lines = len(self.load.line_ids)
        for operation in ("load_check", "load"):
            page = self.find_pages(operation)[0]
            wizard = self.open_replay(page)
            self.assertEqual(wizard.outcome, "stopped")
            self.assertIn("Check once more", wizard.message)
            wizard.mode = "sent"
            with self.assertRaisesRegex(UserError, "Check once more"):
                wizard.action_replay()
            for request in (None, page._get_sent_request()):
                [again] = page._queue_again({}, request=request, trigger="replay")
                self.work()
                self.assertEqual(again.state, "failed")
                self.assertIn("Check once more", again.error_message)
                again.action_cancel()
        self.assertEqual((self.load.state, len(self.load.line_ids)), ("done", lines))

    def test_page_while_another_load_is_under_way(self):
        """Its lines would be there twice."""
        self.load.action_check()
        self.work()
        [*_others, page] = self.find_pages("load_check")
        self.load.write({"state": "checking", "cursor": "200"})
        [again] = page._queue_again(
            {}, request=page._get_sent_request(), trigger="replay"
        )
        self.work()
        self.assertEqual(again.state, "failed")
        self.assertEqual(len(self.load.line_ids), 250)

    def test_jobs_it_has_queued(self):
        """Those are the flow's own, and go once more as all do."""
        self.start()
        self.work()
        job = self.find_pages("store")[0]
        self.assertEqual(self.open_replay(job).outcome, "same")
        self.assertEqual(self.replay(job, "sent").state, "done")

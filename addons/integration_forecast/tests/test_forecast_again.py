from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.integration_hub.tests.again_case import AgainMixin

from .common import ForecastCase


@tagged("post_install", "-at_install")
class TestForecastAgain(AgainMixin, ForecastCase):
    """A run once more; the figures of an earlier day never take the place of today's."""

    def test_today(self):
        deal = self.make_deal([(self.product, 10)])
        job = self.send()
        self.planner.written.clear()
        self.assertEqual(self.replay(job, "today").state, "done")
        self.assertEqual(self.planner.written, [])
        deal.lead_line_ids.quantity = 20
        wizard = self.open_replay(job)
        self.assertIn("10", wizard.difference_html)
        self.replay(job, "today")
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "10")
        self.assertEqual(len(self.planner.documents), 1)

    def test_figures_of_before_are_not_sent(self):
        """Nobody here would know of them any more, so nobody would take them back."""
        deal = self.make_deal([(self.product, 10)])
        job = self.send()
        deal.action_set_lost()
        self.send()
        self.assertFalse(self.get_rows(self.product))
        wizard = self.open_replay(job)
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "As it would be sent today"):
            wizard.action_replay()
        job._queue_again({}, request=job._get_sent_request(), trigger="replay")
        self.run_lane()
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "0")

    def test_corrected(self):
        self.make_deal([(self.product, 10)])
        self.planner.refused = {str(self.next_month): "Not 5."}
        job = self.send()
        self.assertEqual(job.state, "failed")
        self.planner.refused = {}
        wizard, request = self.open_correction(job)
        request["periods"][0]["rows"][0]["quantity"] = "4"
        self.correct(wizard, request)
        self.assertEqual(job.state, "done")
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "4")
        # that stands, and is said, until the pipeline asks for something else
        self.send()
        [row] = self.get_rows()
        self.assertEqual((row.quantity, row.sent_quantity), (5, 4))
        self.assertEqual(self.planner.get(self.next_month, "P-CHAIR"), "4")

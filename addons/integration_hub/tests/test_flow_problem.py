from odoo.tests import tagged

from ..client import MappingError, NetworkError, ValidationError
from .common import FakeClient, HubCase


@tagged("post_install", "-at_install")
class TestFlowProblem(HubCase):
    """Failures that no handler shows anywhere (requirements §6: log, alert, skip)."""

    def setUp(self):
        super().setUp()
        self.responsible = self.env["res.users"].create(
            {"name": "Ina", "login": "flow_problem_ina"}
        )
        self.connector.user_id = self.responsible
        self.answer_with(ValidationError("No such warehouse. Create it there."))

    def answer_with(self, answer):
        FakeClient.answer = staticmethod(lambda request: answer)

    def get_asked(self):
        return self.connector.activity_ids

    def test_person_in_charge_is_told_once(self):
        jobs = self.enqueue(1, 2)
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["failed"] * 2)
        [activity] = self.get_asked()
        self.assertEqual(activity.user_id, self.responsible)
        self.assertIn("Fake Push", activity.summary)
        self.assertIn("ERP North", activity.summary)
        self.assertIn("Create it there.", activity.note)
        self.assertIn("retry it in the queue", activity.note)
        self.assertIn("1 more", activity.note)
        self.assertRegex(
            activity.note, r'data-oe-model="integration.job"[^>]*data-oe-id="\d+"'
        )
        self.enqueue(3)
        self.run_lane()
        self.assertEqual(self.get_asked(), activity, "one per flow")

    def test_closes_by_itself(self):
        jobs = self.enqueue(1, 2)
        self.run_lane()
        self.answer_with({"id": 1})
        jobs[0].action_retry()
        self.run_lane()
        self.assertTrue(self.get_asked(), "the other one stands still")
        jobs[1].action_retry()
        self.run_lane()
        self.assertEqual(jobs.mapped("state"), ["done"] * 2)
        self.assertFalse(self.get_asked())
        self.answer_with(MappingError("A product is missing."))
        self.enqueue(3)
        self.run_lane()
        self.assertEqual(len(self.get_asked()), 1, "the next one is told again")

    def test_closes_with_what_is_given_up(self):
        job = self.enqueue(1)
        self.run_lane()
        self.assertTrue(self.get_asked())
        job.action_cancel()
        self.assertFalse(self.get_asked())

    def test_done_by_hand_it_is_told_anew(self):
        self.enqueue(1)
        self.run_lane()
        self.get_asked().action_feedback()
        self.assertFalse(self.get_asked())
        self.enqueue(2)
        self.run_lane()
        self.assertEqual(len(self.get_asked()), 1)

    def test_what_is_tried_again_by_itself_is_not_told(self):
        self.answer_with(NetworkError("No answer."))
        self.enqueue(1)
        self.run_lane()
        self.assertFalse(self.get_asked())

    def test_each_flow_for_itself(self):
        self.enqueue(1)
        other = self.connector.copy({"name": "ERP South", "state": "running"})
        self.flow = self.flow.copy({"connector_id": other.id})
        self.enqueue(2)
        self.run_lane()
        self.assertEqual(len(self.get_asked()), 1)
        self.assertEqual(len(other.activity_ids), 1)
        self.assertIn("ERP South", other.activity_ids.summary)

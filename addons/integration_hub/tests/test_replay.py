from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..client import ValidationError as RefusedError
from ..models.json_difference import get_differences, get_label
from ..wizard.replay import MOST_COMPARED, MOST_JOBS
from .common import FakeClient, HubCase


class ReplayCase(HubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Brown"})
        cls.manager = new_test_user(
            cls.env,
            "replay_manny",
            "base.group_user,integration_hub.group_integration_manager",
        )
        cls.administrator = new_test_user(
            cls.env,
            "replay_addy",
            "base.group_user,integration_hub.group_integration_administrator",
        )

    def setUp(self):
        super().setUp()
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        # a mapping: what a value is called over there
        self.mapping = {}
        handler_class = self.registry["integration.handler.fake_push"]

        def prepare(handler, flow, jobs):
            return {job: self.prepare_request(job) for job in jobs}

        self.startPatcher(patch.object(handler_class, "_prepare", prepare))

    def prepare_request(self, job):
        value = job.payload["value"]
        return {
            "value": self.mapping.get(value, value),
            "key": job.idempotency_key,
            "lines": [{"key": "1", "quantity": "2"}],
        }

    def refuse(self, text="Wrong."):
        FakeClient.answer = staticmethod(lambda request: RefusedError(text))

    def accept(self):
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})

    def get_sent(self):
        return [item["value"] for call in FakeClient.calls for item in call]

    def open_replay(self, jobs, user=None):
        action = jobs.with_user(user or self.manager).action_replay()
        return (
            self.env["integration.replay"]
            .with_user(user or self.manager)
            .browse(action["res_id"])
        )

    def finish(self, *values, **options):
        jobs = self.enqueue(*values, **options)
        self.run_lane()
        self.assertEqual(set(jobs.mapped("state")), {"done"})
        FakeClient.calls = []
        return jobs


@tagged("post_install", "-at_install")
class TestReplay(ReplayCase):
    def test_what_went_out_is_kept(self):
        self.mapping = {"A": "remote A"}
        job = self.finish("A", record=self.partner)
        self.assertEqual(job.request["value"], "remote A")
        self.assertNotIn("unsettled_until", job.request)
        self.assertIn("remote A", job.request_text)

    def test_snapshot_is_not_kept_twice(self):
        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(
            handler_class,
            "_prepare",
            lambda handler, flow, jobs: {job: job.payload for job in jobs},
        ):
            job = self.finish("A")
        self.assertFalse(job.request)
        self.assertEqual(job._get_sent_request(), {"value": "A"})

    def test_difference_is_shown_before_anything_is_queued(self):
        self.mapping = {"A": "old"}
        job = self.finish("A")
        self.mapping = {"A": "new <b>"}
        wizard = self.open_replay(job)
        self.assertEqual((wizard.job_id, wizard.outcome), (job, "changed"))
        self.assertEqual(wizard.changed_count, 1)
        self.assertIn("old", wizard.difference_html)
        self.assertIn("new &lt;b&gt;", wizard.difference_html)
        self.assertNotIn("Quantity", wizard.difference_html)
        self.assertFalse(job._find_open_again())

    def test_as_it_would_be_sent_today(self):
        self.mapping = {"A": "old"}
        job = self.finish("A", record=self.partner)
        self.mapping = {"A": "new"}
        action = self.open_replay(job).action_replay()
        replay = self.env["integration.job"].browse(action["res_id"])
        self.assertEqual(replay.replay_of_id, job)
        self.assertEqual(job.replay_ids, replay)
        self.assertEqual((replay.user_id, replay.trigger), (self.manager, "replay"))
        self.run_lane()
        self.assertEqual(self.get_sent(), ["new"])
        self.assertEqual((job.state, replay.state), ("done", "done"))

    def test_as_it_was_sent(self):
        self.mapping = {"A": "old"}
        job = self.finish("A", record=self.partner)
        self.mapping = {"A": "new"}
        wizard = self.open_replay(job)
        wizard.mode = "sent"
        action = wizard.action_replay()
        self.run_lane()
        self.assertEqual(self.get_sent(), ["old"])
        replay = self.env["integration.job"].browse(action["res_id"])
        self.assertEqual(replay.request["value"], "old")
        # and that can be replayed in its turn
        self.assertEqual(self.open_replay(replay).outcome, "changed")

    def test_values_of_today(self):
        """What the record says now, not what it said when the snapshot was taken."""
        job = self.finish("A")
        handler_class = self.registry["integration.handler.fake_push"]
        with patch.object(
            handler_class,
            "_take_snapshots",
            lambda handler, flow, jobs: {job: {"value": "today"} for job in jobs},
        ):
            wizard = self.open_replay(job)
            self.assertIn("today", wizard.difference_html)
            self.assertEqual(job.payload, {"value": "A"}, "looking changes nothing")
            wizard.action_replay()
        self.run_lane()
        self.assertEqual(self.get_sent(), ["today"])

    def test_what_stops_today_is_said(self):
        job = self.finish("A")
        with patch.object(
            type(self),
            "prepare_request",
            lambda case, job: RefusedError("Product gone."),
        ):
            wizard = self.open_replay(job)
        self.assertEqual((wizard.outcome, wizard.message), ("stopped", "Product gone."))

    def test_failed_job_is_replayed_itself(self):
        self.refuse()
        job = self.enqueue("A")
        self.run_lane()
        self.accept()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "same")
        wizard.mode = "sent"
        wizard.action_replay()
        self.assertFalse(job.replay_of_id)
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_cancelled_before_it_was_sent(self):
        job = self.enqueue("A")
        job.action_cancel()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "never_sent")
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "never went out"):
            wizard.action_replay()
        wizard.mode = "today"
        wizard.action_replay()
        self.run_lane()
        self.assertEqual(self.get_sent(), ["A"])

    def test_what_is_not_finished_is_not_replayed(self):
        with self.assertRaisesRegex(UserError, "done, cancelled or failed"):
            self.open_replay(self.enqueue("A"))

    def test_newer_change_is_not_overwritten(self):
        old = self.finish("A", key="same")
        wizard = self.open_replay(old)
        newer = self.enqueue("B", key="same")
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "newer change"):
            wizard.action_replay()
        newer.write({"state": "running"})
        with self.assertRaisesRegex(UserError, "newer change"):
            wizard.action_replay()
        self.assertEqual(newer.payload, {"value": "B"})

    def test_newer_change_takes_the_place_of_a_replay(self):
        job = self.finish("A", key="same")
        wizard = self.open_replay(job)
        wizard.mode = "sent"
        wizard.action_replay()
        self.enqueue("B", key="same")
        self.run_lane()
        self.assertEqual(self.get_sent(), ["B"], "and not what was given before")

    def test_many(self):
        jobs = self.finish("A", "B", "C") | self.finish("A2", key="value-A")
        self.mapping = {"B": "new"}
        wizard = self.open_replay(jobs)
        self.assertEqual(
            (wizard.job_count, wizard.changed_count, wizard.same_count), (4, 1, 3)
        )
        [line] = wizard.line_ids.filtered(lambda line: line.outcome == "changed")
        self.assertEqual((line.job_id, line.difference_count), (jobs[1], 1))
        notice = wizard.action_replay()["params"]["message"]
        self.assertIn("Queued again: 3.", notice)
        self.assertIn("Left out: 1", notice)
        self.run_lane()
        self.assertEqual(sorted(self.get_sent()), ["A2", "C", "new"])

    def test_bounded(self):
        self.flow.batch_size = 200
        jobs = self.finish(*(f"v{number}" for number in range(MOST_COMPARED + 5)))
        wizard = self.open_replay(jobs)
        self.assertEqual(len(wizard.line_ids), MOST_COMPARED)
        self.assertEqual(wizard.not_compared_count, 5)
        wizard.action_replay()
        self.run_lane()
        self.assertEqual(len(self.get_sent()), MOST_COMPARED + 5)
        with (
            patch("odoo.addons.integration_hub.wizard.replay.MOST_JOBS", 3),
            self.assertRaisesRegex(UserError, "at most 3"),
        ):
            self.open_replay(jobs)
        self.assertEqual(MOST_JOBS, 1000)

    def test_rights(self):
        job = self.finish("A")
        plain = new_test_user(self.env, "replay_plain", "base.group_user")
        with self.assertRaises(AccessError):
            job.with_user(plain).action_replay()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        other = new_test_user(
            self.env,
            "replay_other",
            "base.group_user,integration_hub.group_integration_administrator",
            company_id=company.id,
            company_ids=[company.id],
        )
        with self.assertRaises(AccessError):
            job.with_user(other).action_replay()

    def test_difference(self):
        differences = get_differences(
            {"order": {"unit_price": "1", "lines": [{"key": "a", "q": 1}], "gone": 1}},
            {"order": {"unit_price": "2", "lines": [{"key": "a", "q": 1}], "note": ""}},
        )
        self.assertEqual(
            [(get_label(item.path), item.before, item.after) for item in differences],
            [("Order › Unit Price", "1", "2"), ("Order › Gone", 1, None)],
        )

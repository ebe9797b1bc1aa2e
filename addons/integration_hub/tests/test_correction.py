import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..client import AmbiguousMatchError
from .common import FakeClient
from .test_replay import ReplayCase


@tagged("post_install", "-at_install")
class TestCorrection(ReplayCase):
    def fail(self, record=None):
        self.refuse("No such value.")
        job = self.enqueue("A", record=record)
        self.run_lane()
        self.accept()
        FakeClient.calls = []
        return job

    def open_correction(self, job, user=None):
        user = user or self.administrator
        action = job.with_user(user).action_correct()
        return (
            self.env["integration.correct.request"]
            .with_user(user)
            .browse(action["res_id"])
        )

    def test_corrected_and_sent(self):
        job = self.fail(self.partner)
        wizard = self.open_correction(job)
        self.assertFalse(wizard.difference_html)
        wizard.request_text = wizard.request_text.replace('"A"', '"A2"')
        self.assertFalse(wizard.problem)
        self.assertIn("A2", wizard.difference_html)
        wizard.reason = "Misspelt"
        wizard.action_send()
        self.assertEqual(job.state, "waiting")
        self.assertTrue(job.is_given)
        self.run_lane()
        self.assertEqual((job.state, self.get_sent()), ("done", ["A2"]))
        self.assertEqual(job.request["value"], "A2")
        self.assertEqual(job.payload, {"value": "A"})

    def test_it_is_kept_who_changed_what(self):
        job = self.fail(self.partner)
        wizard = self.open_correction(job)
        wizard.request_text = wizard.request_text.replace('"2"', '"3"')
        wizard.reason = "Counted again"
        wizard.action_send()
        [correction] = job.correction_ids
        self.assertEqual(correction.user_id, self.administrator)
        self.assertEqual(correction.reason, "Counted again")
        self.assertEqual(correction.before["lines"][0]["quantity"], "2")
        self.assertEqual(correction.after["lines"][0]["quantity"], "3")
        self.assertIn("Lines › 1 › Quantity", correction.difference_html)
        note = self.partner.message_ids[0]
        self.assertEqual(note.author_id, self.administrator.partner_id)
        self.assertIn("Counted again", note.body)
        self.assertIn("Quantity", note.body)

    def test_correction_outlives_a_retry_but_not_a_newer_change(self):
        job = self.fail()
        wizard = self.open_correction(job)
        wizard.request_text = wizard.request_text.replace('"A"', '"A2"')
        wizard.reason = "Why"
        wizard.action_send()
        self.refuse()
        self.run_lane()
        self.accept()
        job.action_retry()
        FakeClient.calls = []
        self.run_lane()
        self.assertEqual(self.get_sent(), ["A2"])
        job = self.fail()
        wizard = self.open_correction(job)
        wizard.request_text = wizard.request_text.replace('"A"', '"A2"')
        wizard.reason = "Why"
        wizard.action_send()
        self.enqueue("A")
        self.run_lane()
        self.assertEqual(self.get_sent(), ["A"])

    def test_what_can_not_be_sent_is_said(self):
        job = self.fail()
        good = self.open_correction(job).request_text
        for text, problem in (
            (good.replace('"A"', '"A'), "not valid JSON"),
            (good.replace('"A"', "7"), "Value: another kind of value"),
            (good.replace('"value"', '"valeu"'), "value is missing"),
            (good.replace("{", '{"extra": 1,', 1), "extra is not known"),
            (good.replace(job.idempotency_key, "other"), "must stay value-A"),
            ("[]", "another kind of value"),
        ):
            with self.subTest(problem=problem):
                wizard = self.open_correction(job)
                wizard.request_text = text
                wizard.reason = "Why"
                self.assertIn(problem, wizard.problem)
                with self.assertRaisesRegex(ValidationError, problem):
                    wizard.action_send()
        self.assertFalse(job.correction_ids)
        self.assertEqual(job.state, "failed")

    def test_handler_has_a_word(self):
        job = self.fail()
        wizard = self.open_correction(job)
        wizard.request_text = wizard.request_text.replace('"A"', '"B"')
        wizard.reason = "Why"
        handler_class = self.registry["integration.handler.fake_push"]
        with (
            patch.object(
                handler_class,
                "_check_request",
                side_effect=ValidationError("Not this."),
            ),
            self.assertRaisesRegex(ValidationError, "Not this."),
        ):
            wizard.action_send()

    def test_only_what_is_sent_is_corrected(self):
        """Not what somebody says was sent: the key would be free to be changed."""
        job = self.fail(self.partner)
        forged = json.loads(self.open_correction(job).request_text)
        forged["key"] = forged["value"] = "other"
        wizard = (
            self.env["integration.correct.request"]
            .with_user(self.administrator)
            .create(
                {
                    "job_id": job.id,
                    "before": forged,
                    "request_text": json.dumps({**forged, "value": "B"}),
                    "reason": "Why",
                }
            )
        )
        with self.assertRaisesRegex(UserError, "has changed since"):
            wizard.action_send()
        self.assertFalse(job.correction_ids)
        self.assertFalse(job.given_request)

    def test_dialog_out_of_date(self):
        job = self.fail()
        wizard = self.open_correction(job)
        wizard.request_text = wizard.request_text.replace('"A"', '"B"')
        wizard.reason = "Why"
        self.mapping = {"A": "mapped since"}
        self.refuse()
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "failed")
        with self.assertRaisesRegex(UserError, "has changed since"):
            wizard.action_send()
        self.assertFalse(job.correction_ids)

    def test_needs_a_reason_and_a_change(self):
        wizard = self.open_correction(self.fail())
        wizard.reason = "Why"
        with self.assertRaisesRegex(UserError, "Nothing was changed"):
            wizard.action_send()
        wizard.request_text = wizard.request_text.replace('"A"', '"B"')
        wizard.reason = " "
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_send()

    def test_administrators_alone(self):
        job = self.fail()
        with self.assertRaises(AccessError):
            self.open_correction(job, self.manager)
        wizard = self.open_correction(job)
        with self.assertRaises(AccessError):
            wizard.with_user(self.manager).action_send()
        with self.assertRaises(AccessError):
            self.env["integration.correction"].with_user(self.administrator).create(
                {
                    "job_id": job.id,
                    "user_id": self.administrator.id,
                    "reason": "Forged",
                }
            )
        with self.assertRaises(AccessError):
            job.with_user(self.administrator).given_request = {"value": "B"}

    def test_only_what_has_stopped(self):
        job = self.finish("A")
        with self.assertRaisesRegex(UserError, "failed or needs attention"):
            self.open_correction(job)


@tagged("post_install", "-at_install")
class TestCandidates(ReplayCase):
    """Several over there could be it: a person says which."""

    def ask(self):
        candidates = [
            {
                "id": "11",
                "number": "N11",
                "name": "Brown",
                "detail": "Ghent",
                "url": "",
            },
            {"id": "12", "number": "N12", "name": "Brown", "detail": "Bruges"},
        ]
        FakeClient.answer = staticmethod(
            lambda request: AmbiguousMatchError(
                "Two could be it.", candidates=candidates
            )
        )
        job = self.enqueue("A")
        self.run_lane()
        self.accept()
        self.assertEqual(job.state, "attention")
        action = job.with_user(self.manager).action_choose_candidate()
        return job, self.env["integration.choose.candidate"].with_user(
            self.manager
        ).browse(action["res_id"])

    def test_it_is_this_one(self):
        job, wizard = self.ask()
        self.assertEqual(wizard.line_ids.mapped("number"), ["N11", "N12"])
        wizard.line_ids[1].action_choose()
        self.assertEqual(job.payload, {"value": "A", "remote_id": "12"})
        self.run_lane()
        self.assertEqual(job.state, "done")

    def test_none_of_them(self):
        job, wizard = self.ask()
        wizard.action_create_new()
        self.assertEqual(job.payload, {"value": "A", "is_new": True})
        self.assertEqual(job.state, "waiting")

    def test_only_what_was_offered_and_only_once(self):
        job, wizard = self.ask()
        line = wizard.line_ids[0].sudo()
        line.remote_id = "99"
        with self.assertRaisesRegex(UserError, "of the list"):
            line.with_user(self.manager).action_choose()
        wizard.line_ids[1].action_choose()
        with self.assertRaisesRegex(UserError, "settled in the meantime"):
            wizard.action_create_new()

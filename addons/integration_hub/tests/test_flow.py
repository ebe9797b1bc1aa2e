from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import HubCase


@tagged("post_install", "-at_install")
class TestFlow(HubCase):
    def test_filter_nobody_can_read_is_refused(self):
        """It would stand in the way of every change."""
        handler_class = self.registry["integration.handler.fake_push"]
        self.flow.filter_domain = "[('nonsense', '=', 1)"
        with patch.object(handler_class, "_filter_model", "res.partner"):
            for filter_domain in (
                "[('name', '=', 'A')",
                "[('no_such_field', '=', 1)]",
                "uid",
                "[('name', '=', user.name)]",
            ):
                with (
                    self.subTest(filter_domain),
                    self.assertRaisesRegex(ValidationError, "can't be read"),
                ):
                    self.flow.filter_domain = filter_domain
            self.flow.filter_domain = "[('name', '=', 'Brown')]"
        brown, green = self.env["res.partner"].create(
            [{"name": "Brown"}, {"name": "Green"}]
        )
        self.assertEqual(self.flow._filter_records(brown | green), brown)

    def test_filter_is_on_the_form_of_flows_that_have_one(self):
        """For whoever may change the flow, without developer mode."""
        manager = new_test_user(
            self.env,
            "mats",
            "base.group_user,integration_hub.group_integration_manager",
        )
        flow = self.flow.with_user(manager)
        handler_class = self.registry["integration.handler.fake_push"]
        with Form(flow) as form, self.assertRaises(AssertionError):
            form.filter_domain = "[('name', '=', 'Brown')]"
        self.env.invalidate_all()
        with patch.object(handler_class, "_filter_model", "res.partner"):
            with Form(flow) as form:
                form.filter_domain = "[('name', '=', 'Brown')]"
            self.assertEqual(flow.filter_model, "res.partner")
        self.assertEqual(self.flow.filter_domain, "[('name', '=', 'Brown')]")

    def test_a_flow_that_is_switched_off_takes_nothing(self):
        """Not of somebody either who looks at archived records."""
        flows = self.env["integration.flow"]

        def find(records):
            return records._find_for_push("fake_push", self.connector.company_id)

        self.assertEqual(find(flows), self.flow)
        self.flow.active = False
        self.assertFalse(find(flows))
        self.assertFalse(find(flows.with_context(active_test=False)))

    def test_run_now_lets_go_what_waits(self):
        """Whatever waits for its slot or its next try, in one statement."""
        later = self.env.cr.now() + timedelta(hours=1)
        jobs = self.enqueue(*range(1, 8))
        slot, retry, blocked, attention, running = (jobs[n] for n in range(5))
        (jobs - jobs[6]).next_try = later
        retry.write({"state": "retrying", "attempts": 4, "error_message": "No answer."})
        blocked.blocked_by_id = jobs[6]
        attention.state = "attention"
        running.write({"state": "running", "lane": "1", "lease_until": later})
        with patch.object(
            self.registry["integration.job"], "_fetch_query", side_effect=AssertionError
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            self.flow.action_run_now()
        now = self.env.cr.now()
        self.assertEqual((slot | retry).mapped("next_try"), [now, now])
        self.assertEqual((retry.attempts, retry.error_message), (0, "No answer."))
        self.assertEqual((attention | running).mapped("next_try"), [later, later])
        self.run_lane()
        self.assertEqual((slot | retry).mapped("state"), ["done"] * 2)

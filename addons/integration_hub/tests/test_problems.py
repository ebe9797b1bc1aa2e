from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, Form, new_test_user

from ..client import (
    AuthenticationError,
    InternalError,
    MappingError,
    NetworkError,
    ValidationError,
)
from ..models.problem_cause import get_causes, get_message_key
from .test_mappings import MappingCase


class ProblemCase(MappingCase):
    """Jobs that fail as the engine lets them fail."""

    def setUp(self):
        super().setUp()
        self.Problem = self.env["integration.problem"]

    def fail_with(self, error_of):
        """:param error_of: function of a request's value that gives an error or None"""

        def answer(request):
            return error_of(request["value"]) or {"id": request["value"]}

        self.client_class.answer = staticmethod(answer)

    @property
    def client_class(self):
        return self.connector._fake_get_client_class()

    def get_problems(self):
        self.env.invalidate_all()
        return self.Problem.search([("connector_id", "=", self.connector.id)])


class TestProblems(ProblemCase):
    def test_mapping_grouped_by_product(self):
        lacks = {
            "1": self.lamp.ids,
            "2": self.lamp.ids,
            "3": (self.lamp + self.chair).ids,
        }
        self.fail_with(
            lambda value: (
                value in lacks
                and MappingError("Missing", model="product.product", ids=lacks[value])
            )
        )
        jobs = self.enqueue("1", "2", "3", "4")
        self.run_lane()
        problems = self.get_problems()
        self.assertEqual(
            {problem.res_id: problem.job_count for problem in problems},
            {self.lamp.id: 3, self.chair.id: 1},
        )
        lamp = problems[0]
        self.assertEqual(lamp.res_id, self.lamp.id, "what holds up most comes first")
        self.assertEqual(
            lamp.title,
            f"Product “{self.lamp.display_name}” has no counterpart in ERP North",
        )
        self.assertEqual(lamp.effect, "3 jobs go on")
        self.assertEqual(
            self.env["integration.job"].search(lamp._get_jobs_domain()), jobs[:3][::-1]
        )

    def test_mapping_line_lets_jobs_go_on(self):
        self.fail_with(
            lambda value: MappingError(
                "Missing", model="product.product", ids=self.lamp.ids
            )
        )
        jobs = self.enqueue("1", "2")
        self.run_lane()
        [problem] = self.get_problems()
        action = problem.action_fix()
        line = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(line.product_id, self.lamp)
        self.assertEqual(line.problem_effect, "2 jobs go on")
        with self.assertRaises(UserError):
            line.action_end_problem()
        self.Remote._replace(
            self.connector,
            "product",
            [{"remote_id": "77", "code": "ERP-LAMP", "name": "Lamp, brass"}],
        )
        with Form(line, view=action["views"][0][0]) as form:
            form.remote_value_id = self.Remote.search([("remote_id", "=", "77")])
        line.with_context(**action["context"]).action_end_problem()
        self.assertEqual(set(jobs.mapped("state")), {"waiting"})
        self.assertFalse(self.get_problems())
        self.fail_with(lambda value: None)
        self.run_lane()
        self.env.invalidate_all()
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def test_value_mapping(self):
        self.fail_with(
            lambda value: MappingError("Missing", model="uom.uom", ids=self.tray.ids)
        )
        self.enqueue("1")
        self.run_lane()
        [problem] = self.get_problems()
        self.assertEqual(
            problem.title,
            f"Unit of Measure “{self.tray.name}” has no counterpart in ERP North",
        )
        action = problem.action_fix()
        line = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((line.kind, line.res_id), ("unit", self.tray.id))

    def test_refused_alike_is_one(self):
        self.fail_with(
            lambda value: ValidationError(
                f"Order “{value}” of 12.{value} EUR has no delivery address."
                if value != "9"
                else "The customer has no name."
            )
        )
        self.enqueue("1", "2", "3", "9")
        self.run_lane()
        self.assertEqual(self.get_problems().mapped("job_count"), [3, 1])
        self.assertEqual(set(self.get_problems().mapped("fix")), {"records"})

    def test_another_error_is_another_problem(self):
        self.fail_with(lambda value: ValidationError("The customer has no name."))
        job = self.enqueue("1")
        self.run_lane()
        [problem] = self.get_problems()
        since = problem.since
        job.action_retry()
        self.assertFalse(self.get_problems())
        self.run_lane()
        [again] = self.get_problems()
        self.assertEqual((again, again.since), (problem, since), "since the first time")
        self.fail_with(lambda value: InternalError("Not understood."))
        job.action_retry()
        self.run_lane()
        [other] = self.get_problems()
        self.assertEqual((other.kind, other.job_count), ("internal", 1))

    def test_no_answer(self):
        self.fail_with(lambda value: NetworkError("No connection."))
        self.connector.max_attempts = 50
        self.enqueue("1", "2", "3")
        with self.lane_env() as env:
            lane = env["integration.lane"]
            self.patch(type(lane), "_wait_for_next", lambda lane, deadline: False)
            lane._run_lane()
        [problem] = self.get_problems()
        self.assertEqual(problem.title, "ERP North does not answer")
        self.assertTrue(problem.is_retried)
        self.assertTrue(problem.next_try)
        self.assertEqual(problem.job_count, 3)
        self.assertEqual(problem.fix, "retry")

    def test_stopped_holds_up_all(self):
        self.fail_with(lambda value: AuthenticationError("The key is refused."))
        self.flow.batch_size = 1
        self.enqueue("1", "2", "3")
        self.run_lane()
        [problem] = self.get_problems()
        self.assertEqual(self.connector.state, "error")
        self.assertEqual(problem.title, "ERP North does not let us in")
        self.assertEqual(problem.message, "The key is refused.")
        self.assertEqual(
            problem.job_count, 3, "those that were never tried wait as well"
        )
        self.assertEqual(problem.action_fix()["res_id"], self.connector.id)
        self.connector.state = "paused"
        self.assertFalse(self.get_problems())

    def test_blocked_ones_count(self):
        self.fail_with(lambda value: ValidationError("No."))
        first = self.enqueue("1")
        self.run_lane()
        self.enqueue("2", "3").blocked_by_id = first
        [problem] = self.get_problems()
        self.assertEqual(problem.job_count, 3)
        self.assertEqual(
            self.env["integration.job"].search_count(problem._get_jobs_domain()), 3
        )

    def test_retry_all_says_how_many(self):
        self.fail_with(lambda value: ValidationError("No."))
        jobs = self.enqueue("1", "2", "3")
        self.run_lane()
        [problem] = self.get_problems()
        action = problem.action_retry_all()
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        self.assertEqual(wizard.description, "No.: 3 jobs go on.")
        wizard.action_retry()
        self.assertEqual(set(jobs.mapped("state")), {"waiting"})
        with self.assertRaises(UserError):
            wizard.action_retry()

    def test_cancelled_and_removed(self):
        self.fail_with(lambda value: ValidationError("No."))
        jobs = self.enqueue("1", "2")
        self.run_lane()
        jobs[0].action_cancel()
        [problem] = self.get_problems()
        self.assertEqual(problem.job_count, 1)
        cause = self.env["integration.cause"].browse(problem.id)
        jobs[1].action_cancel()
        self.env.flush_all()
        cause._gc_causes()
        self.assertFalse(cause.exists())

    def test_queries_do_not_grow(self):
        units = self.env["uom.uom"].create(
            [{"name": f"Unit {number}"} for number in range(40)]
        )
        self.fail_with(
            lambda value: MappingError("M", model="uom.uom", ids=[int(value)])
        )
        counts = []
        for batch in (units[:2], units):
            self.enqueue(*(str(unit.id) for unit in batch))
            self.run_lane()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.Problem.web_search_read(
                [], {"title": {}, "fix": {}, "job_count": {}, "effect": {}}
            )
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(found["length"], len(batch))
        self.assertLessEqual(counts[1], counts[0])

    def test_rights(self):
        self.fail_with(lambda value: ValidationError("No."))
        self.enqueue("1")
        self.run_lane()
        user = new_test_user(
            self.env, "sally", "base.group_user,integration_hub.group_integration_user"
        )
        with self.assertRaises(AccessError):
            self.Problem.with_user(user).search([])
        manager = new_test_user(
            self.env,
            "manny",
            "base.group_user,integration_hub.group_integration_manager",
        )
        own = self.Problem.with_user(manager)
        [problem] = own.search([("connector_id", "=", self.connector.id)])
        self.assertEqual(problem.title, "No.")
        wizard = (
            self.env["integration.retry.problem"]
            .with_user(manager)
            .with_context(**problem.action_retry_all()["context"])
            .create({})
        )
        wizard.action_retry()
        other = self.env["res.company"].create({"name": "Other"})
        self.run_lane()
        manager.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertFalse(own.search([]))


class TestCauses(BaseCase):
    def test_message_key(self):
        same = get_message_key("Order “S00012” of 12.50 EUR   has no address.")
        self.assertEqual(same, get_message_key("Order “S7” of 9 EUR has no address."))
        self.assertNotEqual(same, get_message_key("Order “S7” of 9 EUR has no name."))
        self.assertTrue(get_message_key(None))

    def test_causes(self):
        self.assertEqual(
            [
                cause.res_id
                for cause in get_causes(
                    "mapping", "", {"model": "uom.uom", "ids": [3, "4"]}, "", 0
                )
            ],
            [3, 4],
        )
        [cause] = get_causes("ambiguous_match", "Several", {}, "res.partner", 7)
        self.assertEqual((cause.res_model, cause.res_id), ("res.partner", 7))
        [cause] = get_causes("network", "Time-out after 10 s", None, "", 0)
        self.assertEqual(cause.key, "network")

from odoo.tests import HttpCase, new_test_user, tagged

from ..client import MappingError, ValidationError
from .test_problems import ProblemCase
from .test_tour_hub import ADMINISTRATOR, MANAGER


@tagged("-at_install", "post_install")
class TestProblemTour(ProblemCase, HttpCase):
    def setUp(self):
        super().setUp()
        new_test_user(self.env, "manny", MANAGER, lang="en_US")
        self.Remote._replace(
            self.connector,
            "product",
            [{"remote_id": "77", "code": "ERP-LAMP", "name": "Lamp, brass"}],
        )

    def fail_all(self):
        self.fail_with(
            lambda value: (
                MappingError("Missing", model="product.product", ids=self.lamp.ids)
                if value.startswith("lamp")
                else ValidationError("Refused for a reason.")
            )
        )
        jobs = self.enqueue("lamp1", "lamp2", "lamp3", "other1", "other2")
        self.run_lane()
        return jobs

    def test_problems(self):
        jobs = self.fail_all()
        self.start_tour(
            "/odoo/integration-problems", "integration_hub_problems", login="manny"
        )
        self.env.invalidate_all()
        self.assertEqual(set(jobs.mapped("state")), {"waiting"})
        self.fail_with(lambda value: None)
        self.run_lane()
        self.env.invalidate_all()
        self.assertEqual(set(jobs.mapped("state")), {"done"})

    def test_overview(self):
        self.fail_all()
        south = self.connector.copy(
            {"name": "ERP South", "state": "paused", "url": "http://127.0.0.1:9"}
        )
        south.write({"state": "paused"})
        new_test_user(self.env, "addy", ADMINISTRATOR, lang="en_US")
        self.start_tour("/odoo/integrations", "integration_hub_overview", login="addy")
        self.env.invalidate_all()
        self.assertEqual(south.state, "running")

    def test_schedule(self):
        self.start_tour(
            "/odoo/integration-schedule", "integration_hub_schedule", login="admin"
        )

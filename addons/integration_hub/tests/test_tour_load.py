from odoo.tests import HttpCase, new_test_user, tagged

from .common import FakeClient, FakeHandler
from .connector_case import WokenLanesMixin
from .load_case import LoadCase


@tagged("-at_install", "post_install")
class TestLoadTour(WokenLanesMixin, LoadCase, HttpCase):
    """A load as somebody does it, while lanes work and nobody loads the page again."""

    def test_paused_then_loaded(self):
        new_test_user(
            self.env,
            "manny",
            "base.group_user,integration_hub.group_integration_manager",
            lang="en_US",
        )
        handler_class = self.registry[FakeHandler._name]
        compare = handler_class._load_compare
        euro = self.env.ref("base.EUR")

        def compare_with_amounts(handler, flow, answer):
            return [
                {**row, "amount": 2, "currency_id": euro.id}
                for row in compare(handler, flow, answer)
            ]

        self.patch(handler_class, "_load_compare", compare_with_amounts)
        self.patch(handler_class, "_is_looked_at_first", True)
        self.flow.action_pause()
        action = "integration_hub.integration_flow_action"
        with self.lanes():
            self.start_tour(
                f"/odoo/action-{action}/{self.flow.id}",
                "integration_hub_load",
                login="manny",
            )
        load = self.env["integration.load"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual((load.state, load.done_count), ("done", 125))
        self.assertEqual(sum(len(call) for call in FakeClient.calls), 125)

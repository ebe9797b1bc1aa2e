from ast import literal_eval
from unittest.mock import patch

from .common import HubCase


class TestSchedule(HubCase):
    """What scheduled actions say of themselves."""

    def setUp(self):
        super().setUp()
        self.crons = (
            self.env["ir.cron"]
            .with_context(active_test=False)
            .search([("name", "=like", "Integrations:%")])
        )
        self.lane = self.env.ref("integration_hub.ir_cron_lane_1")

    def test_described(self):
        self.assertGreaterEqual(len(self.crons), 6)
        for cron in self.crons:
            self.assertTrue(cron.help, f"{cron.name} is described")
        own = self.crons.filtered("is_integration")
        self.assertIn(self.lane, own)

    def test_listed_in_any_language(self):
        """The screen goes by what they are, not by their (translated) names."""
        self.lane.name = "Integraties: de wachtrij afwerken"
        action = self.env.ref("integration_hub.ir_cron_action")
        listed = (
            self.env["ir.cron"]
            .with_context(active_test=False)
            .search(literal_eval(action.domain))
        )
        self.assertEqual(listed, self.crons)
        self.assertNotIn(self.env.ref("base.autovacuum_job"), listed)

    def run_by_hand(self, cron, done, remaining):
        """Odoo's own part runs in transactions of its own, which tests have none of."""

        def run(cron):
            self.env["ir.cron.progress"].sudo().create(
                {"cron_id": cron.id, "done": done, "remaining": remaining}
            )
            return True

        base = self.registry["ir.cron"].__mro__
        owner = next(
            parent
            for parent in base
            if "method_direct_trigger" in vars(parent)
            and parent.__module__ == "odoo.addons.base.models.ir_cron"
        )
        with patch.object(owner, "method_direct_trigger", run):
            return cron.method_direct_trigger()

    def test_says_what_it_did(self):
        action = self.run_by_hand(self.lane, 12, 3)
        self.assertEqual(
            action["params"]["message"], "Changes worked off: 12. Still due: 3."
        )
        self.lane.invalidate_recordset()
        self.assertEqual(
            self.lane.integration_result, "Changes worked off: 12. Still due: 3."
        )

    def test_others_as_in_odoo(self):
        other = self.env.ref("base.autovacuum_job")
        self.assertIs(self.run_by_hand(other, 1, 0), True)
        self.assertFalse(other.is_integration)

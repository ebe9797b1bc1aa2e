import threading
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.bus.websocket import _websocket_instances

from .test_account_figures import AccountFiguresCase


@tagged("post_install", "-at_install")
class TestTourAccountFigures(AccountFiguresCase, HttpCase):
    """The banner follows what is read in the ERP while somebody looks at it."""

    def setUp(self):
        super().setUp()
        self.pull()
        self.threads = []

    def run_lane_soon(self):
        """A lane, in a thread and transaction of its own."""

        def run():
            with self.registry.cursor() as cursor:
                self.env(cr=cursor)["integration.lane"]._run_lane()
            # tests send no notification through PostgreSQL
            for websocket in list(_websocket_instances):
                websocket.trigger_notification_dispatching()

        self.threads.append(threading.Timer(1.0, run))
        self.threads[-1].start()

    def show(self, record, tour):
        self.start_tour(f"/odoo/{record._name}/{record.id}", tour, login="anna")
        for thread in self.threads:
            thread.join()
        self.assertTrue(self.threads)

    def test_asked_for(self):
        self.set_figures(overdue="450", credit_used="0")
        with patch.object(
            self.registry["integration.lane"],
            "_wake_up",
            lambda lane, at=None, connectors=None: self.run_lane_soon(),
        ):
            self.show(self.partner, "integration_account_figures_read")

    def watch(self, record):
        """Nothing is shown at first, then the scheduled run finds something."""
        has_group = self.registry["res.users"].has_group

        def note(users, name):
            if name == "integration_account_figures.tour_is_ready":
                self.run_lane_soon()
                return False
            return has_group(users, name)

        self.pull(overdue="0", credit_used="0")
        self.set_figures(overdue="450", credit_used="0")
        self.flow._enqueue_pull()
        with patch.object(self.registry["res.users"], "has_group", note):
            self.show(record, "integration_account_figures_appear")

    def test_opportunity(self):
        self.watch(
            self.env["crm.lead"].create(
                {
                    "name": "Deal",
                    "type": "opportunity",
                    "partner_id": self.contact.id,
                    "user_id": self.salesperson.id,
                }
            )
        )

    def test_quotation(self):
        self.watch(
            self.env["sale.order"].create(
                {"partner_id": self.contact.id, "user_id": self.salesperson.id}
            )
        )

    def test_nobody_else_is_disturbed(self):
        """Browsers are told whose figures they are."""
        sent = []

        def send(_groups, kind, message):
            sent.append((kind, message))

        with patch.object(self.registry["res.groups"], "_bus_send", send):
            self.pull()
        self.assertEqual(
            sent,
            [("integration_account_figures.read", {"partner_ids": self.partner.ids})],
        )

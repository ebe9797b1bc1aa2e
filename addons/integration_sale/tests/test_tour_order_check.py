import threading
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.bus.websocket import _websocket_instances

from .order_check_case import CheckCase


@tagged("-at_install", "post_install")
class TestOrderCheckTour(CheckCase, HttpCase):
    """Asked on the form, answered on the form."""

    def answer(self):
        """A lane, in a thread and transaction of its own."""
        with self.registry.cursor() as cursor:
            self.env(cr=cursor)["integration.lane"]._run_lane()
        # tests send no notification through PostgreSQL
        for websocket in list(_websocket_instances):
            websocket.trigger_notification_dispatching()

    def test_opportunity(self):
        lamp = self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)
        lead = self.make_lead([(self.product, 2), (lamp, 1)])
        threads = []
        has_group = self.registry["res.users"].has_group

        def note(users, name):
            if name == "integration_sale.tour_is_ready":
                threads.append(threading.Timer(0.5, self.answer))
                threads[-1].start()
                return False
            return has_group(users, name)

        with patch.object(self.registry["res.users"], "has_group", note):
            self.start_tour(
                f"/odoo/crm.lead/{lead.id}",
                "integration_sale_order_check",
                login="mats",
            )
        for thread in threads:
            thread.join()
        self.assertTrue(threads)

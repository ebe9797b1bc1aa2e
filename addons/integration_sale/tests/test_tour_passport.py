import threading
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.bus.websocket import _websocket_instances

from .common import SaleCase


@tagged("-at_install", "post_install")
class TestPassportTour(SaleCase, HttpCase):
    """The passport follows what happens in the ERP, on opportunity and quotation."""

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead([(self.product, 2)])
        self.order = self.make_order(self.lead)
        self.order.action_confirm()
        self.push(self.lead)
        self.lead.erp_order_ids.write(
            {"remote_url": "https://erp.example/order/1", "delivery_state": "none"}
        )

    def invoice(self):
        """As a lane would write it, in a thread and transaction of its own."""
        with self.registry.cursor() as cursor:
            env = self.env(cr=cursor)
            lead = env["crm.lead"].browse(self.lead.id)
            invoice = env["integration.erp.invoice"].create(
                {
                    "connector_id": self.connector.id,
                    "remote_id": "7",
                    "remote_number": "INV/7",
                    "state": "posted",
                    "invoice_date": "2026-11-04",
                    "due_date": "2099-12-04",
                    "currency_id": self.currency.id,
                    "amount_total": 240.0,
                    "amount_residual": 240.0,
                }
            )
            lead.erp_order_ids.write(
                {"invoice_state": "invoiced", "invoice_ids": invoice.ids}
            )
            lead._update_integration_status()
        # tests send no notification through PostgreSQL
        for websocket in list(_websocket_instances):
            websocket.trigger_notification_dispatching()

    def watch(self, url, **options):
        threads = []
        has_group = self.registry["res.users"].has_group

        def note(users, name):
            if name == "integration_sale.tour_is_ready":
                threads.append(threading.Timer(0.5, self.invoice))
                threads[-1].start()
                return False
            return has_group(users, name)

        with patch.object(self.registry["res.users"], "has_group", note):
            self.start_tour(url, "integration_sale_passport", login="anna", **options)
        for thread in threads:
            thread.join()
        self.assertTrue(threads)

    def test_opportunity(self):
        self.watch(f"/odoo/crm.lead/{self.lead.id}")

    def test_quotation(self):
        self.watch(f"/odoo/sale.order/{self.order.id}")

    def test_mobile(self):
        self.browser_size = "375x667"
        self.touch_enabled = True
        self.watch(f"/odoo/crm.lead/{self.lead.id}")

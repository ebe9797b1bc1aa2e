"""What comes back from the real ERP: confirmed, shipped, invoiced, paid, credited."""

import unittest

from .common import ErpCase, contract


class StatusCase(ErpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from erp_actions import clerk

        cls.clerk = clerk("odoo", cls.erp)

    def create_confirmed(self, quantity="4", **values):
        answer = self.create_order(lines=[self.make_line(quantity=quantity)], **values)
        self.client.order_confirm([answer["remote_id"]])
        return answer["remote_id"]

    def get_status(self, remote_id):
        (status,) = self.client.order_status([remote_id])
        self.assert_conforms(status, contract.OrderStatus)
        return status


class StatusTests:
    def test_partial_shipment_backorder_and_tracking(self):
        remote_id = self.create_confirmed()
        status = self.get_status(remote_id)
        self.assertEqual(status["state"], "confirmed")
        self.assertEqual(status["delivery_state"], "waiting")
        self.assertEqual(status["invoices"], [])
        (shipment,) = status["shipments"]
        self.assertIn(shipment["state"], ("ready", "waiting"))

        self.clerk.ship(int(remote_id), partial=True)
        status = self.get_status(remote_id)
        self.assertEqual(status["delivery_state"], "partial")
        done, backorder = status["shipments"]
        self.assertEqual(done["state"], "shipped")
        self.assertTrue(done["done_date"])
        self.assertEqual(done["carrier"], "PostNoord")
        self.assertTrue(done["tracking_number"].startswith("3SNZT"))
        if self.client.get_field("delivery.carrier", "tracking_url"):
            self.assertIn(done["tracking_number"], done["tracking_url"])
        self.assertTrue(backorder["is_backorder"])
        self.assertFalse(done["is_backorder"])

        self.clerk.ship(int(remote_id))
        status = self.get_status(remote_id)
        self.assertEqual(status["delivery_state"], "shipped")
        self.assertEqual({item["state"] for item in status["shipments"]}, {"shipped"})

    def test_invoice_paid_in_parts_then_done(self):
        remote_id = self.create_confirmed("1")
        (invoice_id,) = self.clerk.invoice(int(remote_id))
        (invoice,) = self.get_status(remote_id)["invoices"]
        self.assertEqual(invoice["kind"], "invoice")
        self.assertEqual(invoice["state"], "posted")
        self.assertEqual(invoice["payment_state"], "not_paid")
        self.assertEqual((invoice["total"], invoice["residual"]), ("121.00", "121.00"))
        self.assertTrue(invoice["number"] and invoice["due_date"])
        self.clerk.pay(invoice_id, 21.5)
        (invoice,) = self.get_status(remote_id)["invoices"]
        self.assertEqual(invoice["payment_state"], "partial")
        self.assertEqual(invoice["residual"], "99.50")
        self.clerk.pay(invoice_id)
        status = self.get_status(remote_id)
        self.assertEqual(status["invoices"][0]["payment_state"], "paid")
        self.assertEqual(status["state"], "confirmed")
        self.clerk.ship(int(remote_id))
        self.assertEqual(self.get_status(remote_id)["state"], "done")

    def test_credit_note(self):
        remote_id = self.create_confirmed("1")
        (invoice_id,) = self.clerk.invoice(int(remote_id))
        self.clerk.credit(invoice_id)
        invoices = self.get_status(remote_id)["invoices"]
        self.assertEqual(
            [(item["kind"], item["payment_state"]) for item in invoices],
            [("invoice", "reversed"), ("credit_note", "paid")],
        )

    def test_return(self):
        remote_id = self.create_confirmed("2")
        (picking_id,) = self.clerk.ship(int(remote_id))
        self.clerk.start_return(picking_id, 1)
        status = self.get_status(remote_id)
        self.assertEqual(
            [item["is_return"] for item in status["shipments"]], [False, True]
        )
        self.assertEqual(status["delivery_state"], "shipped")

    def test_services_have_no_delivery(self):
        answer = self.create_order(lines=[self.make_line("SERV-INST")])
        self.client.order_confirm([answer["remote_id"]])
        self.assertEqual(self.get_status(answer["remote_id"])["delivery_state"], "none")

    def test_cancelled_and_deleted(self):
        cancelled, gone = (self.create_order()["remote_id"] for _number in range(2))
        self.clerk.cancel(int(cancelled))
        self.make_admin().call("sale.order", "unlink", [int(gone)])
        statuses = self.client.order_status([gone, cancelled])
        self.assert_conforms(statuses, list[contract.OrderStatus])
        self.assertEqual(
            [(item["remote_id"], item["state"]) for item in statuses],
            [(gone, "deleted"), (cancelled, "cancelled")],
        )

    def test_few_calls_for_many_orders(self):
        ids = [self.create_confirmed("1") for _number in range(3)]
        for remote_id in ids[:2]:
            self.clerk.invoice(int(remote_id))
        self.client.exchanges.clear()
        self.client.order_status(ids)
        # orders, invoices, deliveries and what is in them
        self.assertLessEqual(len(self.client.exchanges), 4)


class ChangeTests:
    def read_changes(self, cursor, limit=100):
        """All pages: ids as they came, and the cursor for the next turn."""
        ids, pages = [], 0
        while True:
            answer = self.client.order_changes(cursor, limit, self.prefix)
            self.assertEqual(answer.keys(), {"remote_ids", "cursor", "more"})
            self.assertIsInstance(answer["cursor"], str)
            ids += answer["remote_ids"]
            cursor = answer["cursor"]
            pages += 1
            self.assertLess(pages, 200, "the pages do not end")
            if not answer["more"]:
                return ids, cursor

    def test_all_orders_in_pages(self):
        # one transaction: all bear the same moment, down to the microsecond
        answers = self.client.order_create([self.make_order() for _number in range(12)])
        created = {answer["remote_id"] for answer in answers}
        for limit in (1, 5, 12, 1000):
            ids, _cursor = self.read_changes(None, limit)
            self.assertLessEqual(created, set(ids), limit)

    def test_each_kind_of_change_is_seen(self):
        first, second = self.create_confirmed("2"), self.create_confirmed("2")
        steps = [
            lambda: self.client.call(
                "sale.order", "write", [int(first)], vals={"note": "x"}
            ),
            lambda: self.clerk.ship(int(first), partial=True),
            lambda: self.clerk.ship(int(first)),
            lambda: self.invoices.extend(self.clerk.invoice(int(first))),
            lambda: self.clerk.pay(self.invoices[0], 10),
            lambda: self.clerk.pay(self.invoices[0]),
            lambda: self.clerk.credit(self.invoices[0]),
        ]
        self.invoices = []
        for number, act in enumerate(steps):
            # a cursor of now, without its overlap: nothing but the act may show up
            cursor = self.make_cursor_of_now()
            act()
            ids, _cursor = self.read_changes(cursor)
            self.assertIn(first, ids, number)
            self.assertNotIn(second, ids, number)

    def make_cursor_of_now(self):
        import json
        import time

        # what was written before this second is not to be seen
        time.sleep(1.1)
        self.client.order_find([])
        return json.dumps({"since": self.client._get_remote_time()})

    def test_next_turn_overlaps(self):
        remote_id = self.create_order()["remote_id"]
        _ids, cursor = self.read_changes(None)
        ids, _cursor = self.read_changes(cursor)
        self.assertIn(remote_id, ids)

    def test_others_are_left_out(self):
        """Neither orders typed in by hand nor those of another CRM."""
        by_hand = self.clerk.create_order("Jansen Installaties", [("PUMP-200", 1)])
        other = self.create_order(key=self.make_key().replace("CRM-", "CRM_"))
        ids, _cursor = self.read_changes(None)
        self.assertNotIn(str(by_hand), ids)
        self.assertNotIn(other["remote_id"], ids)


class TestStatusJson2(StatusTests, StatusCase, unittest.TestCase):
    protocol = "json2"


class TestStatusJsonRpc(StatusTests, StatusCase, unittest.TestCase):
    protocol = "jsonrpc"


class TestChanges(ChangeTests, StatusCase, unittest.TestCase):
    pass

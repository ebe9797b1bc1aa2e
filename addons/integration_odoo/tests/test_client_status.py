"""What comes back from the real ERP: confirmed, shipped, invoiced, paid, credited."""

import unittest
from datetime import UTC, datetime
from unittest.mock import patch

import pytz

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
        self.assertEqual(
            [item["credit_of"] for item in invoices], [[], [str(invoice_id)]]
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

    def test_not_shipped_is_not_listed(self):
        """“No Backorder”: Odoo leaves it in the transfer, as cancelled."""
        lines = [
            self.make_line(quantity="2"),
            self.make_line("VALVE-DN25", quantity="5"),
        ]
        remote_id = self.create_order(lines=lines)["remote_id"]
        self.client.order_confirm([remote_id])
        self.clerk.ship_without_backorder(int(remote_id), ["PUMP-200"])
        (shipment,) = self.get_status(remote_id)["shipments"]
        self.assertEqual(shipment["state"], "shipped")
        self.assertEqual(
            [(item["product_code"], item["quantity"]) for item in shipment["items"]],
            [("PUMP-200", "2")],
        )
        # all of a transfer that is cancelled as a whole is told
        other = self.create_order(lines=lines)["remote_id"]
        self.client.order_confirm([other])
        self.clerk.call(
            "stock.picking", "action_cancel", self.clerk.open_shipments(int(other))
        )
        (shipment,) = self.get_status(other)["shipments"]
        self.assertEqual(shipment["state"], "cancelled")
        self.assertEqual(len(shipment["items"]), 2)

    def make_transfer(self, remote_id, source, target):
        """Goods of an order, moved by a transfer of the kind *Receipts*."""
        [line] = self.clerk.read_one("sale.order", int(remote_id), "order_line")[
            "order_line"
        ]
        places = {
            name: self.clerk.call(
                "stock.location", "search", domain=[("usage", "=", usage)], limit=1
            )[0]
            for name, usage in (("location_id", source), ("location_dest_id", target))
        }
        [kind] = self.clerk.call(
            "stock.picking.type", "search", domain=[("code", "=", "incoming")], limit=1
        )
        product_id = int(self.products["PUMP-200"]["remote_id"])
        move = {"product_id": product_id, "product_uom_qty": 1, "sale_line_id": line}
        values = {"picking_type_id": kind, **places}
        values["move_ids"] = [[0, 0, {**move, **places}]]
        return self.clerk.call("stock.picking", "create", vals_list=[values])[0]

    def test_what_arrives_is_told_by_where_it_gets_to(self):
        """Drop-shipments are receipts until 17; so are those of what was bought for it."""
        if self.client.major_version < 19:
            self.skipTest("the order of a transfer can't be written before 19")
        remote_id = self.create_confirmed("2")
        (delivery,) = self.get_status(remote_id)["shipments"]
        dropped = self.make_transfer(remote_id, "supplier", "customer")
        back = self.make_transfer(remote_id, "customer", "internal")
        self.make_transfer(remote_id, "supplier", "internal")
        self.assertEqual(
            [
                (item["remote_id"], item["is_return"])
                for item in self.get_status(remote_id)["shipments"]
            ],
            [
                (delivery["remote_id"], False),
                (str(dropped), False),
                (str(back), True),
            ],
        )

    def test_days_are_those_of_the_company(self):
        remote_id = self.create_confirmed("1")
        (picking_id,) = self.clerk.ship(int(remote_id))
        done = self.read_row("stock.picking", picking_id, "date_done")["date_done"]
        moment = datetime.fromisoformat(done).replace(tzinfo=UTC)
        # nowhere is it the same day at both ends of the world
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            with patch.dict(self.client._facts, {"time_zone": zone}):
                (shipment,) = self.get_status(remote_id)["shipments"]
            day = moment.astimezone(pytz.timezone(zone)).date()
            self.assertEqual(shipment["done_date"], day.isoformat())

    def test_time_zone_of_the_company(self):
        company_id = self.client.get_company()["id"]
        company = self.read_row("res.company", company_id, "partner_id")
        contact = self.read_row("res.partner", company["partner_id"][0], "tz")
        with self.make_client(
            options={"time_zone": "Asia/Shanghai"}, session_cache={}
        ) as client:
            self.assertEqual(
                client._get_time_zone().zone, contact["tz"] or "Asia/Shanghai"
            )

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
        # where its locations and its company are is asked once
        self.client.order_status(ids)
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

"""What became of orders in the real Tryton, after a clerk has worked there."""

import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.integration_tryton.client import changes

from .common import TrytonCase, contract


class StatusCase(TrytonCase):
    def setUp(self):
        super().setUp()
        self.clerk = self.make_clerk()

    def create_processing_sale(self, lines=None, **values):
        answer = self.create_sale(lines, is_confirmed=True, **values)
        return answer["remote_id"], int(answer["remote_id"])

    def get_status(self, remote_id):
        (status,) = self.client.order_status([remote_id])
        self.assert_conforms(status, contract.OrderStatus)
        return status

    def run_wizard(self, name, model, record_id, form, state):
        """What a clerk does in a dialog."""
        active = {
            "active_model": model,
            "active_id": record_id,
            "active_ids": [record_id],
        }
        session, _state, _end = self.clerk.call(f"wizard.{name}.create")
        self.clerk.call(
            f"wizard.{name}.execute", session, {"start": form}, state, **active
        )
        self.clerk.call(f"wizard.{name}.delete", session)

    def credit(self, invoice_id, with_refund):
        form = {
            "with_refund": with_refund,
            "with_refund_allowed": True,
            "invoice_date": datetime.date.today(),
        }
        self.run_wizard(
            "account.invoice.credit", "account.invoice", invoice_id, form, "credit"
        )

    def create_return(self, order_id):
        self.run_wizard("sale.return_sale", "sale.sale", order_id, {}, "return_")
        domain = [["origin", "=", f"sale.sale,{order_id}"]]
        (return_id,) = self.clerk.call("model.sale.sale.search", domain, 0, None, None)
        return return_id


class TestStatus(StatusCase):
    def test_draft_and_deleted(self):
        answer = self.create_sale()
        status = self.get_status(answer["remote_id"])
        self.assertEqual(status["key"], answer["key"])
        self.assertEqual(status["state"], "draft")
        self.assertEqual(status["delivery_state"], "none")
        self.assertEqual((status["invoices"], status["shipments"]), ([], []))
        self.admin.rpc("sale.sale", "delete", [int(answer["remote_id"])], changes=True)
        status = self.get_status(answer["remote_id"])
        self.assertEqual(status["state"], "deleted")

    def test_all_the_way(self):
        remote_id, order_id = self.create_processing_sale()
        status = self.get_status(remote_id)
        self.assertEqual(status["state"], "confirmed")
        self.assertEqual(status["delivery_state"], "waiting")
        (invoice,), (shipment,) = status["invoices"], status["shipments"]
        self.assertEqual(
            (invoice["kind"], invoice["state"], invoice["payment_state"]),
            ("invoice", "draft", "not_paid"),
        )
        self.assertEqual((invoice["total"], invoice["residual"]), ("242.00", "242.00"))
        self.assertEqual(shipment["state"], "waiting")
        self.assertFalse(shipment["is_backorder"])

        self.clerk.ship(order_id, tracking="PARCEL-1")
        status = self.get_status(remote_id)
        self.assertEqual(status["delivery_state"], "delivered")
        (shipment,) = status["shipments"]
        self.assertEqual(shipment["state"], "delivered")
        self.assertEqual(shipment["done_date"], datetime.date.today().isoformat())
        self.assertTrue(shipment["number"])
        self.assertIn("/model/stock.shipment.out/", shipment["url"])
        self.assertEqual(
            (shipment["tracking_number"], shipment["carrier"]),
            ("PARCEL-1", "PostNoord"),
        )

        (invoice_id,) = self.clerk.invoice(order_id)
        (invoice,) = self.get_status(remote_id)["invoices"]
        self.assertEqual(
            (invoice["state"], invoice["payment_state"]), ("posted", "not_paid")
        )
        self.assertTrue(invoice["number"])
        self.assertEqual(invoice["invoice_date"], datetime.date.today().isoformat())
        self.assertGreaterEqual(invoice["due_date"], invoice["invoice_date"])
        self.assertEqual((invoice["currency"], invoice["residual"]), ("EUR", "242.00"))

        self.clerk.pay(invoice_id, 42)
        (invoice,) = self.get_status(remote_id)["invoices"]
        self.assertEqual(
            (invoice["state"], invoice["payment_state"]), ("posted", "partial")
        )
        self.assertEqual(invoice["residual"], "200.00")

        self.clerk.pay(invoice_id)
        status = self.get_status(remote_id)
        (invoice,) = status["invoices"]
        self.assertEqual(
            (invoice["state"], invoice["payment_state"]), ("posted", "paid")
        )
        self.assertEqual(Decimal(invoice["residual"]), 0)
        self.assertEqual(status["state"], "done")

    def test_partial_delivery_and_backorder(self):
        remote_id, order_id = self.create_processing_sale(
            [
                self.make_product_line(quantity="4"),
                self.make_product_line("VALVE-DN25", quantity="10"),
            ]
        )
        self.clerk.ship(order_id, partial=True)
        status = self.get_status(remote_id)
        self.assertEqual(status["delivery_state"], "partial")
        first, second = status["shipments"]
        self.assertEqual((first["state"], first["is_backorder"]), ("delivered", False))
        self.assertEqual((second["state"], second["is_backorder"]), ("waiting", True))
        self.clerk.ship(order_id)
        status = self.get_status(remote_id)
        self.assertEqual(status["delivery_state"], "delivered")

    def test_steps_in_the_warehouse(self):
        remote_id, order_id = self.create_processing_sale()
        (shipment_id,) = self.clerk.open_shipments(order_id)

        def press(button):
            self.clerk.call(f"model.stock.shipment.out.{button}", [shipment_id])
            status = self.get_status(remote_id)
            return status["delivery_state"], status["shipments"][0]["state"]

        self.assertEqual(press("assign_force"), ("waiting", "ready"))
        self.assertEqual(press("pick"), ("waiting", "ready"))
        self.assertEqual(press("pack"), ("waiting", "ready"))
        self.assertEqual(press("ship"), ("shipped", "shipped"))
        self.assertEqual(press("do"), ("delivered", "delivered"))

    def test_service_needs_no_shipment(self):
        remote_id, _order_id = self.create_processing_sale(
            [self.make_product_line("SERV-INST")]
        )
        status = self.get_status(remote_id)
        self.assertEqual((status["delivery_state"], status["shipments"]), ("none", []))
        self.assertEqual(len(status["invoices"]), 1)

    def test_cancelled_shipment(self):
        remote_id, order_id = self.create_processing_sale()
        (shipment_id,) = self.clerk.open_shipments(order_id)
        self.clerk.call("model.stock.shipment.out.cancel", [shipment_id])
        status = self.get_status(remote_id)
        self.assertEqual(status["shipments"][0]["state"], "cancelled")
        self.assertEqual(status["delivery_state"], "waiting")

    def test_credited_with_refund(self):
        remote_id, order_id = self.create_processing_sale()
        (invoice_id,) = self.clerk.invoice(order_id)
        self.credit(invoice_id, with_refund=True)
        invoice, credit_note = self.get_status(remote_id)["invoices"]
        self.assertEqual(
            (invoice["kind"], invoice["state"], invoice["payment_state"]),
            ("invoice", "posted", "reversed"),
        )
        self.assertEqual(
            (credit_note["kind"], credit_note["state"], credit_note["payment_state"]),
            ("credit_note", "posted", "paid"),
        )
        self.assertEqual(credit_note["total"], "242.00")
        self.assertEqual(Decimal(invoice["residual"]), 0)

    def test_credited_in_part(self):
        remote_id, order_id = self.create_processing_sale()
        (invoice_id,) = self.clerk.invoice(order_id)
        self.credit(invoice_id, with_refund=False)
        invoice, credit_note = self.get_status(remote_id)["invoices"]
        self.assertEqual(
            (invoice["state"], invoice["payment_state"]), ("posted", "not_paid")
        )
        self.assertEqual(
            (credit_note["kind"], credit_note["state"]), ("credit_note", "draft")
        )

    def test_returned(self):
        remote_id, order_id = self.create_processing_sale()
        self.clerk.ship(order_id)
        return_id = self.create_return(order_id)
        self.assertEqual(len(self.get_status(remote_id)["shipments"]), 1)
        self.clerk.confirm(return_id)
        status = self.get_status(remote_id)
        shipment, back = status["shipments"]
        self.assertEqual((shipment["is_return"], back["is_return"]), (False, True))
        self.assertEqual(status["delivery_state"], "delivered")
        self.assertEqual(
            {item["kind"] for item in status["invoices"]}, {"invoice", "credit_note"}
        )

    def test_other_currency(self):
        remote_id, order_id = self.create_processing_sale(
            currency_id=self.currencies["USD"]
        )
        self.clerk.invoice(order_id)
        status = self.get_status(remote_id)
        (invoice,) = status["invoices"]
        self.assertEqual((status["currency"], invoice["currency"]), ("USD", "USD"))
        self.assertEqual((invoice["total"], invoice["residual"]), ("242.00", "242.00"))

    def test_many_orders_few_calls(self):
        ids = [self.create_sale(is_confirmed=True)["remote_id"] for _number in range(5)]
        before = len(self.client.exchanges)
        answers = self.client.order_status([*ids, "99999999"])
        self.assertLessEqual(len(self.client.exchanges) - before, 5)
        self.assert_conforms(answers, list[contract.OrderStatus])
        self.assertEqual([item["remote_id"] for item in answers], [*ids, "99999999"])
        self.assertTrue(all(item["shipments"] for item in answers[:-1]))
        self.assertEqual(self.client.order_status([]), [])


class TestChanges(StatusCase):
    def read_changes(self, cursor, limit=100):
        found = []
        while True:
            page = self.client.order_changes(cursor, limit, self.prefix)
            self.assertEqual(set(page), {"remote_ids", "cursor", "more"})
            found += page["remote_ids"]
            cursor = page["cursor"]
            if not page["more"]:
                return found, cursor

    def settle(self, cursor=None):
        """Read until nothing is new."""
        while True:
            found, cursor = self.read_changes(cursor)
            if not found:
                return cursor

    def assert_changed(self, cursor, *remote_ids):
        found, cursor = self.read_changes(cursor)
        self.assertEqual(sorted(found), sorted(remote_ids))
        # told once
        again, cursor = self.read_changes(cursor)
        self.assertEqual(again, [])
        return cursor

    def test_from_the_beginning_in_pages(self):
        ids = {self.create_sale()["remote_id"] for _number in range(7)}
        found, cursor = self.read_changes(None, limit=2)
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(ids, set(found))
        # once more for what may have been committed late, then no more
        self.settle(cursor)

    def test_one_search_for_many_pages(self):
        """It is the search that takes its time where there are many orders."""
        ids = [self.create_sale()["remote_id"] for _number in range(5)]
        cursor = self.settle()
        for remote_id in ids:
            self.client.rpc("sale.sale", "quote", [int(remote_id)], changes=True)
        costs, found, more = [], [], True
        while more:
            before = len(self.client.exchanges)
            page = self.client.order_changes(cursor, 2, self.prefix)
            costs.append(len(self.client.exchanges) - before)
            cursor, more = page["cursor"], page["more"]
            found += page["remote_ids"]
        self.assertEqual(sorted(found), sorted(ids))
        self.assertGreater(costs[0], costs[1])
        # the stamps of those on the page, against giving something twice
        self.assertEqual(set(costs[1:]), {1})

    def test_more_than_one_search_finds(self):
        ids = {self.create_sale()["remote_id"] for _number in range(5)}
        cursor = self.settle()
        for remote_id in ids:
            self.client.rpc("sale.sale", "quote", [int(remote_id)], changes=True)
        with patch.object(changes, "SEARCHED_AT_ONCE", 2):
            found, cursor = self.read_changes(cursor, limit=1)
            self.assertEqual(sorted(found), sorted(ids))
            self.settle(cursor)

    def test_foreign_orders_are_none_of_ours(self):
        other = self.create_sale(key=f"X{self.prefix}1")
        found, _cursor = self.read_changes(None)
        self.assertNotIn(other["remote_id"], found)

    def test_every_step_is_told(self):
        cursor = self.settle()
        answer = self.create_sale()
        remote_id, order_id = answer["remote_id"], int(answer["remote_id"])
        cursor = self.assert_changed(cursor, remote_id)
        self.client.order_confirm([remote_id])
        cursor = self.assert_changed(cursor, remote_id)
        (shipment_id,) = self.clerk.open_shipments(order_id)
        # the sale itself does not notice this one
        self.clerk.call("model.stock.shipment.out.assign_force", [shipment_id])
        cursor = self.assert_changed(cursor, remote_id)
        for button in ("pick", "pack", "do"):
            self.clerk.call(f"model.stock.shipment.out.{button}", [shipment_id])
        cursor = self.assert_changed(cursor, remote_id)
        (invoice_id,) = self.clerk.invoice(order_id)
        cursor = self.assert_changed(cursor, remote_id)
        # nor this
        self.clerk.pay(invoice_id, 42)
        cursor = self.assert_changed(cursor, remote_id)
        self.clerk.pay(invoice_id)
        cursor = self.assert_changed(cursor, remote_id)

    def test_credit_note_is_told(self):
        remote_id, order_id = self.create_processing_sale()
        (invoice_id,) = self.clerk.invoice(order_id)
        cursor = self.settle()
        self.credit(invoice_id, with_refund=False)
        cursor = self.assert_changed(cursor, remote_id)
        _invoice, credit_note = self.get_status(remote_id)["invoices"]
        credit_note_id = int(credit_note["remote_id"])
        self.clerk.call("model.account.invoice.post", [credit_note_id])
        self.assert_changed(cursor, remote_id)

    def test_return_is_told(self):
        remote_id, order_id = self.create_processing_sale()
        self.clerk.ship(order_id)
        cursor = self.settle()
        return_id = self.create_return(order_id)
        cursor = self.assert_changed(cursor, remote_id)
        self.clerk.confirm(return_id)
        self.assert_changed(cursor, remote_id)

    def test_changes_while_paging(self):
        ids = [self.create_sale()["remote_id"] for _number in range(4)]
        cursor = self.settle()
        for remote_id in ids:
            self.client.rpc("sale.sale", "quote", [int(remote_id)], changes=True)
        page = self.client.order_changes(cursor, 2, self.prefix)
        self.assertTrue(page["more"])
        # one that was given already changes again, before the last page
        first = page["remote_ids"][0]
        self.client.rpc("sale.sale", "confirm", [int(first)], changes=True)
        found, cursor = self.read_changes(page["cursor"])
        self.assertEqual(len(found), 2)
        self.assert_changed(cursor, first)

    def test_committed_late(self):
        """A transaction that took long shows up with the moment it began."""
        answer = self.create_sale()
        late = self.create_sale()["remote_id"]
        cursor = self.settle()
        self.client.rpc("sale.sale", "quote", [int(answer["remote_id"])], changes=True)
        cursor = self.assert_changed(cursor, answer["remote_id"])
        # what it looks like: a stamp older than what was read already
        before = cursor.replace(f'"{late}":', '"0":')
        self.assertNotEqual(before, cursor)
        self.assert_changed(before, late)

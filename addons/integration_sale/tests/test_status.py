from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import SaleCase
from .fake_erp import make_invoice, make_shipment


@tagged("post_install", "-at_install")
class TestStatus(SaleCase):
    """Shipments and invoices come back."""

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead()
        self.order = self.make_order(self.lead)
        self.order.action_confirm()
        self.push(self.lead)
        self.pull()
        self.erp_order = self.lead.erp_order_ids

    def change(self, **values):
        """Somebody works over there; then it is pulled."""
        remote = self.get_remote_order(self.lead)
        remote.update(values, version=int(self.erp.new_id()))
        messages = self.lead.message_ids
        self.pull()
        return self.lead.message_ids - messages

    def test_shipped_in_two_parts(self):
        news = self.change(
            delivery_state="partial",
            shipments=[
                make_shipment(
                    "1",
                    state="shipped",
                    done_date="2026-11-23",
                    carrier="DHL",
                    tracking_number="JD0001",
                    tracking_url="http://track/JD0001",
                ),
                make_shipment("2", is_backorder=True),
            ],
        )
        self.assertEqual(self.lead.integration_status, "partly_shipped")
        self.assertEqual(self.order.integration_status, "partly_shipped")
        self.assertEqual(len(news), 1)
        self.assertIn("http://track/JD0001", news.body)
        self.assertEqual(news.notified_partner_ids, self.salesperson.partner_id)
        first, second = self.erp_order.shipment_ids.sorted("id")
        self.assertEqual(first.done_date, fields.Date.to_date("2026-11-23"))
        self.assertTrue(second.is_backorder)
        news = self.change(
            delivery_state="shipped",
            shipments=[
                make_shipment("1", state="shipped", done_date="2026-11-23"),
                make_shipment("2", state="shipped", is_backorder=True),
            ],
        )
        self.assertEqual(self.lead.integration_status, "shipped")
        self.assertEqual(len(self.erp_order.shipment_ids), 2)
        self.assertEqual(self.lead.erp_shipment_count, 2)

    def test_read_before_a_call_of_ours_came_back(self):
        """What it has told of since stands, until the order is read again."""
        handler_class = self.registry["integration.handler.sale_status_pull"]
        apply = handler_class._apply

        def apply_later(handler, flow, results):
            # by the order's own job, say, which has confirmed it meanwhile
            self.env.cr.execute(
                "UPDATE integration_erp_order"
                " SET write_date = clock_timestamp() AT TIME ZONE 'UTC'"
            )
            self.env.invalidate_all()
            return apply(handler, flow, results)

        with patch.object(handler_class, "_apply", apply_later):
            news = self.change(state="draft", delivery_state="shipped")
        self.assertFalse(news)
        self.assertEqual(self.erp_order.state, "confirmed")
        self.assertEqual(self.lead.integration_status, "in_erp")
        self.pull()
        self.assertEqual(self.erp_order.state, "draft")
        self.assertEqual(self.erp_order.delivery_state, "shipped")

    def test_same_thing_twice_is_silent(self):
        self.change(delivery_state="shipped")
        before = self.env["integration.erp.order"].search([]).mapped("write_date")
        self.assertFalse(self.change())
        self.assertEqual(self.lead.integration_status, "shipped")
        self.assertTrue(before)

    def test_invoiced_and_paid(self):
        news = self.change(invoices=[make_invoice("1", 240)])
        self.assertEqual(self.lead.integration_status, "invoiced")
        self.assertIn("INV/1", news.body)
        self.change(invoices=[make_invoice("1", 240, 100)])
        self.assertEqual(self.erp_order.invoice_state, "partly_paid")
        self.assertEqual(self.erp_order.invoice_ids.status, "partly_paid")
        self.assertEqual(self.lead.integration_status, "partly_paid")
        self.change(invoices=[make_invoice("1", 240, 0)])
        self.assertEqual(self.lead.integration_status, "paid")
        self.assertEqual(self.lead.erp_invoice_count, 1)
        self.assertEqual(self.erp_order.invoice_ids.amount_residual, 0)

    def test_partly_invoiced_is_not_invoiced(self):
        self.change(invoices=[make_invoice("1", 100, 0)])
        self.assertEqual(self.erp_order.invoice_state, "partial")
        self.assertEqual(self.lead.integration_status, "in_erp")

    def test_invoiced_before_all_is_shipped(self):
        self.change(invoices=[make_invoice("1", 240)], delivery_state="partial")
        self.assertEqual(self.lead.integration_status, "invoiced")
        self.assertEqual(self.lead.integration_message, "Partly shipped.")
        self.change(delivery_state="shipped")
        self.assertFalse(self.lead.integration_message)

    def test_overdue(self):
        self.change(invoices=[make_invoice("1", 240, due_date="2099-01-01")])
        invoice = self.erp_order.invoice_ids
        self.assertEqual(invoice.status, "open")
        # time passes, nothing changes over there
        invoice.due_date = "2020-01-01"
        self.pull()
        self.assertEqual(invoice.status, "overdue")
        self.assertEqual(
            self.env["integration.erp.invoice"].search([("is_overdue", "=", True)]),
            invoice,
        )
        self.assertNotIn(
            invoice,
            self.env["integration.erp.invoice"].search([("is_overdue", "=", False)]),
        )
        self.assertIn("overdue", self.lead.integration_message)

    def test_credited(self):
        self.change(
            invoices=[
                make_invoice("1", 240, 0, payment_state="reversed"),
                make_invoice("2", 240, 0, kind="credit_note"),
            ]
        )
        self.assertEqual(self.erp_order.invoice_state, "credited")
        self.assertEqual(
            self.erp_order.invoice_ids.filtered(lambda i: i.kind == "invoice").status,
            "credited",
        )

    def make_credit(self, number, total, of=None, **values):
        """A credit note, paid back or set against its invoice."""
        values["credit_of"] = [of] if of else []
        return make_invoice(number, total, 0, kind="credit_note", **values)

    def test_credited_and_billed_anew(self):
        """Odoo's “Reverse and Create Invoice”: what was credited as a whole is no more."""
        before = [
            make_invoice("1", 240, 0, payment_state="reversed"),
            self.make_credit("2", 240, "1"),
        ]
        self.change(invoices=[*before, make_invoice("3", 240, state="draft")])
        self.assertEqual(self.erp_order.invoice_state, "credited")
        self.change(invoices=[*before, make_invoice("3", 240)])
        self.assertEqual(self.erp_order.invoice_state, "invoiced")
        self.assertEqual(self.lead.integration_status, "invoiced")
        self.assertFalse(self.lead.integration_message)
        self.change(invoices=[*before, make_invoice("3", 240, 100)])
        self.assertEqual(self.erp_order.invoice_state, "partly_paid")
        self.change(invoices=[*before, make_invoice("3", 240, 0)])
        self.assertEqual(self.lead.integration_status, "paid")

    def test_credited_and_billed_in_part(self):
        for values in ({"payment_state": "reversed"}, {"payment_state": "paid"}):
            # in the second case it had been paid, and the money went back
            self.change(
                invoices=[
                    make_invoice("1", 120, 0, **values),
                    self.make_credit("2", 120, "1"),
                    make_invoice("3", 120, 0),
                ]
            )
            self.assertEqual(self.erp_order.invoice_state, "partial", values)

    def test_credit_note_set_against_another_invoice(self):
        """Paid, credited, billed anew; the credit note is what pays the new invoice."""
        self.change(
            invoices=[
                make_invoice("1", 240, 0),
                self.make_credit("2", 240, "1"),
                make_invoice("3", 240, 0, payment_state="reversed"),
            ]
        )
        self.assertEqual(self.erp_order.invoice_state, "paid")

    def test_discount_afterwards(self):
        """Credited in part, the order is invoiced all the same."""
        self.change(
            invoices=[make_invoice("1", 240, 200), self.make_credit("2", 40, "1")]
        )
        self.assertEqual(self.erp_order.invoice_state, "partly_paid")
        self.assertIn("Credited: ", self.lead.integration_message)
        self.assertIn("40.00", self.lead.integration_message)

    def test_one_invoice_of_two_orders(self):
        other = self.make_lead()
        self.make_order(other).action_confirm()
        self.push(other)
        for lead in (self.lead, other):
            self.get_remote_order(lead).update(
                invoices=[make_invoice("9", 480)], version=int(self.erp.new_id())
            )
        self.pull()
        self.assertEqual(len(self.erp_order.invoice_ids), 1)
        self.assertEqual(
            self.erp_order.invoice_ids.order_ids.lead_id, self.lead | other
        )

    def test_draft_invoice_deleted(self):
        self.change(invoices=[make_invoice("1", 240, state="draft")])
        self.assertEqual(self.erp_order.invoice_ids.status, "draft")
        self.change(invoices=[])
        self.assertFalse(self.erp_order.invoice_ids)

    def test_cancelled(self):
        news = self.change(state="cancelled")
        self.assertEqual(self.lead.integration_status, "cancelled")
        self.assertIn("cancelled", news.body)

    def test_deleted(self):
        del self.erp.orders[self.erp_order.remote_id]
        self.pull()
        self.assertEqual(self.erp_order.state, "confirmed")
        # an order nobody has heard of for an hour is asked for
        self.erp_order.checked_at = "2026-01-01 00:00:00"
        self.pull()
        self.assertEqual(self.erp_order.state, "deleted")
        self.assertEqual(self.lead.integration_status, "cancelled")
        self.assertIn("no longer there", self.lead.integration_message)

    def test_confirmed_there_with_another_total(self):
        self.erp.surcharge = 5
        self.change()
        self.assertEqual(self.erp_order.difference, 5)
        self.assertEqual(self.lead.integration_status, "attention")

    def test_pages(self):
        self.connector._get_flow("sale_status_pull").batch_size = 2
        leads = self.env["crm.lead"].union(
            *(self.make_lead([(self.product, 1)]) for _index in range(5))
        )
        self.push(leads)
        for lead in leads:
            self.get_remote_order(lead).update(
                delivery_state="shipped", version=int(self.erp.new_id())
            )
        self.pull()
        self.assertEqual(set(leads.mapped("integration_status")), {"shipped"})

    def test_orders_of_other_databases(self):
        self.erp.orders["1"] = {
            **self.get_remote_order(self.lead),
            "remote_id": "1",
            "key": self.erp_order.key + "0",
            "version": int(self.erp.new_id()),
        }
        self.pull()
        self.assertFalse(
            self.env["integration.erp.order"].search([("remote_id", "=", "1")])
        )

    def test_many_statuses_cost_no_query_per_document(self):
        handler = self.env["integration.handler.sale_status_pull"]
        flow = self.connector._get_flow("sale_status_pull")

        def count(size):
            leads = self.env["crm.lead"].union(
                *(self.make_lead([(self.product, 1)]) for _index in range(size))
            )
            self.push(leads)
            client = self.connector._get_client()
            ids = leads.erp_order_ids.mapped("remote_id")
            statuses = client.order_status(ids)
            for index, status in enumerate(statuses):
                # of no interest on the chatter, which costs what posting costs
                status["shipments"] = [make_shipment(f"{size}-{index}")]
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            handler._write_statuses(flow, statuses)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(3), count(23)
        # the two relations of an order are written one by one, by the ORM
        self.assertLessEqual(many - few, 3 * 20)

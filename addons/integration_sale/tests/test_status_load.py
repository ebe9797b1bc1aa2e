from unittest.mock import patch

from lxml import html

from odoo.tests import tagged

from .common import SaleCase
from .fake_erp import make_invoice, make_shipment

TABLES = (
    "crm_lead",
    "integration_change",
    "integration_erp_invoice",
    "integration_erp_order",
    "integration_erp_order_invoice_rel",
    "integration_erp_order_shipment_rel",
    "integration_erp_shipment",
    "mail_activity",
    "mail_mail",
    "mail_message",
    "mail_notification",
    "sale_order",
)


@tagged("post_install", "-at_install")
class TestStatusLoad(SaleCase):
    """First load of shipping and invoice status: all orders known here."""

    def setUp(self):
        super().setUp()
        self.lead, self.other = self.make_lead(), self.make_lead()
        for lead in (self.lead, self.other):
            self.make_order(lead).action_confirm()
            self.push(lead)
        self.pull()
        self.status_flow = self.connector._get_flow("sale_status_pull")
        self.erp_order = self.lead.erp_order_ids

    def change(self, lead, **values):
        self.get_remote_order(lead).update(values, version=int(self.erp.new_id()))

    def check(self):
        action = self.status_flow.action_open_load()
        load = self.env["integration.load"].browse(action["res_id"])
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked", load.error_message)
        return load

    def get_rows(self):
        self.env.flush_all()
        rows = {}
        for table in TABLES:
            self.env.cr.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            rows[table] = self.env.cr.fetchall()
        return rows

    def get_lines(self, load):
        return {line.name: line for line in load.line_ids}

    def get_totals(self, load):
        return {
            row[0].text: [cell.text for cell in row[1:]]
            for row in html.fromstring(load.totals_html).iter("tr")
        }

    def test_dry_run_writes_nothing(self):
        self.change(
            self.lead,
            state="done",
            delivery_state="shipped",
            shipments=[make_shipment("1", state="shipped", done_date="2026-11-23")],
            invoices=[make_invoice("1", 240), make_invoice("2", 60, 0)],
        )
        rows, cursor = self.get_rows(), self.status_flow.cursor
        # what is sent after the commit can't be taken back
        handler = type(self.env["integration.handler.sale_status_pull"])
        with patch.object(handler, "_tell", side_effect=AssertionError):
            load = self.check()
        after = self.get_rows()
        for table in TABLES:
            self.assertEqual(after[table], rows[table], table)
        self.assertEqual(self.status_flow.cursor, cursor)
        lines = self.get_lines(load)
        number = self.erp_order.display_name
        self.assertEqual(
            {name: line.outcome for name, line in lines.items()},
            {
                number: "change",
                f"{number} · INV/1": "create",
                f"{number} · INV/2": "create",
                self.other.erp_order_ids.display_name: "same",
            },
        )
        detail = lines[number].detail
        self.assertIn("Order: Confirmed → Done", detail)
        self.assertIn("Shipping: Waiting → Shipped", detail)
        self.assertIn("Invoicing: Not Invoiced → Partly Paid", detail)
        currency = self.erp_order.currency_id
        totals = self.get_totals(load)
        self.assertEqual(totals["To Create"], ["2", currency.format(300)])
        self.assertEqual(totals["To Change"], ["1", None])
        load.action_load()
        self.run_lane()
        self.assertEqual((load.state, load.done_count), ("done", 3))
        self.assertEqual(self.erp_order.delivery_state, "shipped")
        self.assertEqual(len(self.erp_order.invoice_ids), 2)
        self.assertIn("INV/1", self.lead.message_ids[0].body, "told now")
        again = self.check()
        self.assertEqual((again.same_count, again.change_count), (4, 0))
        totals = self.get_totals(again)
        self.assertEqual(totals["Left Alone"], ["4", currency.format(300)])

    def test_paid_credited_and_gone(self):
        self.change(self.lead, invoices=[make_invoice("1", 240)])
        self.pull()
        self.change(
            self.lead,
            invoices=[
                make_invoice("1", 240, 0),
                {**make_invoice("9", 40), "kind": "credit_note"},
            ],
        )
        self.change(self.other, state="cancelled")
        load = self.check()
        lines = self.get_lines(load)
        number = self.erp_order.display_name
        paid = lines[f"{number} · INV/1"]
        self.assertEqual((paid.outcome, paid.amount), ("change", 240))
        self.assertIn("Open → Paid", paid.detail)
        self.assertEqual(lines[f"{number} · INV/9"].amount, -40)
        gone = lines[self.other.erp_order_ids.display_name]
        self.assertIn("→ Cancelled", gone.detail)
        self.assertEqual(self.other.erp_order_ids.state, "confirmed")
        self.assertFalse(self.other.activity_ids)

    def test_order_of_another_deal(self):
        prefix = self.connector._get_remote_key_prefix()
        self.change(self.lead, key=f"{prefix}SO999999", delivery_state="shipped")
        rows = self.get_rows()
        line = self.get_lines(self.check())[self.erp_order.display_name]
        self.assertEqual(line.outcome, "attention")
        self.assertIn("SO999999", line.detail)
        self.assertEqual(self.get_rows(), rows)

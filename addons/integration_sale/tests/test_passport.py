import json
from datetime import date, datetime

from odoo.tests import BaseCase

from odoo.addons.integration_hub.client import ValidationError

from ..passport import make_step, settle
from .common import SaleCase


class TestPassport(SaleCase):
    def get_steps(self, document, user=None):
        """:return: dict ``{code: step}`` of the only track"""
        document = document.with_user(user or self.salesperson)
        # a form reads it anew each time
        document.invalidate_recordset(["integration_passport"])
        passport = document.integration_passport
        [track] = passport["tracks"]
        return {step["code"]: step for step in track["steps"]}

    def get_states(self, document):
        return {code: step["state"] for code, step in self.get_steps(document).items()}

    def make_won(self):
        lead = self.make_lead([(self.product, 2)])
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        return lead, order

    def test_nothing_before_won(self):
        lead = self.make_lead([(self.product, 2)])
        order = self.make_order(lead)
        self.assertFalse(lead.integration_passport)
        self.assertFalse(order.integration_passport)

    def test_waiting(self):
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        steps = self.get_steps(lead)
        self.assertEqual(steps["won"]["state"], "done")
        self.assertTrue(steps["won"]["time"])
        self.assertEqual(steps["sent"]["state"], "current")
        self.assertEqual(steps["sent"]["actor"], "Goes by itself")
        self.connector.state = "error"
        self.env.invalidate_all()
        steps = self.get_steps(lead)
        self.assertEqual(steps["sent"]["state"], "problem")
        self.assertEqual(
            steps["sent"]["actor"], f"Mats Steward starts {self.connector.name} again"
        )

    def test_refused(self):
        self.erp.faults["order_create"].append(ValidationError("No."))
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        step = self.get_steps(lead)["sent"]
        self.assertEqual((step["state"], step["actor"]), ("problem", "Anna Seller"))
        self.assertEqual(self.get_steps(lead)["accepted"]["state"], "open", "once said")

    def test_when_it_was_sent(self):
        """When it went out, which is neither when it was won nor when it was read back."""
        lead, _order = self.make_won()
        [erp_order] = lead.erp_order_ids
        self.assertTrue(erp_order.sent_at)
        erp_order.write(
            {
                "sent_at": datetime(2026, 11, 2, 9, 30),
                "accepted_at": datetime(2026, 11, 3, 9, 31),
            }
        )
        step = self.get_steps(lead)["sent"]
        self.assertEqual(step["state"], "done")
        self.assertEqual(step["time"], "2026-11-02 09:30:00")

    def test_nothing_to_send(self):
        lead = self.make_lead()
        self.push(lead)
        step = self.get_steps(lead)["sent"]
        self.assertEqual((step["state"], step["actor"]), ("problem", "Anna Seller"))

    def test_way_to_the_money(self):
        lead, order = self.make_won()
        erp_order = lead.erp_order_ids
        step = self.get_steps(lead)["shipped"]
        self.assertEqual(
            (step["label"], step["state"], step["actor"]),
            ("Shipped", "current", "ERP North ships"),
            "not read yet",
        )
        erp_order.delivery_state = "none"
        for document in (lead, order):
            steps = self.get_steps(document)
            self.assertEqual(
                {code: step["state"] for code, step in steps.items()},
                {
                    "won": "done",
                    "sent": "done",
                    "accepted": "done",
                    "shipped": "off",
                    "invoiced": "current",
                    "paid": "open",
                },
            )
            self.assertEqual(
                steps["accepted"]["documents"][0]["text"], erp_order.remote_number
            )
            self.assertTrue(steps["accepted"]["time"])
            self.assertEqual(steps["invoiced"]["actor"], "ERP North invoices")
        erp_order.delivery_state = "waiting"
        self.assertEqual(self.get_steps(lead)["shipped"]["actor"], "ERP North ships")
        shipments = self.env["integration.erp.shipment"].create(
            [
                {
                    "connector_id": self.connector.id,
                    "remote_id": "S1",
                    "remote_number": "OUT/1",
                    "state": "shipped",
                    "done_date": date(2026, 11, 3),
                    "carrier": "PostNoord",
                    "tracking_number": "3SNZT1",
                    "tracking_url": "https://track.example/3SNZT1",
                },
                {
                    "connector_id": self.connector.id,
                    "remote_id": "S2",
                    "remote_number": "OUT/2",
                    "state": "waiting",
                    "is_backorder": True,
                    "scheduled_date": date(2026, 11, 20),
                },
            ]
        )
        erp_order.write({"delivery_state": "partial", "shipment_ids": shipments.ids})
        steps = self.get_steps(lead)
        self.assertEqual(steps["backorder"]["state"], "current")
        self.assertEqual(steps["backorder"]["date"], "2026-11-20")
        self.assertEqual(steps["backorder"]["documents"][0]["text"], "OUT/2")
        self.assertEqual(
            steps["shipped"]["documents"],
            [
                {
                    "text": "3SNZT1",
                    "url": "https://track.example/3SNZT1",
                    "note": "PostNoord",
                }
            ],
        )
        self.assertEqual(steps["shipped"]["label"], "Partly Shipped")
        shipments[1].write({"state": "shipped", "done_date": date(2026, 11, 21)})
        erp_order.delivery_state = "shipped"
        steps = self.get_steps(lead)
        self.assertEqual(steps["backorder"]["state"], "done")
        self.assertEqual(steps["shipped"]["date"], "2026-11-21")
        invoice = self.env["integration.erp.invoice"].create(
            {
                "connector_id": self.connector.id,
                "remote_id": "I1",
                "remote_number": "INV/1",
                "remote_url": "https://erp.example/invoices/1",
                "state": "posted",
                "invoice_date": date(2026, 11, 4),
                "due_date": date(2099, 12, 4),
                "currency_id": self.currency.id,
                "amount_total": 240.0,
                "amount_residual": 240.0,
            }
        )
        erp_order.write({"invoice_state": "invoiced", "invoice_ids": invoice.ids})
        steps = self.get_steps(lead)
        self.assertEqual(steps["invoiced"]["state"], "done")
        self.assertEqual(steps["invoiced"]["date"], "2026-11-04")
        self.assertEqual(
            [(item["text"], item["url"]) for item in steps["invoiced"]["documents"]],
            [("INV/1", "https://erp.example/invoices/1")],
        )
        self.assertEqual(steps["paid"]["state"], "current")
        self.assertIn("Brown Ltd pays", steps["paid"]["actor"])
        invoice.due_date = date(2020, 1, 1)
        self.assertEqual(self.get_steps(lead)["paid"]["state"], "problem")
        self.assertIn("owes", self.get_steps(lead)["paid"]["actor"])
        invoice.write({"payment_state": "paid", "amount_residual": 0.0})
        erp_order.invoice_state = "paid"
        steps = self.get_steps(lead)
        self.assertEqual(steps["paid"]["state"], "done")
        self.assertTrue(steps["paid"]["time"])

    def test_credited(self):
        lead, _order = self.make_won()
        notes = self.env["integration.erp.invoice"].create(
            [
                {
                    "connector_id": self.connector.id,
                    "remote_id": kind,
                    "remote_number": f"N-{kind}",
                    "kind": kind,
                    "state": "posted",
                    "payment_state": "reversed",
                    "invoice_date": date(2026, 11, 4),
                    "currency_id": self.currency.id,
                    "amount_total": 240.0,
                }
                for kind in ("invoice", "credit_note")
            ]
        )
        lead.erp_order_ids.write(
            {"invoice_state": "credited", "invoice_ids": notes.ids}
        )
        states = self.get_states(lead)
        self.assertEqual(states["credited"], "done")
        self.assertEqual(states["paid"], "off")

    def test_cancelled_there(self):
        lead, _order = self.make_won()
        lead.erp_order_ids.state = "cancelled"
        steps = self.get_steps(lead)
        self.assertEqual(list(steps), ["won", "sent", "accepted"])
        self.assertEqual(steps["accepted"]["label"], "Cancelled")
        self.assertEqual(steps["accepted"]["state"], "problem")

    def test_difference(self):
        self.erp.surcharge = 1
        lead, _order = self.make_won()
        step = self.get_steps(lead)["accepted"]
        self.assertEqual(step["state"], "problem")
        self.assertEqual(step["actor"], "Anna Seller looks at the difference of totals")

    def test_only_own_part_on_quotations(self):
        lead = self.make_lead()
        orders = self.make_order(lead) | self.make_order(lead, [(self.product_two, 1)])
        orders.action_confirm()
        self.push(lead)
        self.assertEqual(len(lead.integration_passport["tracks"]), 2)
        for order in orders:
            [track] = order.integration_passport["tracks"]
            self.assertEqual(track["title"], order.erp_order_ids.display_name)

    def test_browsers_are_told(self):
        lead = self.make_lead([(self.product, 2)])
        self.commit()
        self.env["bus.bus"].search([]).unlink()
        self.win(lead)
        self.commit()
        messages = [
            json.loads(message)
            for message in self.env["bus.bus"].search([]).mapped("message")
        ]
        told = [
            message["payload"]
            for message in messages
            if message["type"] == "integration_sale.deals"
        ]
        self.assertTrue(told)
        self.assertIn(lead.id, told[-1]["lead_ids"])


class TestSteps(BaseCase):
    def test_settle(self):
        steps = settle(
            [
                make_step("won", "Won", "done", datetime(2026, 1, 2, 3, 4), "A"),
                make_step("shipped", "Shipped", "off"),
                make_step("invoiced", "Invoiced", actor="B"),
                make_step("paid", "Paid", "problem", date(2026, 1, 2), "C"),
            ]
        )
        self.assertEqual(
            [step["state"] for step in steps], ["done", "off", "current", "problem"]
        )
        self.assertEqual([step["actor"] for step in steps], ["", "", "B", "C"])
        self.assertEqual(steps[0]["time"], "2026-01-02 03:04:00")
        self.assertEqual(steps[3]["date"], "2026-01-02")
        self.assertIsNone(steps[3]["time"])

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integration_hub.client import (
    HeldBackError,
    NetworkError,
    OutcomeUnknownError,
    ValidationError,
)

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestOrderPush(SaleCase):
    """Each part of an order has one answer (readme/USAGE.md has the table)."""

    def push_order(self, lines=None, **values):
        lead = self.make_lead()
        order = self.make_order(lead, lines, **values)
        order.action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        return self.get_remote_order(lead)["request"]

    # -- happy path -------------------------------------------------------------------

    def test_number_and_link(self):
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        erp_order = lead.erp_order_ids
        self.assertEqual(erp_order.state, "confirmed")
        self.assertEqual(erp_order.amount_total, 240.0)
        self.assertEqual(erp_order.difference_state, "none")
        for record in (lead, order):
            self.assertIn(erp_order.remote_number, record.message_ids[0].body)
            self.assertIn(erp_order.remote_url, record.message_ids[0].body)
            self.assertEqual(record.erp_order_label, erp_order.remote_number)
        external_id = self.env["integration.external.id"].search(
            [("kind", "=", "order"), ("res_model", "=", "sale.order")]
        )
        self.assertEqual(external_id.res_id, order.id)
        self.assertEqual(external_id.remote_url, erp_order.remote_url)
        self.assertEqual(self.erp.calls["order_create"], 1)

    def test_many_deals_are_one_call(self):
        leads = self.env["crm.lead"].union(
            *(self.make_lead([(self.product, 1)]) for _index in range(5))
        )
        self.push(leads)
        self.assertEqual(len(self.erp.orders), 5)
        self.assertEqual(self.erp.calls["order_create"], 1)
        self.assertEqual(self.erp.calls["order_confirm"], 1)
        self.assertEqual(self.erp.calls["party_create"], 1)

    # -- parts of an order ------------------------------------------------------------

    def test_head(self):
        contact = self.partner.create(
            {"name": "Buyer", "parent_id": self.partner.id, "type": "contact"}
        )
        self.partner.create(
            {
                "name": "Warehouse",
                "parent_id": self.partner.id,
                "type": "delivery",
                "street": "Dock 9",
            }
        )
        lead = self.make_lead(partner_id=contact.id)
        order = self.make_order(
            lead,
            client_order_ref="PO 4711",
            partner_invoice_id=self.partner.id,
            commitment_date=datetime(2026, 12, 24, 23, 30),
            note="<p>Ring <b>twice</b></p>",
        )
        self.salesperson.tz = "Europe/Brussels"
        order.action_confirm()
        self.push(lead)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["customer_reference"], "PO 4711")
        # half past midnight in Brussels
        self.assertEqual(request["requested_date"], "2026-12-25")
        self.assertEqual(request["note"], "Ring *twice*")
        self.assertEqual(request["currency_id"], "7")
        self.assertEqual(request["number"], order.name)
        [party_id] = self.erp.parties
        self.assertEqual(request["party_id"], party_id)
        addresses = self.erp.parties[party_id]["addresses"]
        by_name = {
            signature[0]: remote_id for signature, remote_id in addresses.items()
        }
        self.assertEqual(request["invoice_address_id"], by_name["Brown Ltd"])
        self.assertEqual(request["delivery_address_id"], by_name["Warehouse"])
        self.assertEqual(request["contact_id"], by_name["Buyer"])

    def test_optional_products(self):
        request = self.push_order(
            lines=[],
            order_line=[
                Command.create({"product_id": self.product.id}),
                Command.create(
                    {
                        "name": "Extras",
                        "display_type": "line_section",
                        "is_optional": True,
                    }
                ),
                Command.create(
                    {"product_id": self.product_two.id, "product_uom_qty": 0}
                ),
            ],
        )
        self.assertEqual([line["kind"] for line in request["lines"]], ["product"])

    def test_chosen_optional_products(self):
        request = self.push_order(
            lines=[],
            order_line=[
                Command.create(
                    {
                        "name": "Extras",
                        "display_type": "line_section",
                        "is_optional": True,
                    }
                ),
                Command.create(
                    {"product_id": self.product_two.id, "product_uom_qty": 1}
                ),
            ],
        )
        self.assertEqual(
            [line["kind"] for line in request["lines"]], ["section", "product"]
        )

    def test_sections_and_notes(self):
        request = self.push_order(
            lines=[],
            order_line=[
                Command.create({"name": "Hall", "display_type": "line_section"}),
                Command.create({"name": "Left", "display_type": "line_subsection"}),
                Command.create({"product_id": self.product.id}),
                Command.create({"name": "Beware of dog", "display_type": "line_note"}),
            ],
        )
        self.assertEqual(
            [(line["kind"], line["description"]) for line in request["lines"]],
            [
                ("section", "Hall"),
                ("section", "Left"),
                ("product", request["lines"][2]["description"]),
                ("note", "Beware of dog"),
            ],
        )

    def test_discounts(self):
        request = self.push_order(
            lines=[],
            order_line=[
                Command.create(
                    {
                        "product_id": self.product.id,
                        "product_uom_qty": 3,
                        "discount": 12.5,
                    }
                )
            ],
        )
        self.assertEqual(request["lines"][0]["unit_price"], "100")
        self.assertEqual(request["lines"][0]["discount"], "12.5")

    def test_global_discount_is_a_line(self):
        discount = self.make_product("Discount", "DISC", 0.0, type="service")
        self.company.sale_discount_product_id = discount
        lead = self.make_lead()
        order = self.make_order(lead)
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.1,
            }
        ).action_apply_discount()
        order.action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        line = self.get_remote_order(lead)["request"]["lines"][-1]
        self.assertEqual((line["quantity"], line["unit_price"]), ("1", "-20"))

    def test_down_payments_stay_here(self):
        lead = self.make_lead()
        order = self.make_order(lead)
        order.action_confirm()
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create(
            {"advance_payment_method": "fixed", "fixed_amount": 50}
        ).create_invoices()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        self.push(lead)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual([line["kind"] for line in request["lines"]], ["product"])
        self.assertEqual(lead.integration_status, "in_erp")

    def test_combo_is_a_heading(self):
        combo = self.env["product.combo"].create(
            {
                "name": "Seats",
                "combo_item_ids": [Command.create({"product_id": self.product.id})],
            }
        )
        menu = self.make_product(
            "Set",
            "SET",
            80.0,
            is_mapped=False,
            type="combo",
            combo_ids=[Command.set(combo.ids)],
            taxes_id=False,
        )
        lead = self.make_lead()
        order = self.make_order(lead, [])
        head = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": menu.id, "product_uom_qty": 2}
        )
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.product.id,
                "product_uom_qty": 2,
                "combo_item_id": combo.combo_item_ids.id,
                "linked_line_id": head.id,
            }
        )
        order.action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        lines = self.get_remote_order(lead)["request"]["lines"]
        self.assertEqual([line["kind"] for line in lines], ["note", "product"])
        self.assertEqual(lines[1]["unit_price"], "80")

    def test_returns_and_zero(self):
        request = self.push_order(
            [(self.product, 5), (self.product_two, -1), (self.product_two, 0)]
        )
        self.assertEqual([line["quantity"] for line in request["lines"]], ["5", "-1"])

    def test_special_characters_and_long_text(self):
        text = "Ünïcödé “quotes” <b>&amp;</b> 漢字 🪑\n" + "x" * 5000
        request = self.push_order(
            lines=[],
            order_line=[Command.create({"product_id": self.product.id, "name": text})],
        )
        self.assertEqual(request["lines"][0]["description"], text)

    def test_opportunity_lines(self):
        lead = self.make_lead(
            [(self.product, 3)],
            date_deadline="2026-12-31",
            lead_line_ids=[
                Command.create({"name": "Hall", "display_type": "line_section"}),
                Command.create(
                    {"product_id": self.product.id, "quantity": 3, "discount": 10}
                ),
                Command.create({"product_id": self.product_two.id, "quantity": 0}),
            ],
        )
        self.push(lead)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(
            [line["kind"] for line in request["lines"]], ["section", "product"]
        )
        self.assertEqual(request["requested_date"], "")
        self.assertEqual(lead.erp_order_ids.amount_total, 324.0)

    # -- comparing totals -------------------------------------------------------------

    def push_differing(self, surcharge, **flow_values):
        self.erp.surcharge = surcharge
        self.flow.write(flow_values)
        lead = self.make_lead()
        self.make_order(lead).action_confirm()
        self.push(lead)
        return lead, lead.erp_order_ids

    def test_difference_is_shown_and_holds_the_order(self):
        lead, order = self.push_differing(5)
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.difference, 5.0)
        self.assertEqual(order.difference_state, "open")
        self.assertIn("Chair", order.difference_html)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("245", lead.integration_message)
        self.assertEqual(lead.integration_fix, "difference")
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)
        action = lead.with_user(self.salesperson).action_fix_integration()
        self.assertEqual(action["res_id"], order.id)
        order.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assertEqual(order.state, "confirmed")
        self.assertEqual(order.difference_state, "accepted")
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))
        self.assertEqual(len(self.erp.orders), 1)

    def test_mended_over_there(self):
        lead, order = self.push_differing(5)
        self.erp.surcharge = 0
        order.with_user(self.salesperson).action_send_again()
        self.run_lane()
        self.assertEqual(order.state, "confirmed")
        self.assertEqual(order.difference_state, "none")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_tolerance(self):
        lead, order = self.push_differing(5, amount_tolerance=5)
        self.assertEqual((order.state, order.difference_state), ("confirmed", "none"))

    def test_confirm_anyway(self):
        lead, order = self.push_differing(5, confirm_policy="always")
        self.assertEqual((order.state, order.difference_state), ("confirmed", "open"))
        self.assertEqual(lead.integration_status, "attention")

    def test_never_confirm(self):
        lead, order = self.push_differing(0, confirm_policy="never")
        self.assertEqual((order.state, order.difference_state), ("draft", "none"))
        self.assertEqual(lead.integration_status, "in_erp")

    def test_taxes_of_the_erp(self):
        lead, order = self.push_differing(0, tax_policy="remote")
        request = self.get_remote_order(lead)["request"]
        self.assertIsNone(request["lines"][0]["tax_ids"])
        self.assertEqual(order.difference_state, "none")

    # -- faults -----------------------------------------------------------------------

    def test_network_failure_retries(self):
        self.erp.faults["order_find"] = [NetworkError("The system can't be reached.")]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(self.erp.calls["order_find"], 2)

    def test_lost_answer_makes_no_second_order(self):
        self.erp.faults["order_create"] = [
            lambda: OutcomeUnknownError("The connection broke off.")
        ]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(self.erp.calls["order_create"], 1)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_lost_customer_makes_no_second_one(self):
        self.erp.faults["party_create"] = [
            lambda: OutcomeUnknownError("The connection broke off.")
        ]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(len(self.erp.parties), 1)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_refused_one_leaves_the_others_alone(self):
        leads = self.make_lead() | self.make_lead()
        orders = self.make_order(leads[0]) | self.make_order(leads[1], note="refuse")
        orders.action_confirm()
        self.push(leads)
        self.assertEqual(leads.mapped("integration_status"), ["in_erp", "attention"])
        self.assertIn("does not like", leads[1].integration_message)
        # a person corrects the data; that alone sends it again
        orders[1].note = "please"
        self.run_lane()
        self.assertEqual(leads[1].integration_status, "in_erp")

    def test_confirmation_held_back_by_our_own_limits(self):
        """The system has not asked for anything: it need not rest."""
        self.erp.faults["order_confirm"] = [
            lambda: HeldBackError("Not its turn yet.", retry_after=20)
        ]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        job = self.get_jobs(lead)
        self.assertEqual((job.state, job.attempts), ("waiting", 0))
        self.assertGreater(job.next_try, self.env.cr.now() + timedelta(seconds=15))
        self.assertFalse(self.connector.resting_until)
        job.next_try = self.env.cr.now()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.state, "confirmed")
        self.assertEqual(len(self.erp.orders), 1)

    def test_refused_confirmation(self):
        self.erp.faults["order_confirm"] = [lambda: ValidationError("Credit limit.")]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.state, "draft")
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Credit limit.", lead.integration_message)
        self.assertEqual(lead.integration_fix, "retry")
        lead.with_user(self.steward).action_fix_integration()
        self.run_lane()
        self.assertEqual(lead.erp_order_ids.state, "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(len(self.erp.orders), 1)

"""The acceptance checklist of the flow (requirements §9), the same for each ERP."""

from datetime import date, timedelta


class DealMixin:
    """Checks 1 to 5; ``tests/test_deals_*.py`` run them against each system. The others
    are in ``recovery_mixin.py``."""

    # -- 1. happy path ----------------------------------------------------------------

    def test_1_from_won_to_paid(self):
        lead = self.make_lead()
        order = self.make_order(lead, [("PUMP-200", 4), ("COFFEE-1KG", 2)])
        order.action_confirm()
        self.push(lead)
        self.assert_status(lead, "in_erp")
        erp_order = lead.erp_order_ids
        self.assertTrue(erp_order.remote_number)
        self.assertTrue(erp_order.remote_url)
        self.assertIn(erp_order.remote_number, lead.message_ids[0].body)
        self.assertEqual(erp_order.state, "confirmed")
        self.assertAlmostEqual(erp_order.amount_total, order.amount_total, 2)
        there = self.find_order_there(erp_order)

        self.clerk.ship(there, partial=True)
        self.pull()
        self.assert_status(lead, "partly_shipped")
        self.assertTrue(
            erp_order.shipment_ids.filtered(
                lambda s: s.state in ("shipped", "delivered")
            )
        )
        self.assertIn("Partly Shipped", lead.message_ids[0].body)
        self.clerk.ship(there)
        self.pull()
        self.assert_status(lead, "shipped")
        self.check_shipments(erp_order.shipment_ids)

        invoices = self.clerk.invoice(there)
        self.pull()
        self.assert_status(lead, "invoiced")
        invoice = erp_order.invoice_ids.filtered(lambda i: i.state == "posted")[:1]
        self.assertTrue(invoice.remote_number)
        self.assertAlmostEqual(
            sum(erp_order.invoice_ids.mapped("amount_total")), order.amount_total, 2
        )
        self.clerk.pay(invoices[0], 100)
        self.pull()
        self.assertIn(
            "partly_paid", erp_order.invoice_ids.mapped("status"), "paid a part"
        )
        for remote_invoice in invoices:
            self.clerk.pay(remote_invoice)
        self.pull()
        self.assert_status(lead, "paid")
        self.assert_status(order, "paid")
        self.assertFalse(any(erp_order.invoice_ids.mapped("amount_residual")))

    def check_shipments(self, shipments):
        self.assertLessEqual(set(shipments.mapped("state")), {"shipped", "delivered"})
        self.assertTrue(all(shipments.mapped("done_date")))

    def test_1_opportunity_lines(self):
        lead = self.make_lead([("VALVE-DN25", 3), ("BOOK-HYD", 1)])
        self.push(lead)
        self.assert_status(lead, "in_erp")
        self.assertAlmostEqual(lead.erp_order_ids.amount_total, lead.lines_total, 2)

    def test_1_overdue_and_credited(self):
        # known over there, with 30 days to pay
        partner = self.make_partner("Zwembad", vat="NL857731002B01", email=False)
        lead = self.make_lead([("FILTER-10", 10)], partner)
        self.push(lead)
        erp_order = lead.erp_order_ids
        there = self.find_order_there(erp_order)
        self.clerk.ship(there)
        [invoice] = self.clerk.invoice(there, on=date.today() - timedelta(days=60))
        self.pull()
        self.assertEqual(
            erp_order.invoice_ids.status, "overdue", erp_order.invoice_ids.read()
        )
        self.assertIn("overdue", lead.integration_message)
        self.clerk.credit(invoice)
        self.pull()
        self.assertEqual(erp_order.invoice_state, "credited")

    # -- 2. update --------------------------------------------------------------------

    def test_2_changed_before_and_after(self):
        # what is sent of it is checked in after_won_mixin.py
        self.connector._get_flow("sale_change_push").change_policy = "ask"
        lead = self.make_lead()
        order = self.make_order(lead, [("FILTER-10", 1)])
        order.action_confirm()
        self.connector.action_pause()
        self.push(lead)
        order.order_line.product_uom_qty = 5
        self.run_lane()
        self.connector.action_start()
        self.run_lane()
        self.assert_status(lead, "in_erp")
        [line] = self.get_lines_there(lead.erp_order_ids)
        self.assertEqual(float(line["quantity"]), 5)
        order.order_line.product_uom_qty = 6
        self.run_lane()
        self.assert_status(lead, "attention")
        self.assertEqual(self.count_there([lead.erp_order_ids.key]), 1)
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)

    def test_2_nothing_new_is_nothing_written(self):
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        self.pull()
        erp_order = lead.erp_order_ids
        messages, written = lead.message_ids, erp_order.received_hash
        self.pull()
        self.assertEqual(lead.message_ids, messages)
        self.assertEqual(erp_order.received_hash, written)

    # -- 3. delete, archive -----------------------------------------------------------

    def test_3_cancelled_there(self):
        self.flow.confirm_policy = "never"
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        self.clerk.cancel(self.find_order_there(lead.erp_order_ids))
        self.pull()
        self.assert_status(lead, "cancelled")
        self.assertEqual(lead.erp_order_ids.state, "cancelled")
        # won again it is not made a second time
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        self.push(lead)
        self.assert_status(lead, "cancelled")
        self.assertEqual(len(lead.erp_order_ids), 1)

    def test_3_deleted_there(self):
        self.flow.confirm_policy = "never"
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        erp_order = lead.erp_order_ids
        there = self.find_order_there(erp_order)
        self.clerk.cancel(there)
        self.delete_there(there)
        erp_order.checked_at = "2020-01-01 00:00:00"
        self.pull()
        self.assertEqual(erp_order.state, "deleted")
        self.assert_status(lead, "cancelled")

    def test_3_lost_and_archived_here(self):
        self.connector._get_flow("sale_change_push").lost_policy = "ask"
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        lead.action_set_lost()
        self.assert_status(lead, "attention")
        self.assertIn(lead.erp_order_ids.remote_number, lead.integration_message)
        self.assertEqual(self.find_there(lead.erp_order_ids.key)["state"], "confirmed")

    # -- 4. duplicate created in the source -------------------------------------------

    def test_4_two_contacts_that_are_one_customer(self):
        first = self.make_partner()
        second = self.make_partner(name="Again", email=first.email)
        self.push(self.make_lead([("FILTER-10", 1)], first))
        lead = self.make_lead([("FILTER-10", 1)], second)
        self.push(lead)
        self.assert_status(lead, "attention")
        self.assertIn(first.name, lead.integration_message)
        self.assertEqual(lead.integration_fix, "choose_customer")
        action = lead.with_user(self.salesperson).action_fix_integration()
        self.env[action["res_model"]].browse(action["res_id"]).action_create_new()
        self.run_lane()
        self.assert_status(lead, "in_erp")

    def test_4_customer_that_is_there_is_found(self):
        partner = self.make_partner(
            "Brouwerij De Gouden Leeuw", vat="NL823140003B01", email=False
        )
        self.push(self.make_lead([("FILTER-10", 1)], partner))
        external_id = self.env["integration.external.id"]._find(
            self.connector, "party", partner
        )
        with self.connector._get_client() as client:
            [[match]] = client.party_match(
                [{**partner._prepare_erp_party_payload([]), "key": "none"}]
            )
        self.assertEqual(
            (match["rule"], match["remote_id"]), ("vat", external_id.remote_id)
        )

    def test_4_won_twice_at_once(self):
        lead = self.make_lead([("FILTER-10", 1)])
        self.win(lead)
        lead.sudo()._push_won("asked again")
        self.run_lane()
        jobs = self.env["integration.job"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual(len(jobs), 1)
        self.assertEqual(len(lead.erp_order_ids), 1)

    # -- 5. conflict: both sides changed at once --------------------------------------

    def test_5_both_sides_changed(self):
        self.flow.confirm_policy = "never"
        lead = self.make_lead()
        order = self.make_order(lead, [("FILTER-10", 4)])
        order.action_confirm()
        self.push(lead)
        erp_order = lead.erp_order_ids
        self.change_quantity_there(self.find_order_there(erp_order), 3)
        order.order_line.product_uom_qty = 5
        self.pull()
        # both are kept and shown, nobody is overwritten
        self.assertEqual(order.order_line.product_uom_qty, 5)
        [line] = self.get_lines_there(erp_order)
        self.assertEqual(float(line["quantity"]), 3)
        self.assertEqual(erp_order.difference_state, "open")
        self.assert_status(lead, "attention")

    # -- by the clerk -----------------------------------------------------------------

    def find_order_there(self, erp_order):
        return int(erp_order.remote_id)

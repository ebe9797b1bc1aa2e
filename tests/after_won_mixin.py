"""The acceptance checklist (requirements §9) of *Changes of won deals*, the same for each
ERP: ``tests/test_after_won_*.py`` run it over HTTP."""

from odoo.addons.integration_hub.client import OutcomeUnknownError

from .after_won_steps import AfterWonSteps


class AfterWonMixin(AfterWonSteps):
    """The nine checks; what comes back is in ``coming_back_mixin.py``."""

    # -- 1. happy path ----------------------------------------------------------------

    def test_1_changed_here(self):
        lead, order, erp_order = self.make_sent(
            [("FILTER-10", 4), ("SEAL-KIT", 1), ("VALVE-DN25", 2)], is_draft=True
        )
        filters, seals, valves = order.order_line
        filters.product_uom_qty = 6
        valves.write({"price_unit": 55.5, "discount": 10})
        # a line of a confirmed order can't be deleted
        seals.product_uom_qty = 0
        self.add_line(order, "COFFEE-1KG", 3)
        order.note = "<p>Ring twice</p>"
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(
            self.get_quantities(erp_order),
            {"FILTER-10": 6, "VALVE-DN25": 2, "COFFEE-1KG": 3},
        )
        self.assert_same(erp_order, order)
        news = lead.message_ids[0].body
        self.assertIn("4 → 6", news)
        self.assertIn(erp_order.remote_number, news)

    def test_1_lost_is_cancelled(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4), ("SERV-INST", 1)])
        self.assertEqual(erp_order.state, "confirmed")
        self.lose(lead)
        self.assert_status(lead, "cancelled")
        self.assert_status(order, "cancelled")
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        self.assertFalse(self.get_activities(lead))
        # what comes back is no news
        messages = lead.message_ids
        self.pull()
        self.assertEqual(lead.message_ids, messages)
        self.assert_status(lead, "cancelled")
        self.assertFalse(lead.activity_ids)

    def test_1_reopened_is_cancelled(self):
        """With the policy for it; the deal is not lost. Won again, the order is back."""
        self.change_flow.reopen_policy = "cancel"
        for is_draft in (False, True):
            lead, order, erp_order = self.make_sent(
                [("FILTER-10", 4)], is_draft=is_draft
            )
            lead.with_user(self.salesperson).stage_id = self.open_stage
            self.run_lane()
            self.assertEqual(lead.won_status, "pending")
            self.assert_status(lead, "cancelled")
            self.assert_status(order, "cancelled")
            self.assertEqual(self.get_state_there(erp_order), "cancelled")
            self.assertFalse(self.get_activities(lead))
        self.push(lead)
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_state_there(erp_order), "draft")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 4})
        self.assertEqual(self.count_there([erp_order.key]), 1)

    # -- 2. update --------------------------------------------------------------------

    def test_2_changed_twice_and_back(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        for quantity in (6, 9, 4):
            order.order_line.product_uom_qty = quantity
            self.run_lane()
            self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": quantity})
            self.assert_same(erp_order, order)
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.count_there([erp_order.key]), 1)

    def test_2_nothing_is_sent_twice(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        order.order_line.product_uom_qty = 6
        self.run_lane()
        with self.counting("order_update") as calls:
            lead.sudo()._compare_with_sent()
            order.order_line.product_uom_qty = 7
            order.order_line.product_uom_qty = 6
            self.run_lane()
            self.pull()
        self.assertFalse(calls)
        self.assert_status(lead, "in_erp")

    def test_2_won_again(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        self.lose(lead)
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        self.flow.confirm_policy = "within"
        order.order_line.product_uom_qty = 5
        self.win_again(lead)
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_state_there(erp_order), "confirmed")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 5})
        self.assertEqual(self.count_there([erp_order.key]), 1)

    # -- 3. delete and archive --------------------------------------------------------

    def test_3_quotation_cancelled_and_deal_deleted(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 1)])
        order._action_cancel()
        self.run_lane()
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        other, order, erp_order = self.make_sent([("FILTER-10", 1)])
        order.opportunity_id = False
        other.unlink()
        self.run_lane()
        self.assertEqual(self.get_state_there(erp_order), "cancelled")

    def test_3_shipped_can_not_be_cancelled(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        self.clerk.ship(self.get_id_there(erp_order), partial=True)
        self.lose(lead)
        self.assert_status(lead, "attention")
        self.assertEqual(self.get_state_there(erp_order), "confirmed")
        self.assertIn("goods have left", lead.integration_message)
        [activity] = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn(erp_order.remote_number, activity.note)
        self.assertIn(erp_order.remote_url.replace("&", "&amp;"), activity.note)
        lead.with_user(self.salesperson).action_fix_integration()
        self.assertFalse(self.get_activities(lead))

    def test_3_invoiced_can_not_be_cancelled(self):
        lead, order, erp_order = self.make_sent([("SERV-INST", 2)])
        self.invoice_service(self.get_id_there(erp_order))
        self.lose(lead)
        self.assert_status(lead, "attention")
        self.assertIn("invoiced", lead.integration_message)
        self.assertEqual(self.get_state_there(erp_order), "confirmed")

    def test_3_cancelled_there(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 1)], is_draft=True)
        self.clerk.cancel(self.get_id_there(erp_order))
        self.pull()
        self.assert_status(lead, "cancelled")
        self.assert_status(order, "cancelled")
        [activity] = lead.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("still won here", activity.note)
        self.assertIn("cancelled", lead.message_ids[0].body)

    # -- 4. duplicate -----------------------------------------------------------------

    def test_4_asked_twice(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        self.connector.action_pause()
        for quantity in (5, 6):
            order.order_line[0].product_uom_qty = quantity
            self.add_line(order, "SEAL-KIT", quantity)
            self.env.flush_all()
            self.env.cr.precommit.run()
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.change_flow.id), ("res_id", "=", lead.id)]
        )
        self.assertEqual(len(jobs), 1)
        self.connector.action_start()
        with self.counting("order_update") as calls:
            self.run_lane()
        self.assertEqual(len(calls), 1)
        self.assertEqual(
            sorted(
                (line["product_code"], float(line["quantity"]))
                for line in self.get_lines_there(erp_order)
            ),
            [("FILTER-10", 6), ("SEAL-KIT", 5), ("SEAL-KIT", 6)],
        )
        self.assert_same(erp_order, order)

    # -- 5. conflict ------------------------------------------------------------------

    def test_5_both_sides_changed(self):
        lead, order, erp_order = self.make_sent(
            [("FILTER-10", 4), ("SEAL-KIT", 1)], is_draft=True
        )
        self.clerk.change_line(self.get_id_there(erp_order), 0, quantity=3)
        filters, seals = order.order_line
        filters.product_uom_qty = 5
        seals.product_uom_qty = 2
        self.run_lane()
        # what only we have changed goes over, what both have changed is asked
        self.assertEqual(
            self.get_quantities(erp_order), {"FILTER-10": 3, "SEAL-KIT": 2}
        )
        self.assertEqual(filters.product_uom_qty, 5)
        self.assert_status(lead, "attention")
        [activity] = self.get_activities(lead)
        self.assertIn(">5<", activity.note)
        self.assertIn(">3<", activity.note)
        # the clerk gives in
        self.clerk.change_line(self.get_id_there(erp_order), 0, quantity=5)
        lead.with_user(self.salesperson).action_fix_integration()
        self.pull()
        self.assert_status(lead, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_5_theirs_is_kept(self):
        """A price agreed on over there survives a change of ours in another point."""
        lead, order, erp_order = self.make_sent(
            [("FILTER-10", 4), ("SEAL-KIT", 1)], is_draft=True
        )
        self.clerk.change_line(self.get_id_there(erp_order), 0, price=9.99)
        order.order_line[0].product_uom_qty = 5
        order.order_line[1].product_uom_qty = 2
        self.run_lane()
        first, second = self.get_lines_there(erp_order)
        self.assertEqual(float(first["unit_price"]), 9.99)
        self.assertEqual(float(first["quantity"]), 5)
        self.assertEqual(float(second["quantity"]), 2)
        self.assertEqual(erp_order.difference_state, "open")
        self.assert_status(lead, "attention")

    def test_5_changed_there(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        self.pull()
        before = order.amount_total
        self.clerk.change_line(self.get_id_there(erp_order), 0, quantity=8)
        self.pull()
        self.assert_status(lead, "attention")
        self.assertIn("changed there", lead.message_ids[0].body)
        [activity] = self.get_activities(lead)
        self.assertIn(f"{before:.2f}", activity.note)
        self.assertAlmostEqual(erp_order.amount_total, before * 2, 1)
        self.assertIn(f"{erp_order.amount_total:.2f}", activity.note)
        self.assertEqual(order.order_line.product_uom_qty, 4)

    # -- 6. recovery ------------------------------------------------------------------

    def test_6_lost_answers(self):
        for verb in ("order_update", "order_cancel", "order_reopen"):
            with self.subTest(verb=verb):
                lead, order, erp_order = self.make_sent(
                    [("FILTER-10", 4)], is_draft=True
                )
                lost = OutcomeUnknownError("The connection broke off.")
                with self.counting(verb, lost) as calls:
                    order.order_line.product_uom_qty = 6
                    self.add_line(order, "SEAL-KIT", 1)
                    self.run_until_settled()
                    self.lose(lead)
                    self.run_until_settled()
                    self.win_again(lead)
                    self.run_until_settled()
                self.assertGreaterEqual(len(calls), 1)
                self.assert_status(lead, "in_erp")
                self.assertEqual(
                    self.get_quantities(erp_order), {"FILTER-10": 6, "SEAL-KIT": 1}
                )
                self.assertEqual(len(self.get_lines_there(erp_order)), 2)
                self.assert_same(erp_order, order)

    def test_6_network_failure(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        self.cut_off(max_attempts=2)
        order.order_line.product_uom_qty = 6
        self.run_lane()
        self.assertIn(lead.integration_status, ("waiting", "attention"))
        self.connector.url = self.erp["url"]
        self.connector.write({"failures_in_a_row": 0, "resting_until": False})
        self.env["integration.job"].search(
            [("connector_id", "=", self.connector.id), ("state", "!=", "done")]
        ).action_retry()
        self.run_until_settled()
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 6})

    # -- 7. volume --------------------------------------------------------------------

    def test_7_many_at_once(self):
        """A few calls for all of them, however many they are."""
        self.flow.confirm_policy = "never"
        leads, orders = self.env["crm.lead"], self.env["sale.order"]
        partner = self.make_partner()
        for index in range(12):
            lead = self.make_lead(partner=partner)
            order = self.make_order(lead, [("FILTER-10", index + 1), ("SEAL-KIT", 1)])
            order.action_confirm()
            leads |= lead
            orders |= order
        self.push(leads)
        for order in orders:
            order.order_line[0].product_uom_qty += 1
            self.add_line(order, "COFFEE-1KG", 2)
        with self.counting("order_update") as updates, self.counting("send") as calls:
            self.run_lane()
        self.assertEqual(len(updates), 1)
        self.assertLess(len(calls), 20)
        for lead, order in zip(leads, orders, strict=True):
            self.assert_status(lead, "in_erp")
            self.assert_same(lead.erp_order_ids, order)
        self.lose(leads[:6])
        self.assertEqual(set(leads[:6].mapped("integration_status")), {"cancelled"})
        self.assertEqual(set(leads[6:].mapped("integration_status")), {"in_erp"})

    # -- 8. data types ----------------------------------------------------------------

    def test_8_texts_dates_prices_addresses(self):
        lead, order, erp_order = self.make_sent(
            [("PIPE-CU15", 12.35), ("SERV-INST", 1)], is_draft=True
        )
        address = self.env["res.partner"].create(
            {
                "name": f"Lager Ä {self.mark}",
                "type": "delivery",
                "parent_id": order.partner_id.id,
                "street": "Straße <7> & “ß”",
                "zip": "1234 AB",
                "city": "Zaandam",
                "country_id": self.env.ref("base.nl").id,
            }
        )
        text = "Größe 1″ – “so” <i>&amp;</i> 漢字 🪑\n" + "lang " * 200
        pipe, service = order.order_line
        pipe.write({"product_uom_qty": 7.25, "price_unit": 3.35, "discount": 12.5})
        service.name = text
        order.write(
            {
                "partner_shipping_id": address.id,
                "commitment_date": "2030-12-24 23:30:00",
                "client_order_ref": "PO-Ünï <2>",
            }
        )
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assert_same(erp_order, order)
        lines = {line["product_code"]: line for line in self.get_lines_there(erp_order)}
        self.assertEqual(float(lines["PIPE-CU15"]["quantity"]), 7.25)
        self.assertEqual(lines["SERV-INST"]["description"].strip(), text.strip())
        with self.connector._get_client() as client:
            [content] = client.order_read([erp_order.remote_id])
        # the day after, in Amsterdam
        self.assertEqual(content["header"]["requested_date"], "2030-12-25")
        remote = self.env["integration.handler.customer_push"]._get_remote_addresses(
            self.connector, {order.partner_id.id: {address.id}}
        )
        self.assertEqual(
            content["header"]["delivery_address_id"],
            remote[order.partner_id.id, address.id],
        )
        # and a second look finds nothing to send
        with self.counting("order_update") as calls:
            order.client_order_ref = "x"
            order.client_order_ref = "PO-Ünï <2>"
            self.run_lane()
        self.assertFalse(calls)

    # -- 9. empty ---------------------------------------------------------------------

    def test_9_emptied(self):
        lead, order, erp_order = self.make_sent(
            [("FILTER-10", 1)],
            is_draft=True,
            client_order_ref="PO 1",
            commitment_date="2030-12-24 12:00:00",
            note="<p>Ring</p>",
        )
        order.write(
            {"client_order_ref": False, "commitment_date": False, "note": False}
        )
        self.run_lane()
        self.assert_status(lead, "in_erp")
        with self.connector._get_client() as client:
            [content] = client.order_read([erp_order.remote_id])
        self.assertFalse(content["header"]["requested_date"])
        self.assertFalse(content["header"]["note"])
        # all lines gone: nothing is left to sell
        order.order_line.product_uom_qty = 0
        self.run_lane()
        self.assertFalse(self.get_quantities(erp_order))

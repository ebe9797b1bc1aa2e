"""What comes back of won deals: shipped, returned, credited, billed anew. The same for each
ERP: ``tests/test_after_won_*.py`` run it over HTTP."""

from .load_steps import LoadSteps


class ComingBackMixin(LoadSteps):
    """To be put before ``AfterWonMixin``, whose steps it takes."""

    def test_looked_at_before_it_comes_back(self):
        """What all orders would become, and what was invoiced in all."""
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        other_lead, _order, other = self.make_sent([("FILTER-10", 1)])
        there = self.get_id_there(erp_order)
        self.clerk.ship(there)
        [invoice] = self.clerk.invoice(there)
        self.pull()
        self.assert_status(lead, "invoiced")
        # paid after that one was read, and the other one shipped and invoiced
        self.clerk.pay(invoice)
        # Tryton makes the invoice, a draft, along with the order
        is_known = bool(other.invoice_ids)
        self.clerk.ship(self.get_id_there(other))
        self.clerk.invoice(self.get_id_there(other))
        flow = self.connector._get_flow("sale_status_pull")
        load = self.check_load(
            flow,
            "crm_lead",
            "sale_order",
            "integration_change",
            "integration_erp_order",
            "integration_erp_invoice",
            "integration_erp_shipment",
            "mail_message",
            "mail_activity",
        )
        self.assertEqual(
            (load.create_count, load.change_count, load.same_count),
            (0, 4, 0) if is_known else (1, 3, 0),
        )
        bill = erp_order.invoice_ids
        line = self.get_line(load, erp_order, bill.display_name)
        self.assertIn("Open → Paid", line.detail)
        numbers = {erp_order.display_name, other.display_name}
        details = {
            line.name: line.detail for line in load.line_ids if line.name in numbers
        }
        self.assertIn("Invoiced → Paid", details[erp_order.display_name])
        self.assertIn("Not Invoiced → Invoiced", details[other.display_name])
        self.assertIn("Shipping: Waiting → ", details[other.display_name])
        euro = self.env.ref("base.EUR")
        paid, new = erp_order.amount_total, other.amount_total
        self.assertEqual(
            self.get_totals(load),
            {("To Change", "EUR"): euro.format(paid + new)}
            if is_known
            else {
                ("To Create", "EUR"): euro.format(new),
                ("To Change", "EUR"): euro.format(paid),
            },
        )
        self.do_load(load)
        self.assert_status(lead, "paid")
        self.assert_status(other_lead, "invoiced")
        self.assertEqual(other.invoice_ids.amount_total, other.amount_total)

    def test_partly_shipped_returned_and_credited(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        there = self.get_id_there(erp_order)
        self.clerk.ship(there, partial=True)
        self.pull()
        self.assert_status(lead, "partly_shipped")
        self.assertIn("2 of 4 shipped", lead.integration_message)
        self.assertIn("2 × FILTER-10", lead.integration_message)
        self.assertIn("2 × FILTER-10", lead.message_ids[0].body)
        self.clerk.ship(there)
        invoices = self.clerk.invoice(there)
        self.clerk.pay(invoices[0], 10)
        self.pull()
        self.assert_status(lead, "partly_paid")
        self.clerk.return_goods(there)
        self.pull()
        self.assert_status(lead, "returned")
        self.assertIn("Goods came back: 4 × FILTER-10", lead.message_ids[0].body)
        steps = {
            step["code"]: step
            for step in lead.integration_passport["tracks"][0]["steps"]
        }
        self.assertEqual(steps["returned"]["label"], "Returned")

    def test_credited(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        there = self.get_id_there(erp_order)
        self.clerk.ship(there)
        [invoice] = self.clerk.invoice(there)
        self.clerk.credit(invoice)
        self.pull()
        self.assert_status(lead, "credited")

    def test_credited_and_billed_anew(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        there = self.get_id_there(erp_order)
        self.clerk.ship(there)
        [invoice] = self.clerk.invoice(there)
        other = self.clerk.bill_anew(invoice)
        self.pull()
        posted = erp_order.invoice_ids.filtered(lambda item: item.state == "posted")
        self.assertEqual(len(posted), 3)
        self.assert_status(lead, "invoiced")
        self.assertFalse(lead.integration_message)
        self.clerk.pay(other, 10)
        self.pull()
        self.assert_status(lead, "partly_paid")
        self.clerk.pay(other)
        self.pull()
        self.assert_status(lead, "paid")

    def test_credited_and_billed_in_part(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        there = self.get_id_there(erp_order)
        self.clerk.ship(there)
        [invoice] = self.clerk.invoice(there)
        self.clerk.pay(self.clerk.bill_anew(invoice, 0.5))
        self.pull()
        self.assertEqual(erp_order.invoice_state, "partial")
        self.assert_status(lead, "shipped")

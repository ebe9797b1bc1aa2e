"""What comes back of won deals: shipped, returned, credited, billed anew. The same for each
ERP: ``tests/test_after_won_*.py`` run it over HTTP."""


class ComingBackMixin:
    """To be put before ``AfterWonMixin``, whose steps it takes."""

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

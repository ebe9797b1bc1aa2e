"""The acceptance checklist of complaints (ERP-12; requirements §9), the same for each ERP.
What stands over there is read, and done, as a clerk would, not by our client."""

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError

from .complaint_steps import ComplaintSteps


class ComplaintMixin(ComplaintSteps):
    def test_1_sent_from_the_deal(self):
        lead = self.make_sold()
        complaint = self.make_sent(
            lead_id=lead.id,
            partner_id=lead.partner_id.id,
            product_id=self.products["PUMP-200"].id,
            quantity=2,
            wish="return",
        )
        there = self.read_there(complaint)
        self.assertIn("It drips at the flange.", there["text"])
        self.assertIn("PUMP-200", there["text"])
        self.assertEqual(there["party_id"], self.get_party_id(lead.partner_id))
        self.assertEqual(there["product_code"], "PUMP-200")
        self.assertEqual(complaint.state, "new")
        self.assertIn(str(there["number"]), complaint.remote_number)
        self.assertTrue(complaint.remote_url)
        self.assertEqual(self.count_keys([complaint._get_key()]), 1)
        self.assertEqual(lead.with_user(self.salesperson).complaint_count, 1)
        self.assertEqual(lead.partner_id.complaint_count, 1)

    def test_1_history_comes_back(self):
        lead = self.make_sold()
        complaint = self.make_sent(
            lead_id=lead.id,
            partner_id=lead.partner_id.id,
            product_id=self.products["PUMP-200"].id,
            quantity=2,
            wish="return",
        )
        self.settle_there(complaint)
        self.fetch()
        self.assertEqual(complaint.state, "done")
        self.assertTrue(complaint.closed_at)
        states = complaint.step_ids.filtered(lambda step: step.kind == "state")
        self.assertEqual(states.mapped("name"), ["Received", "Done"])
        self.check_history(complaint)
        # read once more, nothing is there twice
        count = len(complaint.step_ids)
        messages = len(complaint.message_ids)
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(len(complaint.step_ids), count)
        self.assertEqual(len(complaint.message_ids), messages)

    def test_1_opened_there(self):
        customer = self.make_linked_customer()
        stranger = self.make_partner("Stranger")
        self.fetch()
        text = f"Noise since Monday {self.mark}\nSecond line"
        self.open_there(self.get_party_id(customer), text)
        foreign = self.open_there(None, "Somebody else's")
        self.fetch()
        complaint = self.Complaint.search([("partner_id", "=", customer.id)])
        self.assertEqual(len(complaint), 1)
        self.assertEqual((complaint.origin, complaint.state), ("erp", "new"))
        self.assertEqual(complaint.subject, f"Noise since Monday {self.mark}")
        self.assertEqual(complaint.description, text)
        self.assertFalse(self.Complaint.search([("remote_id", "=", str(foreign))]))
        self.assertFalse(stranger.complaint_count)
        # and never goes back
        with self.assertRaisesRegex(Exception, "opened in the ERP"):
            complaint.description = "Ours"
        self.assertFalse(
            self.env["integration.job"].search_count(
                [
                    ("flow_id", "=", self.push_flow.id),
                    ("res_id", "=", complaint.id),
                ]
            )
        )

    def test_2_update_keeps_their_remarks(self):
        complaint = self.make_sent()
        self.remark_there(complaint, "Looked at it: seal worn.")
        self.fetch()
        self.assertEqual(complaint.remarks, "Looked at it: seal worn.")
        complaint.description = "It drips at the flange and at the shaft."
        self.run_lane()
        there = self.read_there(complaint)
        self.assertIn("at the shaft", there["text"])
        self.assertIn("seal worn", there["text"])
        self.assertEqual(complaint.sync_state, "sent")

    def test_2_nothing_changed_sends_nothing(self):
        complaint = self.make_sent()
        before = self.read_there(complaint)["changed_at"]
        description = complaint.description
        complaint.description = "Something else"
        complaint.description = description
        self.run_lane()
        self.assertFalse(self.get_problems())
        self.assertEqual(self.read_there(complaint)["changed_at"], before)

    def test_3_withdrawn(self):
        complaint = self.make_sent()
        with self.assertRaisesRegex(Exception, "Withdraw it first"):
            complaint.unlink()
        complaint.action_withdraw()
        self.run_lane()
        self.assertEqual(complaint.state, "cancelled")
        self.assertEqual(self.read_there(complaint)["state"], "cancelled")
        complaint.unlink()

    def test_3_withdrawn_too_late(self):
        lead = self.make_sold()
        complaint = self.make_sent(
            lead_id=lead.id,
            partner_id=lead.partner_id.id,
            product_id=self.products["PUMP-200"].id,
            wish="return",
        )
        self.settle_there(complaint)
        complaint.action_withdraw()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "attention")
        self.assertIn("already", complaint.sync_message)
        self.assertEqual(complaint.activity_ids.user_id, self.salesperson)

    def test_3_deleted_there(self):
        complaint = self.make_sent()
        self.delete_there(complaint)
        complaint.action_read_from_erp()
        self.run_lane()
        self.assertEqual(complaint.state, "deleted")
        self.assertIn("deleted", complaint.message_ids[0].body)

    def test_3_archived_here(self):
        complaint = self.make_sent()
        complaint.action_archive()
        self.run_lane()
        self.assertEqual(self.read_there(complaint)["state"], "new")
        self.remark_there(complaint, "Still here")
        self.fetch()
        self.assertEqual(complaint.remarks, "Still here")

    def test_4_duplicates(self):
        complaint = self.make_sent()
        complaint.action_send()
        self.run_lane()
        self.assertEqual(self.count_keys([complaint._get_key()]), 1)
        copy = complaint.copy()
        self.assertFalse(copy.remote_id)
        self.send(copy)
        self.assertNotEqual(copy.remote_id, complaint.remote_id)
        # duplicated there: not taken for ours, but shown, as it is the customer's
        self.fetch()
        duplicate = self.copy_there(complaint)
        self.fetch()
        found = self.Complaint.search([("remote_id", "=", str(duplicate))])
        self.assertEqual(found.origin, "erp")
        self.assertEqual(found.partner_id, complaint.commercial_partner_id)

    def test_5_both_sides_change(self):
        complaint = self.make_sent()
        there = self.read_there(complaint)
        changed = there["text"].replace("at the flange", "somewhere")
        self.write_there(complaint, changed)
        complaint.description = "It drips everywhere."
        self.run_lane()
        self.assertIn("It drips everywhere.", self.read_there(complaint)["text"])
        self.assertNotIn("somewhere", self.read_there(complaint)["text"])
        self.assertIn("somewhere", complaint.message_ids[0].body)

    def test_6_answer_lost(self):
        complaint = self.make_complaint()
        client_class = self.connector._call_hook("get_client_class")
        create, lost = client_class.complaint_create, [1]

        def lose(client, complaints):
            answers = create(client, complaints)
            if lost:
                lost.pop()
                raise OutcomeUnknownError("The line went dead.")
            return answers

        self.patch(client_class, "complaint_create", lose)
        complaint.action_send()
        self.run_lane()
        self.assertFalse(lost)
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.push_flow.id), ("res_id", "=", complaint.id)]
        )
        job.action_retry()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent", self.get_problems())
        self.assertEqual(self.count_keys([complaint._get_key()]), 1)

    def test_6_network_down(self):
        complaint = self.make_complaint(partner_id=self.make_linked_customer().id)
        self.cut_off()
        complaint.action_send()
        self.run_lane()
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.push_flow.id), ("res_id", "=", complaint.id)]
        )
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.assertEqual(complaint.sync_state, "waiting")
        self.connector.write(
            {"url": self.erp["url"], "failures_in_a_row": 0, "resting_until": False}
        )
        job.action_retry()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent", self.get_problems())

    def test_7_many_in_few_calls(self):
        customer = self.make_linked_customer()
        complaints = self.Complaint.union(
            *(
                self.make_complaint(partner_id=customer.id, subject=f"Many {number}")
                for number in range(25)
            )
        )
        before = self.env["integration.exchange"].search_count([])
        self.send(complaints)
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 15, "not one call per complaint")
        self.assertEqual(self.count_keys([item._get_key() for item in complaints]), 25)
        for complaint in complaints:
            complaint.description = f"Changed {complaint.subject}"
        before = self.env["integration.exchange"].search_count([])
        self.run_lane()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 15, "nor to change them")
        self.assertFalse(self.get_problems())
        self.pull_flow.batch_size = 4
        before = self.env["integration.exchange"].search_count([])
        self.fetch()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 10 * 5 + 20)

    def test_8_data_types(self):
        text = (
            "“Ñandú” <b>bold</b> & 5 > 3; Łódź, 水漏れ, 🙂\n\n"
            "[not a key] line\n" + "x" * 3000
        )
        complaint = self.make_sent(
            subject="Größe <Ø 15>",
            description=text,
            product_id=self.products["PIPE-CU15"].id,
            quantity=2.5,
            date="2026-02-28",
        )
        there = self.read_there(complaint)
        self.assertIn("“Ñandú” <b>bold</b> & 5 > 3; Łódź, 水漏れ, 🙂", there["text"])
        self.assertIn("x" * 3000, there["text"])
        self.assertIn("2.5", there["text"])
        self.assertIn("2026-02-28", there["text"])
        # read back, it is the same to us
        before = there["changed_at"]
        complaint._enqueue_push("test")
        self.run_lane()
        self.assertFalse(self.get_problems())
        self.assertEqual(self.read_there(complaint)["changed_at"], before)

    def test_9_empty(self):
        complaint = self.make_sent(description=False)
        there = self.read_there(complaint)
        self.assertIn(complaint.subject, there["text"])
        self.assertFalse(there["product_code"])
        customer = self.make_linked_customer()
        self.fetch()
        self.open_there(self.get_party_id(customer), "")
        self.fetch()
        found = self.Complaint.search([("partner_id", "=", customer.id)])
        self.assertTrue(found.subject)

    def test_9_product_not_mapped(self):
        product = self.make_product_like("PUMP-200", f"NEW-{self.mark}")
        complaint = self.make_complaint(product_id=product.id)
        complaint.action_send()
        self.run_lane()
        self.assertEqual(complaint.sync_state, "attention")
        self.assertIn(product.display_name, complaint.sync_message)
        line = self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        )
        line.remote_code = "PUMP-200"
        self.run_lane()
        self.assertEqual(complaint.sync_state, "sent", self.get_problems())

    def test_load(self):
        """Dry run, then the load; nobody is told of what is old."""
        known, new = self.make_linked_customer(), self.make_linked_customer()
        complaint = self.make_sent(partner_id=known.id)
        old = self.open_there(self.get_party_id(new), f"Long ago {self.mark}")
        load = self.env["integration.load"].browse(
            self.pull_flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(load.state, "checked")
        outcomes = {line.remote_id: line.outcome for line in load.line_ids}
        self.assertEqual(outcomes[complaint.remote_id], "same")
        self.assertEqual(outcomes[str(old)], "create")
        self.assertFalse(new.complaint_count)
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        found = self.Complaint.search([("partner_id", "=", new.id)])
        self.assertEqual(found.remote_id, str(old))
        self.assertFalse(found.message_ids.filtered("partner_ids"))
        again = self.env["integration.load"].create({"flow_id": self.pull_flow.id})
        again.action_check()
        self.run_lane()
        self.assertNotIn("create", again.line_ids.mapped("outcome"))

    def test_check_names_nothing_here(self):
        """The ERPs of the tests have all that is needed."""
        if not self.is_older:
            self.assertNotIn("Complaints", self.connector.warning_message or "")

import uuid


class ComplaintSteps:
    """``read_there``, ``open_there``, ``write_there``, ``settle_there``, ``copy_there``,
    ``delete_there``, ``count_keys``: see ``test_complaints_*.py``."""

    @classmethod
    def connect(cls):
        super().connect()
        cls.push_flow = cls.connector._get_flow("complaint_push")
        cls.pull_flow = cls.connector._get_flow("complaint_pull")
        cls.pull_flow.next_run = "2099-01-01 00:00:00"
        cls.Complaint = cls.env["integration.complaint"]

    # -- what people do here ----------------------------------------------------------

    def make_sold(self, *lines):
        """A won deal, in the ERP as an order."""
        lead = self.make_lead(lines or [("PUMP-200", 3), ("FILTER-10", 2)])
        self.push(lead)
        self.assert_status(lead, "in_erp")
        return lead

    def make_complaint(self, **values):
        values = {
            "subject": f"Leaks {uuid.uuid4().hex[:6]}",
            "description": "It drips at the flange.",
            "user_id": self.salesperson.id,
            "company_id": self.company.id,
            **values,
        }
        if "partner_id" not in values:
            values["partner_id"] = self.make_partner().id
        return self.Complaint.with_user(self.salesperson).create(values)

    def make_sent(self, **values):
        complaint = self.make_complaint(**values)
        self.send(complaint)
        return complaint

    def send(self, complaints):
        complaints.action_send()
        self.run_lane()
        for complaint in complaints:
            self.assertEqual(complaint.sync_state, "sent", self.get_problems())
            self.assertTrue(complaint.remote_number)

    def make_linked_customer(self, **values):
        customer = self.make_partner(f"Owner {uuid.uuid4().hex[:6]}", **values)
        self.env["integration.handler.customer_push"]._enqueue_new(
            self.connector._get_flow("customer_push"), customer, "test"
        )
        self.run_lane()
        return customer

    def get_party_id(self, customer):
        return int(
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "party", customer
            )[customer.id]
        )

    def fetch(self):
        """What the flow does every hour, up to now."""
        if not self.pull_flow.cursor:
            self.skip_past()
        self.pull_flow._enqueue_pull()
        self.run_lane()
        self.assertFalse(self.get_problems())

    def skip_past(self):
        """Other tests' complaints stand in the ERP already: begin at their end."""
        cursor, more = None, True
        with self.connector._get_client() as client:
            while more:
                page = client.complaint_changes(cursor, 500)
                cursor, more = page["cursor"], page["more"]
        self.pull_flow.cursor = cursor

    def get_problems(self):
        jobs = self.env["integration.job"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("flow_id", "in", (self.push_flow | self.pull_flow).ids),
                ("state", "not in", ("done", "cancelled")),
            ]
        )
        return "; ".join(
            f"{j.name}: {j.state} {j.error_message} {j.error_detail}" for j in jobs
        )

    def get_history(self, complaint):
        return complaint.step_ids.filtered(lambda step: step.kind != "state")

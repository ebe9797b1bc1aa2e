from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.integration_hub.tests.connector_case import ConnectorCase

from .fake_erp import FakeClient, FakeErp


class ComplaintCase(ConnectorCase):
    """A connector to an ERP in memory, a customer who is linked, two salespeople."""

    client_class = FakeClient
    own_flows = ("complaint_push", "complaint_pull", "customer_push")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["integration.connector"].search([]).action_archive()
        cls.connector = cls.make_connector()
        cls.push_flow = cls.connector._get_flow("complaint_push")
        cls.pull_flow = cls.connector._get_flow("complaint_pull")
        cls.anna, cls.bert = (
            new_test_user(
                cls.env,
                name,
                "sales_team.group_sale_salesman",
                email=f"{name}@example.com",
            )
            for name in ("anna", "bert")
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Brown Ltd", "is_company": True}
        )
        cls.link(cls.partner, "P1")
        cls.Complaint = cls.env["integration.complaint"]

    def setUp(self):
        super().setUp()
        self.erp = FakeErp()
        self.startPatcher(patch.object(FakeClient, "erp", self.erp))

    def make_complaint(self, **values):
        return self.Complaint.with_user(values.pop("as_user", self.anna)).create(
            {
                "subject": "Leaks",
                "partner_id": self.partner.id,
                "description": "It drips.",
                **values,
            }
        )

    def make_sent(self, **values):
        complaint = self.make_complaint(**values)
        complaint.action_send()
        self.run_lane()
        return complaint

    def get_there(self, complaint):
        return self.erp.complaints[complaint.remote_id]

    def pull(self):
        self.pull_flow._enqueue_pull()
        self.run_lane()

    def get_jobs(self, flow=None, *states):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", (flow or self.push_flow).id)], order="id"
        )
        return jobs.filtered(lambda job: job.state in states) if states else jobs

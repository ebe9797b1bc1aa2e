from unittest.mock import patch

from odoo.tests import TransactionCase, new_test_user

from .fake_erp import FakeClient, FakeErp


class ComplaintCase(TransactionCase):
    """A connector to an ERP in memory, a customer who is linked, two salespeople."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        connector_class = cls.registry["integration.connector"]
        for owner, name, value in (
            (
                connector_class._fields["system_type"],
                "_selection",
                {"fake": "Fake System"},
            ),
            (connector_class, "_fake_get_client_class", lambda self: FakeClient),
            (connector_class, "_fake_get_credential_fields", lambda self: ("login",)),
        ):
            cls.startClassPatcher(patch.object(owner, name, value, create=True))
        cls.env["integration.connector"].search([]).action_archive()
        cls.connector = cls.make_connector("ERP North")
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

    @classmethod
    def make_connector(cls, name, **values):
        connector = cls.env["integration.connector"].create(
            {
                "name": name,
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
                **values,
            }
        )
        connector.flow_ids.filtered(
            lambda flow: flow.direction == "pull"
        ).next_run = "2099-01-01 00:00:00"
        return connector

    @classmethod
    def link(cls, record, remote_id, kind="party", connector=None):
        cls.env["integration.external.id"]._bind(
            connector or cls.connector, kind, [(record, {"remote_id": remote_id})]
        )

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

    def run_lane(self):
        self.env.flush_all()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            self.env(cr=cursor)["integration.lane"]._run_lane()
        self.env.invalidate_all()

    def pull(self):
        self.pull_flow._enqueue_pull()
        self.run_lane()

    def get_jobs(self, flow=None, *states):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", (flow or self.push_flow).id)], order="id"
        )
        return jobs.filtered(lambda job: job.state in states) if states else jobs

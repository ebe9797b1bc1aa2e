from unittest.mock import patch

from odoo.addons.integration_hub.tests.connector_case import ConnectorCase

from .fake_erp import FakeClient, FakeErp


class CustomerCase(ConnectorCase):
    """A connector to an ERP in memory."""

    client_class = FakeClient
    own_flows = ("customer_push", "customer_pull")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.make_connector(user_id=cls.env.ref("base.user_admin").id)
        cls.flow = cls.connector._get_flow("customer_push")
        cls.handler = cls.env["integration.handler.customer_push"]

    def setUp(self):
        super().setUp()
        self.erp = FakeErp()
        self.startPatcher(patch.object(FakeClient, "erp", self.erp))

    def make_customer(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "Brown Ltd",
                "is_company": True,
                "vat": "BE0477472701",
                "email": "office@brown.example",
                "phone": "+32 2 123 45 67",
                "street": "Main Street 1",
                "zip": "1000",
                "city": "Brussels",
                "country_id": self.env.ref("base.be").id,
                **values,
            }
        )

    def make_contact(self, customer, **values):
        return self.env["res.partner"].create(
            {
                "name": "Ann Archer",
                "type": "contact",
                "parent_id": customer.id,
                **values,
            }
        )

    def make_linked(self, **values):
        """A customer that went over with its first order, say."""
        customer = self.make_customer(**values)
        self.handler._enqueue_new(self.flow, customer, "test")
        self.run_lane()
        self.erp.calls.clear()
        return customer

    def get_link(self, partner, kind="party"):
        return self.env["integration.external.id"]._find(self.connector, kind, partner)

    def get_party(self, customer):
        return self.erp.parties[self.get_link(customer).remote_id]

    def get_address(self, partner):
        return self.erp.get_address(self.get_link(partner, "address").remote_id)

    def get_jobs(self, *states):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id)], order="id"
        )
        return jobs.filtered(lambda job: job.state in states) if states else jobs


class CustomerNewsCase(CustomerCase):
    """What people change there; a pull runs when a test asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pull = cls.connector._get_flow("customer_pull")

    def read_news(self):
        self.erp.calls.clear()
        self.pull._enqueue_pull()
        self.run_lane()
        self.assertFalse(
            self.env["integration.job"].search(
                [
                    ("connector_id", "=", self.connector.id),
                    ("state", "not in", ("done", "cancelled")),
                ]
            ),
            "nothing waits, nothing asks",
        )

    def make_known(self, **values):
        """Linked, with an invoicing and a delivery address and a contact."""
        customer = self.make_linked(**values)
        places = [
            self.make_contact(customer, name=name, type=kind, street=street, city="X")
            for name, kind, street in (
                ("Books", "invoice", "Box 1"),
                ("Depot", "delivery", "Dock 2"),
            )
        ]
        contact = self.make_contact(customer)
        self.run_lane()
        self.read_news()
        return customer, *places, contact

    def change(self, customer, partner=None, **values):
        address = partner and self.get_link(partner, "address").remote_id
        self.erp.change(self.get_link(customer).remote_id, address, **values)

    def get_hashes(self):
        links = self.env["integration.external.id"].search(
            [("connector_id", "=", self.connector.id)]
        )
        return {link: (link.sent_hash, link.received_hash) for link in links}

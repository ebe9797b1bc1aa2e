from collections import Counter
from unittest.mock import patch

from odoo.tests import new_test_user

from odoo.addons.integration_hub.client import ConnectionReport, SystemClient
from odoo.addons.integration_hub.tests.connector_case import ConnectorCase


class FakeErp:
    """Summaries in memory, by ``contract.py``."""

    def __init__(self):
        self.summaries = {}  # remote id -> dict with "key", "product_id", "text"
        self.calls = Counter()
        self.faults = []  # raised in turn, by any verb

    def note(self, verb):
        self.calls[verb] += 1
        if self.faults:
            raise self.faults.pop(0)


class FakeClient(SystemClient):
    erp = None

    def test_connection(self):
        return ConnectionReport(user="Robot", version="1.0")

    def _get_state(self, remote_id):
        values = self.erp.summaries[remote_id]
        return {"remote_id": remote_id, "url": f"http://erp/{remote_id}", **values}

    def feedback_check(self):
        return ["Product feedback: a right is missing."]

    def feedback_find(self, keys):
        self.erp.note("find")
        return {
            values["key"]: self._get_state(remote_id)
            for remote_id, values in self.erp.summaries.items()
            if values["key"] in keys
        }

    def feedback_create(self, summaries):
        self.erp.note("create")
        states = []
        for summary in summaries:
            remote_id = str(len(self.erp.summaries) + 1)
            self.erp.summaries[remote_id] = {
                name: summary[name] for name in ("key", "product_id", "text")
            }
            states.append(self._get_state(remote_id))
        return states

    def feedback_update(self, updates):
        self.erp.note("update")
        for item in updates:
            self.erp.summaries[item["remote_id"]].update(
                {name: item["summary"][name] for name in ("product_id", "text")}
            )
        return [self._get_state(item["remote_id"]) for item in updates]

    def feedback_delete(self, remote_ids):
        self.erp.note("delete")
        for remote_id in remote_ids:
            self.erp.summaries.pop(remote_id, None)
        return [True] * len(remote_ids)


class FeedbackCase(ConnectorCase):
    client_class = FakeClient
    own_flows = ("feedback_push",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["integration.connector"].search([]).action_archive()
        cls.connector = cls.make_connector()
        cls.flow = cls.connector._get_flow("feedback_push")
        cls.anna, cls.bert = (
            new_test_user(
                cls.env,
                name,
                "sales_team.group_sale_salesman",
                name=f"{name.title()} Seller",
                email=f"{name}@example.com",
            )
            for name in ("anna", "bert")
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "Brown Ltd", "is_company": True}
        )
        cls.pump, cls.valve = cls.env["product.product"].create(
            [{"name": "Pump", "list_price": 100}, {"name": "Valve", "list_price": 10}]
        )
        for number, product in enumerate((cls.pump, cls.valve), 1):
            cls.env["integration.product.mapping"].create(
                {
                    "connector_id": cls.connector.id,
                    "product_id": product.id,
                    "remote_id": f"R{number}",
                }
            )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too expensive here"})
        cls.rival = cls.env["integration.competitor"].create({"name": "Pumps & Co"})
        cls.Feedback = cls.env["integration.feedback"]

    def setUp(self):
        super().setUp()
        self.erp = FakeErp()
        self.startPatcher(patch.object(FakeClient, "erp", self.erp))

    def make_lead(self, *lines, **values):
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.anna.id,
                **values,
            }
        )
        if lines:
            self.env["sale.order"].create(
                {
                    "partner_id": self.partner.id,
                    "opportunity_id": lead.id,
                    "order_line": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "price_unit": product.list_price,
                                "tax_ids": False,
                            },
                        )
                        for product, quantity in lines
                    ],
                }
            )
        return lead

    def say(self, text="Quieter, please", product=None, **values):
        return self.Feedback.with_user(self.anna).create(
            {"product_id": (product or self.pump).id, "text": text, **values}
        )

    def lose(self, lead):
        wizard = (
            self.env["crm.lead.lost"]
            .with_user(self.anna)
            .create(
                {
                    "lead_ids": lead.ids,
                    "lost_reason_id": self.reason.id,
                    "competitor_id": self.rival.id,
                }
            )
        )
        wizard.action_lost_reason_apply()

    def send(self):
        """What happens once a day."""
        self.flow.action_run_now()
        self.run_lane()

    def get_jobs(self, *states):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id)], order="id"
        )
        return jobs.filtered(lambda job: job.state in states) if states else jobs

    def get_text(self, product=None):
        key = (product or self.pump)._get_feedback_key(self.env.company)
        found = [
            item["text"] for item in self.erp.summaries.values() if item["key"] == key
        ]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane

from .common import SaleCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestWonAgain(SaleCase):
    """Deals that are reopened, changed, and won again."""

    def setUp(self):
        super().setUp()
        self.open_stage = self.env["crm.stage"].search(
            [("is_won", "=", False)], limit=1
        )
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def reopen_and_win(self, lead, quantity):
        lead.stage_id = self.open_stage
        self.commit()
        lead.lead_line_ids.quantity = quantity
        self.commit()
        self.push(lead)

    def get_total(self, lead):
        client = FakeClient.__new__(FakeClient)
        return client._answer(self.get_remote_order(lead))["total"]

    def test_changed_while_it_was_reopened(self):
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.reopen_and_win(lead, 8)
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        self.assertEqual(self.get_total(lead), "960.00")

    def test_changed_where_the_erp_takes_no_changes(self):
        self.connector._get_flow("sale_change_push").active = False
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.reopen_and_win(lead, 8)
        self.assertEqual(lead.integration_issue, "changed")
        self.assertIn(lead.erp_order_ids.remote_number, lead.integration_message)
        self.reopen_and_win(lead, 1)
        self.assertEqual(lead.integration_status, "in_erp", "as it was sent")

    def test_not_confirmed_as_it_was(self):
        self.connector._get_flow("sale_change_push").active = False
        lead = self.make_lead([(self.product, 1)])
        self.erp.faults["order_confirm"] = [lambda: NetworkError("No connection.")]
        self.push(lead)
        self.assertEqual(lead.erp_order_ids.state, "draft")
        self.reopen_and_win(lead, 8)
        self.assertEqual(self.get_remote_order(lead)["state"], "draft")
        self.assertEqual(lead.integration_issue, "changed")
        self.reopen_and_win(lead, 1)
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

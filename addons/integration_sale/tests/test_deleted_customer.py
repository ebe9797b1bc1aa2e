from odoo.tests import tagged

from odoo.addons.integration_hub.client import ValidationError

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestDeletedCustomer(SaleCase):
    """Customers that are deleted here while their order is on its way."""

    def win_while_paused(self):
        self.connector.state = "paused"
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        self.commit()
        return lead

    def go_on(self):
        self.connector.state = "running"
        self.run_lane()

    def choose_another(self, lead):
        lead.partner_id = self.partner.create({"name": "Green Ltd", "is_company": True})
        lead.with_user(self.salesperson).action_fix_integration()
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        [party] = [p for p in self.erp.parties.values() if p["name"] == "Green Ltd"]
        order = self.get_remote_order(lead)
        self.assertEqual(self.erp.parties[order["request"]["party_id"]], party)

    def assert_told(self, lead):
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("was deleted here", lead.integration_message)
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)
        self.assertFalse(self.erp.orders)

    def test_before_its_order_is_looked_at(self):
        lead = self.win_while_paused()
        self.partner.unlink()
        self.go_on()
        self.assert_told(lead)
        self.assertIn("Brown Ltd", lead.integration_message)
        self.assertIn("Choose the customer", lead.integration_message)
        self.assertEqual(self.get_jobs(lead).error_kind, "validation")
        self.assertFalse(self.erp.parties)
        self.choose_another(lead)

    def test_an_address_alone(self):
        site = self.partner.create(
            {
                "name": "Site",
                "type": "delivery",
                "parent_id": self.partner.id,
                "street": "Elsewhere 2",
            }
        )
        lead = self.win_while_paused()
        site.unlink()
        self.go_on()
        self.assert_told(lead)
        lead.with_user(self.salesperson).action_fix_integration()
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)

    def test_others_of_its_batch_go_on(self):
        lead = self.win_while_paused()
        other = self.make_lead(
            [(self.product, 1)],
            partner_id=self.partner.create({"name": "Green", "is_company": True}).id,
        )
        self.win(other)
        self.partner.unlink()
        self.go_on()
        self.assertEqual(other.integration_status, "in_erp", other.integration_message)
        self.assertEqual(lead.integration_status, "attention")

    def test_while_the_order_waits_for_it(self):
        lead = self.make_lead([(self.product, 2)])
        self.erp.faults["party_create"] = [ValidationError("No such country.")]
        self.push(lead)
        self.assertEqual(lead.integration_message, "No such country.")
        self.partner.unlink()
        self.choose_another(lead)

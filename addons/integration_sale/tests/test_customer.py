from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestCustomer(SaleCase):
    """Customers are found before they are created (ERP-8)."""

    def push_lead(self, **values):
        lead = self.make_lead([(self.product, 1)], **values)
        self.push(lead)
        return lead

    def get_party(self, partner):
        return (
            self.env["integration.external.id"]
            ._get_remote_ids(self.connector, "party", partner)
            .get(partner.id)
        )

    def test_created_once(self):
        self.push_lead()
        self.push_lead()
        self.assertEqual(len(self.erp.parties), 1)
        self.assertEqual(self.erp.calls["party_match"], 1)
        self.assertEqual(self.get_party(self.partner), next(iter(self.erp.parties)))

    def test_found_by_vat_then_email(self):
        by_email = self.erp.add_party("Other Name", email="office@brown.example")
        by_vat = self.erp.add_party("Brown SA", vat="BE0477472701")
        self.push_lead()
        self.assertEqual(self.get_party(self.partner), by_vat)
        self.assertEqual(len(self.erp.parties), 2)
        other = self.partner.create({"name": "X", "email": "Office@Brown.example"})
        self.push_lead(partner_id=other.id)
        self.assertEqual(self.get_party(other), by_email)

    def test_several_hits_ask_a_person(self):
        first = self.erp.add_party("Brown North", vat="BE0477472701")
        self.erp.add_party("Brown South", vat="BE0477472701")
        lead = self.push_lead()
        self.assertFalse(self.erp.orders)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Brown South", lead.integration_message)
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)
        own = lead.with_user(self.salesperson)
        self.assertEqual(own.integration_fix, "choose_customer")
        action = own.action_fix_integration()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .browse(action["res_id"])
        )
        self.assertEqual(len(dialog.line_ids), 2)
        dialog.line_ids.filtered(lambda line: line.remote_id == first).action_choose()
        self.run_lane()
        self.assertEqual(self.get_party(self.partner), first)
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertEqual(len(self.erp.parties), 2)

    def test_archived_one_asks_a_person(self):
        """Neither an order for a customer nobody works with, nor a second one beside it."""
        archived = self.erp.add_party("Brown SA", vat="BE0477472701")
        self.erp.parties[archived]["is_archived"] = True
        lead, other = self.push_lead(), self.push_lead()
        self.assertEqual(len(self.erp.parties), 1)
        self.assertFalse(self.erp.orders)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("archived there: Brown SA", lead.integration_message)
        action = lead.with_user(self.salesperson).action_fix_integration()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        # restored there, by the same person
        self.erp.parties[archived]["is_archived"] = False
        dialog.line_ids.action_choose()
        self.run_lane()
        self.assertEqual(self.get_party(self.partner), archived)
        self.assertEqual(
            (lead | other).mapped("integration_status"), ["in_erp", "in_erp"]
        )

    def test_none_of_the_hits(self):
        self.erp.add_party("Brown North", vat="BE0477472701")
        self.erp.add_party("Brown South", vat="BE0477472701")
        lead = self.push_lead()
        action = lead.with_user(self.salesperson).action_fix_integration()
        self.env[action["res_model"]].browse(action["res_id"]).action_create_new()
        self.run_lane()
        self.assertEqual(len(self.erp.parties), 3)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_only_offered_customers_can_be_chosen(self):
        self.erp.add_party("Brown North", vat="BE0477472701")
        self.erp.add_party("Brown South", vat="BE0477472701")
        lead = self.push_lead()
        action = lead.with_user(self.salesperson).action_fix_integration()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.line_ids[0].remote_id = "666"
        with self.assertRaises(UserError):
            dialog.line_ids[0].action_choose()

    def test_duplicate_here(self):
        """Two contacts here that are one customer there: a person decides."""
        self.push_lead()
        double = self.partner.create(
            {"name": "Brown again", "is_company": True, "vat": "BE0477472701"}
        )
        lead = self.push_lead(partner_id=double.id)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("Brown Ltd", lead.integration_message)
        self.assertEqual(len(self.erp.parties), 1)
        action = lead.with_user(self.salesperson).action_fix_integration()
        self.env[action["res_model"]].browse(action["res_id"]).action_create_new()
        self.run_lane()
        self.assertEqual(len(self.erp.parties), 2)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_duplicates_in_one_batch(self):
        double = self.partner.create(
            {"name": "Brown again", "is_company": True, "vat": "BE0477472701"}
        )
        leads = self.make_lead([(self.product, 1)]) | self.make_lead(
            [(self.product, 1)], partner_id=double.id
        )
        self.push(leads)
        self.assertEqual(len(self.erp.parties), 1)
        self.assertEqual(
            sorted(leads.mapped("integration_status")), ["attention", "in_erp"]
        )

    def test_address_added_later(self):
        self.push_lead()
        site = self.partner.create(
            {
                "name": "Site",
                "type": "delivery",
                "parent_id": self.partner.id,
                "street": "Elsewhere 2",
            }
        )
        lead = self.push_lead()
        request = self.get_remote_order(lead)["request"]
        [party] = self.erp.parties.values()
        self.assertEqual(
            {signature[0] for signature in party["addresses"]}, {"Brown Ltd", "Site"}
        )
        self.assertEqual(
            request["delivery_address_id"],
            self.env["integration.external.id"]._get_remote_ids(
                self.connector, "address", site
            )[site.id],
        )

    def test_same_address_twice_is_one_there(self):
        copies = self.partner.create(
            [
                {
                    "name": "Site",
                    "type": kind,
                    "parent_id": self.partner.id,
                    "street": "Elsewhere 2",
                }
                for kind in ("delivery", "invoice")
            ]
        )
        lead = self.push_lead()
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        self.assertEqual(request["delivery_address_id"], request["invoice_address_id"])
        self.assertEqual(len(copies), 2)

    def test_somebody_elses_address(self):
        """Delivered to another company: an address of our customer over there, which does
        not stand in the way of that company as a customer."""
        other = self.partner.create(
            {"name": "Green Ltd", "is_company": True, "street": "Far 3"}
        )
        lead = self.make_lead()
        self.make_order(lead, partner_shipping_id=other.id).action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        lead = self.push_lead(partner_id=other.id)
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        self.assertEqual(len(self.erp.parties), 2)

    def test_merged_while_its_order_waits(self):
        """The order is for the contact that stays, and the customer is made once."""
        self.connector.state = "paused"
        survivor = self.partner.create(
            {"name": "Brown Limited", "is_company": True, "email": "b@b.example"}
        )
        lead = self.make_lead([(self.product, 1)])
        self.win(lead)
        self.commit()
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | survivor).ids, survivor
        )
        self.assertEqual(lead.partner_id, survivor)
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp", lead.integration_message)
        self.assertEqual(len(self.erp.parties), 1)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["party_id"], self.get_party(survivor))

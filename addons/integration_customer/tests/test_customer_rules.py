from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerRules(CustomerCase):
    """Who is sent, and what is left as it is over there."""

    def send_by_filter(self):
        self.flow.write(
            {"customer_scope": "filter", "filter_domain": "[('is_company', '=', True)]"}
        )

    def test_filter_takes_nobody_of_this_database(self):
        user = new_test_user(self.env, "anna")
        other = self.env["res.company"].create({"name": "Our Own Branch"})
        self.send_by_filter()
        user.partner_id.write({"is_company": True, "phone": "1"})
        other.partner_id.write({"is_company": True, "phone": "1"})
        self.assertFalse(self.get_jobs())

    def test_filter_is_asked_again(self):
        self.send_by_filter()
        user_to_be, customer = (
            self.make_customer(),
            self.make_customer(name="Green", vat=False, email="green@green.example"),
        )
        self.assertEqual(len(self.get_jobs("waiting")), 2)
        self.env["res.users"].create(
            {"login": "later", "partner_id": user_to_be.id, "name": "Later"}
        )
        self.run_lane()
        self.assertEqual(self.get_jobs().mapped("state"), ["done", "done"])
        self.assertFalse(self.get_link(user_to_be))
        self.assertTrue(self.get_link(customer))
        self.assertEqual(len(self.erp.parties), 1)

    def test_filter_has_to_be_readable(self):
        for domain in ("[('user_id', '=', uid)]", "[('nothing', '=', 1)]"):
            with self.assertRaises(ValidationError):
                self.flow.filter_domain = domain

    def test_contacts_are_left_there(self):
        customer = self.make_linked()
        contact = self.make_contact(customer)
        self.run_lane()
        self.flow.archive_policy = "keep"
        contact.action_archive()
        self.run_lane()
        self.assertTrue(self.get_address(contact)["active"])
        # nothing is left to be sent
        self.erp.calls.clear()
        self.handler._enqueue_updates(self.flow, customer, "test")
        self.run_lane()
        self.assertFalse(self.erp.calls)

    def test_customer_that_becomes_a_contact(self):
        """Its main address may be the customer itself over there."""
        person = self.make_linked(name="John", is_company=False)
        party, address = self.get_party(person), self.get_address(person)
        company = self.make_linked(name="ACME", vat=False, email="acme@acme.example")
        person.parent_id = company
        self.run_lane()
        self.assertFalse(self.get_jobs("waiting", "failed", "attention"))
        self.assertNotIn("archive", self.get_jobs().mapped("operation"))
        self.assertTrue(party["active"] and address["active"])
        former = self.get_address(person)
        self.assertIn(former, self.get_party(company)["addresses"])
        # and back: the address at the company goes, the own one is found again
        person.parent_id = False
        self.run_lane()
        self.assertFalse(former["active"])
        self.assertTrue(party["active"] and address["active"])
        self.assertEqual(self.get_address(person), address)

    def test_differences_of_a_found_customer_are_told(self):
        self.erp.add_party(
            {"name": "Brown SA", "vat": "BE0477472701", "phone": "+32 2 123 4567"}
        )
        customer = self.make_linked()
        self.assertEqual(self.get_party(customer)["name"], "Brown SA")
        told = customer.message_ids.filtered(lambda item: "Brown SA" in item.body)
        self.assertEqual(len(told), 1)
        self.assertIn("office@brown.example", told.body)
        self.assertNotIn("4567", told.body, "the same number")
        # an order that asks for it once more
        self.handler._enqueue_new(self.flow, customer, "order")
        self.run_lane()
        self.assertEqual(
            customer.message_ids.filtered(lambda item: "Brown SA" in item.body), told
        )

    def test_new_one_beside_one_of_another_contact(self):
        """It has the reference and name of one that is linked, however often it is looked
        for: whoever wants a new one gets it."""
        first = self.make_linked(ref="C100")
        second = self.make_customer(ref="C100", vat=False, email="b@brown.example")
        self.handler._enqueue_new(self.flow, second, "test")
        self.run_lane()
        job = self.get_jobs()[-1]
        self.assertEqual((job.state, job.error_kind), ("attention", "ambiguous_match"))
        self.assertIn("Merge the two contacts", job.error_message)
        [candidate] = job.error_detail["candidates"]
        self.assertEqual(candidate["id"], self.get_link(first).remote_id)
        self.handler._take_none(self.flow, job)
        self.run_lane()
        self.assertEqual(job.state, "done", job.error_message)
        self.assertEqual(len(self.erp.parties), 2)
        self.assertNotEqual(self.get_party(second), self.get_party(first))

    def test_order_does_not_take_changes_for_sent(self):
        customer = self.make_linked()
        customer.write({"phone": "+32 2 999", "street": "New Street 5"})
        # scheduled for later, say; the order goes at once
        self.get_jobs("waiting").action_cancel()
        self.handler._enqueue_new(self.flow, customer, "order")
        self.run_lane()
        self.assertEqual(self.get_party(customer)["phone"], "+32 2 999")
        self.assertEqual(self.get_address(customer)["street"], "New Street 5")

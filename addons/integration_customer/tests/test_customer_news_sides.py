import copy
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import CustomerNewsCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestCustomerNewsSides(CustomerNewsCase):
    """What the ERP changes while we do, and what can't be taken over as it is."""

    # -- both sides -------------------------------------------------------------------

    def test_5_something_else_is_sent_first(self):
        """What was sent leaves theirs alone: that is still to come, whether or not it could
        be read once more after it was sent."""
        customer, books, *_rest = self.make_known()
        self.change(customer, customer, street="Theirs 1", zip="2001")
        customer.phone = "1"
        self.run_lane()
        self.change(customer, books, street="Box 9")
        self.change(customer, vat="BE0999999999")
        customer.write({"phone": "2", "vat": "BE0428759497"})
        read, calls = FakeClient.party_read, []

        def cut(client, remote_ids):
            calls.append(remote_ids)
            if len(calls) == 2:
                raise NetworkError("cut off")
            return read(client, remote_ids)

        with patch.object(FakeClient, "party_read", cut):
            self.run_lane()
        self.assertEqual(len(calls), 2)
        self.assertEqual(customer.street, "Main Street 1")
        asked = customer.activity_ids
        self.assertIn("BE0999999999", asked.note)
        self.read_news()
        self.assertEqual((customer.street, customer.zip), ("Theirs 1", "2001"))
        self.assertEqual(books.street, "Box 9")
        self.assertEqual(customer.vat, "BE0428759497", "a person decides")
        self.assertEqual(customer.activity_ids, asked, "told once")
        self.assertEqual(self.get_party(customer)["phone"], "2")
        known = self.get_hashes()
        self.change(customer)
        self.read_news()
        self.assertEqual(self.get_hashes(), known)

    def test_5_both_sides_at_once(self):
        """Whoever comes first, sending or reading: each keeps its own, a person is told. Of
        an address each keeps the whole, whichever parts were changed."""
        customer, *_rest = self.make_known()
        self.change(customer, customer, zip="9999", city="Theirs")
        # sent later than it is read
        self.flow.write({"cadence": "scheduled", "next_run": "2099-01-01"})
        customer.write({"street": "Our Street 1", "zip": "1001", "phone": "ours"})
        self.pull._enqueue_pull()
        self.run_lane()
        ours = (customer.street, customer.zip, customer.city)
        self.assertEqual(ours, ("Our Street 1", "1001", "Brussels"))
        kept = customer.activity_ids
        self.assertIn("Differs in", kept.summary)
        for value in ("Main Street 1", "9999", "Theirs"):
            self.assertIn(f"there “{value}”", kept.note)
        self.flow.action_run_now()
        self.read_news()
        address = self.get_address(customer)
        theirs = (address["street"], address["zip"], address["city"])
        self.assertEqual(theirs, ("Main Street 1", "9999", "Theirs"))
        self.assertEqual(self.get_party(customer)["phone"], "ours", "sent as ever")
        self.assertEqual(customer.activity_ids, kept, "told once")

    def test_5_sent_while_it_was_read(self):
        """What was read may be older than what was written since: it is read anew."""
        customer, *_rest = self.make_known()
        remote_id = self.get_link(customer).remote_id
        state = copy.deepcopy(self.get_party(customer))
        links = self.env["integration.external.id"].search([])
        moment = max(links.mapped("write_date"))
        customer.street = "Our Street 1"
        self.run_lane()
        handler = self.env["integration.handler.customer_pull"]
        handler._take_states(self.pull, {remote_id: state}, moment)
        self.assertEqual(customer.street, "Our Street 1")
        self.assertEqual(self.pull.waiting_count, 1)
        self.read_news()
        self.assertEqual(customer.street, "Our Street 1")

    def test_5_refused_here(self):
        customer, *_rest = self.make_known()
        other, third = (
            self.make_linked(name=name, vat=False, email=f"{name}@green.example")
            for name in ("Green", "Blue")
        )
        self.read_news()
        partner_class = self.registry["res.partner"]
        write = partner_class.write

        def refuse(partner, vals):
            if vals.get("vat"):
                raise ValidationError("No such number.")
            if vals.get("street") == "Nowhere":
                # refused by the database, once it is written there
                vals = {**vals, "name": False}
            return write(partner, vals)

        self.patch(partner_class, "write", refuse)
        self.change(customer, vat="BE0999999999")
        self.change(other, other, street="New Street 5")
        self.change(third, third, street="Nowhere")
        self.read_news()
        self.assertEqual(customer.vat, "BE0477472701")
        self.assertIn("No such number.", customer.activity_ids.note)
        self.assertIn("Correct it in ERP North", customer.activity_ids.note)
        self.assertIn("there “BE0999999999”", customer.activity_ids.note)
        self.assertEqual(third.street, "Main Street 1")
        self.assertIn("Contacts require a name", third.activity_ids.note)
        self.assertEqual(other.street, "New Street 5", "the others go on")
        self.change(customer, website="changed.example")
        self.read_news()
        self.assertEqual(len(customer.activity_ids), 1, "told once")

    # -- archived there ---------------------------------------------------------------

    def test_3_archived_address_without_successor(self):
        """Where goods go is not where the customer is; and what is archived along with the
        customer was not corrected."""
        customer, *_rest = self.make_known()
        party, former = self.get_party(customer), self.get_address(customer)
        link = self.get_link(customer, "address").remote_id
        other = {**former, "remote_id": "900", "street": "Dock 9", "kind": "delivery"}
        party["addresses"].append(other)
        # as systems have it whose main address is the first one in use
        party["main_address_id"] = "900"
        self.change(customer, customer, active=False)
        self.read_news()
        self.assertIn("legal address was archived", customer.activity_ids.note)
        self.assertNotIn("Brown Ltd", customer.activity_ids.note)
        other["kind"] = "invoice"
        self.change(customer, active=False)
        self.read_news()
        told = customer.activity_ids
        self.assertEqual(len(told), 2)
        self.assertIn("Brown Ltd: archived in ERP North", "".join(told.mapped("note")))
        self.change(customer)
        self.read_news()
        self.assertEqual(customer.activity_ids, told, "told once")
        self.assertEqual(customer.street, "Main Street 1")
        self.assertEqual(self.get_link(customer, "address").remote_id, link)
        # restored, with another address
        self.change(customer, active=True)
        self.read_news()
        self.assertEqual(customer.street, "Dock 9")
        self.assertEqual(self.get_link(customer, "address").remote_id, "900")

    # -- whose it is ------------------------------------------------------------------

    def test_4_of_another_company(self):
        customer, *_rest = self.make_known()
        customer.company_id = self.env["res.company"].create({"name": "Branch"})
        self.change(customer, customer, street="New Street 5")
        self.read_news()
        self.assertEqual(customer.street, "Main Street 1")
        customer.company_id = self.connector.company_id
        self.change(customer)
        self.read_news()
        self.assertEqual(customer.street, "New Street 5")

    def test_connector_at_work_is_not_started(self):
        """A first pass takes over all that was changed there since customers were sent."""
        self.assertEqual(self.pull.state, "running")
        self.make_linked()
        self.pull.unlink()
        self.connector._create_missing_flows()
        self.assertEqual(self.connector._get_flow("customer_pull").state, "paused")

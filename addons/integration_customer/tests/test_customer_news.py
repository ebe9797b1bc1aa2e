from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from .common import CustomerNewsCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestCustomerNews(CustomerNewsCase):
    """What the ERP alone changes of linked customers; numbers as in requirements §9."""

    # -- the checks -------------------------------------------------------------------

    def test_1_address_alone(self):
        customer, books, _depot, contact = self.make_known()
        messages = customer.message_ids
        self.change(customer, customer, street="New Street 5", zip="2000", city="Delft")
        self.change(customer, books, street="Box 9")
        self.read_news()
        self.assertEqual(
            (customer.street, customer.zip, customer.city),
            ("New Street 5", "2000", "Delft"),
        )
        self.assertEqual(contact.street, "New Street 5", "moved along, as in Odoo")
        self.assertEqual(books.street, "Box 9")
        bodies = (customer.message_ids - messages).mapped("body")
        # Odoo itself notes some of it, too
        [note] = [body for body in bodies if "ERP North" in body]
        self.assertIn("“Box 9”, before “Box 1”", note)
        self.assertFalse(customer.activity_ids)
        entry = self.env["integration.timeline"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", customer.id),
                ("direction", "=", "in"),
            ]
        )
        self.assertIn("New Street 5", entry.diff_html)
        self.assertIn("Main Street 1", entry.diff_html)
        self.assertNotIn("Brussels", self.get_address(customer)["city"])
        # the contact's went over; with that, both sides are as they are known
        self.assertEqual(self.get_address(contact)["street"], "New Street 5")
        known = self.get_hashes()
        self.read_news()
        self.assertEqual(self.get_hashes(), known)
        self.assertFalse(self.erp.calls["party_update"])

    def test_1_not_sent_back_but_to_others(self):
        customer, *_rest = self.make_known()
        south = self.make_connector("ERP South", state="paused")
        self.link(customer, "S1", connector=south)
        self.change(customer, vat="BE0428759497")
        self.read_news()
        self.assertEqual(customer.vat, "BE0428759497")
        self.assertFalse(self.erp.calls["party_update"])
        [job] = self.env["integration.job"].search([("connector_id", "=", south.id)])
        self.assertEqual((job.operation, job.res_id), ("update", customer.id))

    def test_2_ours_stay_ours(self):
        customer, _books, depot, contact = self.make_known()
        self.change(customer, phone="theirs", website="theirs.example")
        self.change(customer, depot, street="Their Dock")
        self.change(customer, contact, name="Ann Theirs")
        messages, known = customer.message_ids, self.get_hashes()
        self.read_news()
        self.assertEqual(customer.phone, "+32 2 123 45 67")
        self.assertEqual((depot.street, contact.name), ("Dock 2", "Ann Archer"))
        self.assertEqual(customer.message_ids, messages)
        self.assertEqual(self.get_hashes(), known, "the next change here replaces it")

    def test_2_ownership_is_a_setting(self):
        customer, books, depot, contact = self.make_known()
        field = self.env["ir.model.fields"]._get
        self.pull.write(
            {
                "erp_owned_scope": "all",
                "erp_owned_field_ids": [
                    Command.link(field("res.partner", "phone").id),
                    Command.unlink(field("res.partner", "city").id),
                ],
            }
        )
        self.change(customer, phone="+32 2 777")
        self.change(customer, books, city="Theirs")
        self.change(customer, depot, street="Their Dock")
        self.change(customer, contact, phone="+32 2 888", street="Nowhere")
        self.read_news()
        self.assertEqual((customer.phone, depot.street), ("+32 2 777", "Their Dock"))
        self.assertEqual(contact.phone, "+32 2 888")
        self.assertEqual(contact.street, "Main Street 1", "it is its company's")
        self.assertEqual(books.city, "X")
        # the same rules hold where sending meets it
        self.change(customer, phone="theirs again")
        customer.phone = "ours"
        self.run_lane()
        self.assertEqual(self.get_party(customer)["phone"], "theirs again")
        self.assertIn("theirs again", customer.activity_ids.note)

    def test_2_entered_anew(self):
        """People correct an address by archiving it and entering another one."""
        customer, *_rest = self.make_known()
        party, former = self.get_party(customer), self.get_address(customer)
        former["active"] = False
        party["addresses"].append(
            {**former, "remote_id": "900", "street": "Entered 1", "active": True}
        )
        party["main_address_id"] = "900"
        self.change(customer)
        self.read_news()
        self.assertEqual(customer.street, "Entered 1")
        self.assertEqual(self.get_link(customer, "address").remote_id, "900")
        customer.street = "Ours 2"
        self.run_lane()
        self.assertEqual(self.get_address(customer)["street"], "Ours 2")

    def test_3_archived_and_deleted(self):
        customer, books, depot, _contact = self.make_known()
        self.change(customer, active=False)
        self.change(customer, books, active=False)
        self.change(customer, depot, active=False)
        self.read_news()
        self.assertTrue(customer.active and books.active and depot.active)
        self.assertIn(
            "Brown Ltd, Books: archived in ERP North", customer.activity_ids.note
        )
        self.change(customer)
        self.read_news()
        self.assertEqual(len(customer.activity_ids), 1, "told once")
        remote_id = self.get_link(customer).remote_id
        del self.erp.parties[remote_id]
        self.erp.changed.append(remote_id)
        self.read_news()
        self.assertFalse(self.get_link(customer))
        self.assertIn("no longer in ERP North", customer.message_ids[0].body)

    def test_4_named_twice_and_strangers(self):
        customer, *_rest = self.make_known()
        self.erp.add_party({"name": "Stranger"})
        self.change(customer, customer, street="A 1")
        self.change(customer, customer, street="A 2")
        self.erp.changed += list(self.erp.parties)
        self.pull.batch_size = 2
        self.read_news()
        self.assertEqual(customer.street, "A 2")
        self.assertEqual(
            sum("A 2" in (item.body or "") for item in customer.message_ids), 1
        )

    def test_6_recovery(self):
        customer, *_rest = self.make_known()
        self.change(customer, customer, street="New Street 5")
        self.erp.faults = [NetworkError("cut off")]
        self.read_news()
        self.change(customer, customer, street="New Street 6")
        read, cuts = FakeClient.party_read, [1]

        def cut(client, remote_ids):
            if cuts:
                cuts.pop()
                raise NetworkError("cut off")
            return read(client, remote_ids)

        with patch.object(FakeClient, "party_read", cut):
            self.read_news()
        self.assertEqual(customer.street, "New Street 6")

    def test_7_many_cost_no_more_calls(self):
        customers = self.env["res.partner"].union(
            *(
                self.make_customer(name=f"V{n}", vat=False, email=f"v{n}@x.org")
                for n in range(40)
            )
        )
        self.handler._enqueue_new(self.flow, customers, "test")
        self.run_lane()
        for number, customer in enumerate(customers):
            self.change(customer, customer, street=f"Path {number}")
        self.read_news()
        self.assertEqual(customers[7].street, "Path 7")
        self.assertEqual(
            self.erp.calls, {"party_changes": 1, "party_read": 1}, "no echo either"
        )

    def test_8_data_types(self):
        customer, *_rest = self.make_known()
        street = "Rue d’Été «5» <№ 1> " + "x" * 300
        self.change(
            customer,
            customer,
            street=street,
            city="Oakland",
            state_code="CA",
            country_code="US",
        )
        self.read_news()
        self.assertEqual(customer.street, street)
        self.assertEqual(customer.state_id.code, "CA")
        self.assertEqual(customer.country_id.code, "US")
        self.change(customer, customer, state_code="", country_code="BE", street="A 1")
        self.read_news()
        self.assertFalse(customer.state_id)
        self.change(customer, customer, country_code="XX", street="A 2")
        self.read_news()
        self.assertEqual((customer.street, customer.country_id.code), ("A 2", "BE"))

    def test_9_empty(self):
        customer, books, *_rest = self.make_known(street2="Floor 3")
        self.change(customer, customer, street="New Street 5", street2="")
        self.change(customer, books, street="", zip="", city="")
        self.change(customer, vat="")
        self.read_news()
        self.assertEqual((customer.street, customer.street2), ("New Street 5", False))
        self.assertEqual(books.street, "Box 1", "an address with nothing in it is none")
        self.assertEqual(customer.vat, "BE0477472701")

    def test_links_without_marks(self):
        """Linked by hand: nobody knows what was changed since, so nothing is."""
        customer = self.make_customer()
        remote_id, links = self.erp.add_party({"name": "Brown", "vat": "BE0999999999"})
        self.link(customer, remote_id)
        self.read_news()
        self.assertEqual(customer.name, "Brown Ltd")
        self.assertFalse(self.get_link(customer).sent_hash)
        self.assertFalse(links)

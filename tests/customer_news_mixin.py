"""Customers that people change in the ERP alone (requirements §4, §9), the same for each
ERP. What stands over there is written as a clerk does it, not by our client."""

from odoo.fields import Command

from .load_steps import LoadSteps


class CustomerNewsMixin(LoadSteps):
    """To be put before ``CustomerMixin``. Each ERP's own class has ``write_address_there``
    (``street, street2, zip, city, country_code``, of one address and nothing else),
    ``write_email_there``, ``archive_there``, ``archive_legal_there``, ``enter_anew_there``
    and ``enter_another_there``."""

    @classmethod
    def connect(cls):
        super().connect()
        cls.pull = cls.connector._get_flow("customer_pull")
        # what others have there is none of ours: begin here
        with cls.connector._get_client() as client:
            page = {"cursor": None, "more": True}
            while page["more"]:
                page = client.party_changes(page["cursor"], 500)
        cls.pull.cursor = page["cursor"]

    def read_news(self):
        self.pull._enqueue_pull()
        self.run_lane()
        open_jobs = self.env["integration.job"].search(
            [
                ("flow_id", "in", (self.flow | self.pull).ids),
                ("state", "not in", ("done", "cancelled")),
            ]
        )
        self.assertFalse(open_jobs, open_jobs.mapped("error_message"))

    def make_known(self, **values):
        """Linked, with an invoicing and a delivery address and a contact."""
        customer = self.make_linked(**values)
        books = self.make_place(customer, name="Boekhouding", type="invoice")
        depot = self.make_place(customer)
        contact = self.make_contact(customer)
        self.sync()
        return customer, books, depot, contact

    def address_id(self, partner):
        return int(self.get_remote_id(partner, "address"))

    def test_news_1_addresses_alone(self):
        customer, books, depot, contact = self.make_known(street2="3 hoog")
        self.read_news()
        known = self.get_marks()
        self.write_address_there(
            self.address_id(customer),
            street="Nieuwe Weg 2",
            street2="",
            zip="1000",
            city="Brussel",
            country_code="BE",
        )
        self.write_address_there(self.address_id(books), street="Postbus “9” <é>")
        self.write_address_there(self.address_id(depot), street="Hun Kade 1")
        # small pages: some of them are of what others have changed just now
        self.pull.batch_size = 20
        self.read_news()
        self.assertEqual(
            (customer.street, customer.street2, customer.zip, customer.city),
            ("Nieuwe Weg 2", False, "1000", "Brussel"),
        )
        self.assertEqual(customer.country_id.code, "BE")
        self.assertEqual(contact.street, "Nieuwe Weg 2", "moved along, as in Odoo")
        self.assertEqual(books.street, "Postbus “9” <é>")
        self.assertEqual(depot.street, "Havenweg 9", "ours")
        told = "".join(customer.message_ids.mapped("body"))
        self.assertIn("“Nieuwe Weg 2”, before “Kerkstraat 1”", told)
        self.assertFalse(customer.activity_ids)
        there = self.there(customer)
        self.assertEqual(there["contacts"]["Magazijn"]["street"], "Hun Kade 1")
        self.assertEqual(there["contacts"]["Ann Archer"]["street"], "Nieuwe Weg 2")
        # no echo: nothing is written on either side for what is known
        self.assertNotEqual(self.get_marks(), known)
        known = self.get_marks()
        messages = customer.message_ids
        self.read_news()
        self.assertEqual(self.get_marks(), known)
        self.assertEqual(customer.message_ids, messages)

    def test_news_1_looked_at_before_it_is_taken_over(self):
        """It writes over our fields: the check says which, and writes none."""
        customer, books, _depot, contact = self.make_known()
        same = self.make_linked(name="Same")
        self.write_address_there(self.address_id(customer), street="Nieuwe Weg 2")
        self.write_address_there(self.address_id(books), street="Postbus 9")
        clash = self.make_linked(name="Clash")
        self.write_address_there(self.address_id(clash), zip="9999 ZZ")
        self.flow.write({"cadence": "scheduled", "next_run": "2099-01-01"})
        clash.street = "Onze Straat 1"
        load = self.check_load(
            self.pull,
            "res_partner",
            "integration_external_id",
            "integration_change",
            "mail_message",
            "mail_activity",
        )
        line = self.get_line(load, customer)
        self.assertEqual(line.outcome, "change")
        self.assertEqual(
            set(line.detail.split("; ")),
            {
                f"{customer.name}, Street: Kerkstraat 1 → Nieuwe Weg 2",
                f"Boekhouding, Street: {books.street} → Postbus 9",
            },
        )
        self.assertEqual(self.get_line(load, same).outcome, "same")
        line = self.get_line(load, clash)
        self.assertEqual(line.outcome, "attention")
        self.assertIn("9999 ZZ", line.detail)
        self.assertEqual((load.change_count, load.create_count), (1, 0))
        self.do_load(load)
        self.assertEqual(customer.street, "Nieuwe Weg 2")
        self.assertEqual(contact.street, "Nieuwe Weg 2", "moved along, as in Odoo")
        self.assertEqual(books.street, "Postbus 9")
        self.assertEqual(clash.street, "Onze Straat 1")

    def get_marks(self):
        links = self.env["integration.external.id"].search(
            [("connector_id", "=", self.connector.id)]
        )
        return {link.id: (link.sent_hash, link.received_hash) for link in links}

    def test_news_3_entered_anew_and_archived(self):
        customer, *_rest = self.make_known()
        address_id = self.address_id(customer)
        self.enter_anew_there(customer, street="Ingevoerd 1")
        self.read_news()
        self.assertEqual(customer.street, "Ingevoerd 1")
        self.assertEqual(self.address_id(customer) == address_id, self.kind == "odoo")
        # none that takes the place of the former
        self.enter_another_there(customer, street="Hun Dok 3")
        address_id = self.address_id(customer)
        self.archive_legal_there(customer)
        self.read_news()
        told = customer.activity_ids
        self.assertEqual(told.mapped("summary"), ["Archived in " + self.connector.name])
        self.archive_there(int(self.get_remote_id(customer)))
        self.read_news()
        self.assertTrue(customer.active)
        self.assertIn(
            f"{customer.name}: archived", "".join(customer.activity_ids.mapped("note"))
        )
        told = customer.activity_ids
        self.read_news()
        self.assertEqual(customer.activity_ids, told, "told once")
        self.assertEqual(customer.street, "Ingevoerd 1")
        self.assertEqual(self.address_id(customer), address_id)

    def test_news_5_both_sides_at_once(self):
        customer, *_rest = self.make_known()
        self.flow.write({"cadence": "scheduled", "next_run": "2099-01-01"})
        self.write_address_there(self.address_id(customer), zip="9999 ZZ", city="Hun")
        customer.write({"street": "Onze Straat 1", "phone": "+31 20 777"})
        self.pull._enqueue_pull()
        self.run_lane()
        self.assertEqual(customer.street, "Onze Straat 1")
        self.assertNotEqual(customer.city, "Hun", "an address is one thing")
        self.assertIn("“9999 ZZ”", customer.activity_ids.note)
        self.flow.action_run_now()
        self.read_news()
        there = self.there(customer)
        self.assertEqual((there["street"], there["city"]), ("Kerkstraat 1", "Hun"))
        self.assertIn("777", there["phone"], "what is ours is sent as ever")
        self.assertEqual(len(customer.activity_ids), 1, "told once")

    def test_news_5_something_else_is_sent_first(self):
        """What is sent leaves theirs alone: that still comes over. So do contacts, where
        somebody has said so."""
        customer = self.make_linked()
        contact = self.make_contact(customer, email="ann@buyer.example")
        self.sync()
        email = self.env["ir.model.fields"]._get("res.partner", "email")
        self.pull.write(
            {
                "erp_owned_scope": "all",
                "erp_owned_field_ids": [Command.link(email.id)],
            }
        )
        self.write_address_there(self.address_id(customer), street="Hun Straat 1")
        self.write_email_there(self.address_id(contact), "ann@theirs.example")
        customer.phone = "+31 20 888"
        self.sync()
        self.assertEqual(customer.street, "Kerkstraat 1")
        self.read_news()
        self.assertEqual(customer.street, "Hun Straat 1")
        self.assertEqual(contact.email, "ann@theirs.example")
        self.assertIn("888", self.there(customer)["phone"])
        self.assertFalse(customer.activity_ids)

    def test_news_7_many_in_few_calls(self):
        customers = self.env["res.partner"].union(
            *(self.make_partner(f"Many {number}") for number in range(12))
        )
        self.send(customers)
        for number, customer in enumerate(customers):
            self.write_address_there(self.address_id(customer), street=f"Pad {number}")
        before = self.env["integration.exchange"].search_count([])
        self.read_news()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 20, "not one call per customer, and no echo")
        self.assertEqual(
            customers.mapped("street"), [f"Pad {number}" for number in range(12)]
        )

"""The acceptance checklist of the customers' flow (ERP-2; requirements §9), the same for
each ERP. What stands over there is read as a clerk sees it, not by our client."""

from odoo.addons.integration_customer.fingerprint import QUIET_FIELDS, pack, unpack
from odoo.addons.integration_hub.client import NetworkError


class CustomerMixin:
    """``read_there``, ``write_there``, ``create_there``, ``blank_language``: see ``test_customers_*.py``."""

    @classmethod
    def connect(cls):
        super().connect()
        cls.flow = cls.connector._get_flow("customer_push")
        cls.handler = cls.env["integration.handler.customer_push"]

    def send(self, customers):
        """As an order would, that needs them."""
        self.handler._enqueue_new(self.flow, customers, "test")
        self.run_lane()
        for customer in customers:
            self.assertTrue(self.get_remote_id(customer), self.get_problems())

    def make_linked(self, **values):
        customer = self.make_partner(**values)
        self.send(customer)
        return customer

    def make_contact(self, customer, **values):
        return self.env["res.partner"].create(
            {
                "name": "Ann Archer",
                "type": "contact",
                "parent_id": customer.id,
                **values,
            }
        )

    def get_remote_id(self, partner, kind="party"):
        return (
            self.env["integration.external.id"]
            ._get_remote_ids(self.connector, kind, partner)
            .get(partner.id)
        )

    def get_problems(self):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("state", "not in", ("done", "cancelled"))]
        )
        return "; ".join(f"{j.name}: {j.state} {j.error_message}" for j in jobs)

    def sync(self):
        self.run_lane()
        self.assertFalse(self.get_problems())

    def there(self, customer):
        return self.read_there(int(self.get_remote_id(customer)))

    # -- the nine checks --------------------------------------------------------------

    def test_1_created_with_contacts_and_addresses(self):
        customer = self.make_partner()
        self.make_contact(customer, email="ann@buyer.example", phone="+31 20 555 01 01")
        self.make_contact(
            customer,
            name="Magazijn",
            type="delivery",
            street="Havenweg 9",
            zip="3011 AB",
            city="Rotterdam",
            country_id=self.env.ref("base.nl").id,
        )
        self.send(customer)
        there = self.there(customer)
        self.assertEqual(there["name"], customer.name)
        self.assertEqual(there["street"], "Kerkstraat 1")
        self.assertEqual(there["contacts"]["Ann Archer"]["email"], "ann@buyer.example")
        self.assertEqual(there["contacts"]["Magazijn"]["city"], "Rotterdam")

    def test_2_update_in_few_calls(self):
        customers = self.env["res.partner"].union(
            *(self.make_partner(f"Many {number}") for number in range(12))
        )
        self.send(customers)
        for number, customer in enumerate(customers):
            customer.write(
                {"phone": f"+31 20 000 00 {number:02}", "street": f"Pad {number}"}
            )
        before = self.env["integration.exchange"].search_count([])
        self.sync()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 20, "not one call per customer")
        for number, customer in enumerate(customers):
            there = self.there(customer)
            self.assertEqual(there["street"], f"Pad {number}")
            self.assertIn(f"{number:02}", there["phone"])

    def test_2_contacts_are_changed_and_added(self):
        customer = self.make_linked()
        contact = self.make_contact(customer, email="ann@buyer.example")
        self.sync()
        contact.write({"name": "Ann Baker", "email": "baker@buyer.example"})
        self.make_contact(customer, name="Bob Cook")
        self.sync()
        there = self.there(customer)
        self.assertEqual(set(there["contacts"]), {"Ann Baker", "Bob Cook"})
        self.assertEqual(there["contacts"]["Ann Baker"]["email"], "baker@buyer.example")

    def test_2_company_moves(self):
        customer = self.make_linked()
        self.make_contact(customer)
        self.sync()
        customer.write({"street": "Nieuwe Weg 2", "zip": "3500 AA", "city": "Utrecht"})
        self.sync()
        there = self.there(customer)
        self.assertEqual((there["street"], there["city"]), ("Nieuwe Weg 2", "Utrecht"))
        self.assertEqual(there["contacts"]["Ann Archer"]["city"], "Utrecht")
        self.assertFalse(customer.activity_ids)

    def make_place(self, customer, **values):
        return self.make_contact(
            customer,
            **{
                "name": "Magazijn",
                "type": "delivery",
                "street": "Havenweg 9",
                "zip": "3011 AB",
                "city": "Rotterdam",
                "country_id": self.env.ref("base.nl").id,
                **values,
            },
        )

    def test_2_kind_of_an_address(self):
        """Where goods went, invoices go now: theirs go there as well."""
        customer = self.make_linked()
        place = self.make_place(customer)
        for kind in ("delivery", "invoice", "other"):
            place.type = kind
            self.sync()
            there = self.there(customer)["contacts"]["Magazijn"]
            self.assertEqual(there["kind"], kind)
            self.assertEqual(there["city"], "Rotterdam")
        before = self.env["integration.exchange"].search_count([])
        place.type = "invoice"
        place.type = "other"
        self.sync()
        self.assertEqual(self.env["integration.exchange"].search_count([]), before)

    def test_2_kind_is_not_that_of_an_order(self):
        """An order is delivered to a contact: that makes it no delivery address."""
        customer = self.make_partner()
        place = self.make_place(customer, type="other")
        lead = self.make_lead([], customer)
        order = self.make_order(lead, [("FILTER-10", 1)], partner_shipping_id=place.id)
        order.action_confirm()
        self.push(lead)
        self.sync()
        self.assertEqual(self.there(customer)["contacts"]["Magazijn"]["kind"], "other")
        updates = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("operation", "=", "update")]
        )
        self.assertFalse(updates, "all went over with the order")

    def test_2_reference_language_and_company(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        customer = self.make_linked(
            is_company=False, ref=f"K1-{self.mark}", lang="fr_FR"
        )
        self.assertEqual(self.there(customer)["reference"], customer.ref)
        self.blank_language(int(self.get_remote_id(customer)))
        customer.write({"ref": f"K2-{self.mark}", "lang": "en_US", "is_company": True})
        self.sync()
        there = self.there(customer)
        self.assertEqual(there["reference"], f"K2-{self.mark}")
        self.assertEqual(there["lang"], "en")
        self.assertIs(there["is_company"], self.expect_company(True))
        customer.ref = False
        self.sync()
        self.assertEqual(self.there(customer)["reference"], "")
        self.assertFalse(customer.activity_ids)
        # what people have given there themselves
        self.give_reference(int(self.get_remote_id(customer)), "OURS-55")
        customer.phone = "+31 20 666"
        self.sync()
        self.assertEqual(self.there(customer)["reference"], "OURS-55")

    def test_2_links_from_before_these_were_sent(self):
        """After an upgrade nothing is written but what is changed from then on."""
        customer = self.make_linked(ref=f"K1-{self.mark}")
        place = self.make_place(customer)
        self.sync()
        links = self.env["integration.external.id"].search(
            [("connector_id", "=", self.connector.id), ("sent_hash", "!=", False)]
        )
        for link in links:
            for name in ("sent_hash", "received_hash"):
                marks = unpack(link[name])
                link[name] = pack(
                    {key: marks[key] for key in marks if key not in QUIET_FIELDS}
                )
        self.handler._note_new_fields()
        before = self.env["integration.exchange"].search_count([])
        self.handler._enqueue_updates(self.flow, customer, "test")
        self.sync()
        self.assertEqual(self.env["integration.exchange"].search_count([]), before)
        place.type = "invoice"
        customer.ref = f"K2-{self.mark}"
        self.sync()
        there = self.there(customer)
        self.assertEqual(there["contacts"]["Magazijn"]["kind"], "invoice")
        self.assertEqual(there["reference"], customer.ref)
        self.assertFalse(customer.activity_ids)

    def test_2_sent_once(self):
        customer = self.make_linked()
        customer.phone = "+31 20 111"
        self.sync()
        before = self.env["integration.exchange"].search_count([])
        customer.phone = "+31 20 222"
        customer.phone = "+31 20 111"
        self.sync()
        self.assertEqual(self.env["integration.exchange"].search_count([]), before)

    def test_3_archive_and_delete(self):
        customer = self.make_linked()
        archived = self.make_contact(customer)
        deleted = self.make_contact(customer, name="Bob Cook")
        self.sync()
        party_id = int(self.get_remote_id(customer))

        def get_active():
            contacts = self.read_there(party_id)["contacts"]
            return {name: contact["active"] for name, contact in contacts.items()}

        self.assertEqual(get_active(), {"Ann Archer": True, "Bob Cook": True})
        archived.action_archive()
        self.sync()
        self.assertEqual(get_active(), {"Ann Archer": False, "Bob Cook": True})
        deleted.unlink()
        self.sync()
        self.assertEqual(get_active(), {"Ann Archer": False, "Bob Cook": False})
        self.assertTrue(self.read_there(party_id)["active"])
        customer.unlink()
        self.sync()
        self.assertFalse(self.read_there(party_id)["active"], "archived, not deleted")

    def test_4_merged(self):
        first = self.make_linked(name="One")
        second = self.make_linked(name="Two")
        contact = self.make_contact(second)
        self.sync()
        ids = [int(self.get_remote_id(partner)) for partner in (first, second)]
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (first | second).ids, first
        )
        self.sync()
        self.assertEqual(int(self.get_remote_id(first)), ids[0])
        self.assertIn("Ann Archer", self.read_there(ids[0])["contacts"])
        self.assertTrue(self.read_there(ids[1])["active"])
        self.assertIn("now belong to this customer", first.activity_ids.note)
        self.assertTrue(self.get_remote_id(contact, "address"))

    def test_5_both_sides_change(self):
        customer = self.make_linked()
        party_id = int(self.get_remote_id(customer))
        self.write_there(party_id, name="Their Name", street="Hun Straat 1")
        customer.write({"name": f"Our Name {self.mark}", "street": "Onze Straat 1"})
        self.sync()
        there = self.read_there(party_id)
        self.assertEqual(there["name"], customer.name, "names are ours")
        self.assertIn("Their Name", customer.message_ids[0].body)
        self.assertEqual(there["street"], "Hun Straat 1", "the legal address is theirs")
        self.assertIn("Hun Straat 1", customer.activity_ids.note)
        customer.phone = "+31 20 333"
        self.sync()
        self.assertEqual(len(customer.activity_ids), 1, "told once")

    def test_6_recovery(self):
        customer = self.make_linked()
        client_class = self.connector._call_hook("get_client_class")
        update, cuts = client_class.party_update, [1]

        def cut(client, updates):
            answers = update(client, updates)
            if cuts:
                cuts.pop()
                raise NetworkError("The line went dead after it was written.")
            return answers

        self.patch(client_class, "party_update", cut)
        customer.phone = "+31 20 444"
        self.run_lane()
        self.assertFalse(cuts)
        self.assertFalse(self.get_problems())
        self.assertIn("444", self.there(customer)["phone"])
        self.assertFalse(customer.activity_ids)

    def test_8_data_types(self):
        customer = self.make_linked()
        name = f"Großhändler “Ñandú” <№ 1> & Söhne, Łódź {self.mark}"
        customer.write({"name": name, "street": "Rue d’Été 5 " + "x" * 60})
        customer.country_id = self.env.ref("base.be")
        self.sync()
        there = self.there(customer)
        self.assertEqual(there["name"], name)
        self.assertEqual(there["street"], customer.street)
        self.assertEqual(there["country"], "BE")

    def test_9_empty(self):
        customer = self.make_linked(phone="+31 20 555")
        customer.write({"phone": False, "zip": False})
        self.sync()
        there = self.there(customer)
        self.assertFalse(there["phone"])
        self.assertFalse(there["zip"])

    def test_load(self):
        """Dry run, then the load: created, linked, changed, left alone, asked."""
        known = self.create_there("Found B.V.", email := f"{self.mark}@found.example")
        double = f"{self.mark}@two.example"
        twins = [self.create_there(f"Two {number}", double) for number in (1, 2)]
        tag = self.env["res.partner.category"].create({"name": f"Load {self.mark}"})
        linked = self.make_linked(name="Linked", category_id=tag.ids)
        same = self.make_linked(name="Same", category_id=tag.ids)
        self.flow.state = "paused"
        linked.phone = "+31 20 999"
        new = self.make_partner("New", category_id=tag.ids)
        found = self.make_partner("Found", category_id=tag.ids, email=email)
        unclear = self.make_partner("Unclear", category_id=tag.ids, email=double)
        self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("state", "=", "waiting")]
        ).action_cancel()
        self.flow.write(
            {
                "state": "running",
                "customer_scope": "filter",
                "filter_domain": f"[('category_id', 'in', [{tag.id}])]",
            }
        )
        load = self.env["integration.load"].browse(
            self.flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.sync()
        self.assertEqual(
            {line.res_id: line.outcome for line in load.line_ids},
            {
                linked.id: "change",
                same.id: "same",
                new.id: "create",
                found.id: "link",
                unclear.id: "attention",
            },
        )
        asked = load.line_ids.filtered(lambda line: line.res_id == unclear.id)
        self.assertIn("Two 1", asked.detail)
        for partner in (new, found, unclear):
            self.assertFalse(self.get_remote_id(partner))
        self.assertNotIn("999", self.there(linked)["phone"] or "")
        load.action_load()
        self.sync()
        self.assertEqual(load.state, "done")
        self.assertEqual(self.there(new)["name"], new.name)
        self.assertEqual(self.get_remote_id(found), str(known))
        self.assertEqual(self.read_there(known)["name"], "Found B.V.", "as it was")
        self.assertFalse(self.get_remote_id(unclear))
        self.assertNotIn(self.get_remote_id(new), map(str, (known, *twins)))
        self.assertIn("999", self.there(linked)["phone"])

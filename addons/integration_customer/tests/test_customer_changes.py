from datetime import timedelta

import odoo.sql_db
from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError

from ..fingerprint import QUIET_FIELDS, pack, unpack
from ..hooks import post_init_hook
from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerChanges(CustomerCase):
    """Changes of linked customers (ERP-2); the numbers are those of requirements §9."""

    def test_1_created_with_contacts(self):
        customer = self.make_customer()
        contact = self.make_contact(customer, email="ann@brown.example")
        self.make_contact(customer, name="Depot", type="delivery", street="Dock 2")
        self.handler._enqueue_new(self.flow, customer, "test")
        self.run_lane()
        party = self.get_party(customer)
        self.assertEqual(
            [address["name"] for address in party["addresses"]],
            ["Brown Ltd", "Ann Archer", "Depot"],
        )
        self.assertEqual(self.get_address(contact)["email"], "ann@brown.example")
        self.assertTrue(self.get_link(customer).sent_hash)
        self.assertFalse(self.get_jobs("waiting", "failed", "attention"))

    def test_2_update_is_one_job(self):
        customer = self.make_linked()
        before = len(self.get_jobs())
        customer.write({"phone": "+32 2 999", "street": "New Street 5"})
        customer.email = "new@brown.example"
        self.assertEqual(len(self.get_jobs()) - before, 1)
        self.run_lane()
        party = self.get_party(customer)
        self.assertEqual(party["phone"], "+32 2 999")
        self.assertEqual(party["email"], "new@brown.example")
        self.assertEqual(self.get_address(customer)["street"], "New Street 5")
        self.assertEqual(self.erp.calls["party_update"], 1)

    def test_2_nothing_sent_changes_nothing(self):
        customer = self.make_linked()
        before = len(self.get_jobs())
        customer.write({"comment": "Likes chairs", "phone": customer.phone})
        self.assertEqual(len(self.get_jobs()), before)
        customer.phone = "1"
        customer.phone = "+32 2 123 45 67"
        self.run_lane()
        self.assertFalse(self.erp.calls, "it is as it was sent: nobody is called")

    def test_2_contacts(self):
        customer = self.make_linked()
        contact = self.make_contact(customer)
        self.run_lane()
        self.assertEqual(self.get_address(contact)["name"], "Ann Archer")
        contact.write({"name": "Ann Baker", "phone": "77"})
        self.run_lane()
        self.assertEqual(self.get_address(contact)["name"], "Ann Baker")
        self.assertEqual(self.get_address(contact)["phone"], "77")
        self.assertEqual(len(self.get_party(customer)["addresses"]), 2)

    def test_2_kind_reference_language_and_company(self):
        customer = self.make_linked(ref="K1")
        place = self.make_contact(customer, name="Depot", type="delivery", street="D 2")
        self.run_lane()
        self.assertEqual(self.get_address(place)["kind"], "delivery")
        place.type = "invoice"
        self.env["res.lang"]._activate_lang("fr_FR")
        customer.write({"ref": "K2", "lang": "fr_FR", "is_company": False})
        self.run_lane()
        party = self.get_party(customer)
        self.assertEqual(self.get_address(place)["kind"], "invoice")
        self.assertEqual(
            (party["code"], party["lang"], party["is_company"]), ("K2", "fr_FR", False)
        )
        self.assertFalse(customer.activity_ids)

    def test_2_kinds_in_conflict_are_told_in_words(self):
        customer = self.make_linked()
        place = self.make_contact(customer, name="Depot", type="delivery", street="D 2")
        self.run_lane()
        self.get_address(place)["kind"] = "other"
        self.get_party(customer)["is_company"] = False
        place.type = "invoice"
        self.run_lane()
        self.assertEqual(self.get_address(place)["kind"], "invoice")
        kinds = dict(place.fields_get(["type"])["type"]["selection"])
        self.assertIn(f"there “{kinds['other']}”", customer.message_ids[0].body)
        self.assertIn(f"here “{kinds['invoice']}”", customer.message_ids[0].body)
        self.assertIs(self.get_party(customer)["is_company"], False, "theirs alone")

    def test_2_system_that_knows_no_kinds(self):
        customer = self.make_linked()
        place = self.make_contact(customer, name="Depot", type="delivery", street="D 2")
        self.run_lane()
        del self.get_address(place)["kind"]
        del self.get_party(customer)["is_company"]
        place.type = "invoice"
        customer.is_company = False
        self.run_lane()
        self.assertNotIn("kind", self.get_address(place))
        self.assertNotIn("is_company", self.get_party(customer))
        self.assertFalse(self.get_jobs("waiting", "failed", "attention"))
        self.erp.calls.clear()
        self.handler._enqueue_updates(self.flow, customer, "test")
        self.run_lane()
        self.assertFalse(self.erp.calls, "it is asked once")

    def test_2_links_from_before_these_were_sent(self):
        """Older fingerprints lack them. They say nothing of a change, of either side."""
        customer = self.make_linked(ref="K1")
        place = self.make_contact(customer, name="Depot", type="delivery", street="D 2")
        self.run_lane()
        self.get_party(customer).update(code="C-55", lang="nl", is_company=False)
        self.get_address(place)["kind"] = "other"
        for link in self.get_link(customer) | self.get_link(place, "address"):
            for name in ("sent_hash", "received_hash"):
                marks = unpack(link[name])
                link[name] = pack(
                    {key: marks[key] for key in marks if key not in QUIET_FIELDS}
                )
        customer.phone = "1"
        self.run_lane()
        party = self.get_party(customer)
        self.assertEqual((party["phone"], party["code"]), ("1", "C-55"))
        self.assertEqual((party["lang"], party["is_company"]), ("nl", False))
        self.assertEqual(self.get_address(place)["kind"], "other")
        self.assertFalse(customer.activity_ids)
        # from now on they are known
        customer.ref = "K2"
        place.type = "invoice"
        self.run_lane()
        self.assertEqual(party["code"], "K2")
        self.assertEqual(self.get_address(place)["kind"], "invoice")

    def test_2_many_in_one_call(self):
        customers = self.env["res.partner"].union(
            *(
                self.make_customer(
                    name=f"C{number}", vat=False, email=f"c{number}@x.org"
                )
                for number in range(20)
            )
        )
        self.handler._enqueue_new(self.flow, customers, "test")
        self.run_lane()
        self.erp.calls.clear()
        customers.write({"phone": "5"})
        self.run_lane()
        self.assertEqual(self.erp.calls["party_update"], 1)
        self.assertEqual({party["phone"] for party in self.erp.parties.values()}, {"5"})

    def test_2_unknown_customers_stay_here(self):
        customer = self.make_customer()
        customer.phone = "1"
        self.assertFalse(self.get_jobs())

    def test_2_filter_takes_new_ones(self):
        self.flow.write(
            {"customer_scope": "filter", "filter_domain": "[('is_company', '=', True)]"}
        )
        self.env["res.partner"].create({"name": "Somebody"})
        self.assertFalse(self.get_jobs())
        customer = self.make_customer()
        self.make_contact(customer)
        self.assertEqual(len(self.get_jobs()), 1)
        self.run_lane()
        self.assertEqual(len(self.get_party(customer)["addresses"]), 2)

    def test_2_no_echo(self):
        customer = self.make_linked()
        before = len(self.get_jobs())
        customer.with_context(
            integration_source_connector_id=self.connector.id
        ).phone = "9"
        self.assertEqual(len(self.get_jobs()), before)

    def test_2_scheduled(self):
        """Collected, then sent together at the next run."""
        customer = self.make_linked()
        self.flow.write(
            {
                "cadence": "scheduled",
                "interval_minutes": 60,
                "next_run": self.env.cr.now() - timedelta(minutes=10),
            }
        )
        customer.phone = "8"
        job = self.get_jobs("waiting")
        self.assertEqual(job.next_try, self.flow.next_run + timedelta(minutes=60))
        self.run_lane()
        self.assertFalse(self.erp.calls)
        self.flow.action_run_now()
        self.run_lane()
        self.assertEqual(self.get_party(customer)["phone"], "8")

    def test_3_archive(self):
        customer = self.make_linked()
        contact = self.make_contact(customer)
        self.run_lane()
        contact.action_archive()
        self.run_lane()
        self.assertFalse(self.get_address(contact)["active"])
        self.assertTrue(self.get_party(customer)["active"])
        customer.action_archive()
        self.run_lane()
        self.assertFalse(self.get_party(customer)["active"])
        customer.action_unarchive()
        self.run_lane()
        self.assertTrue(self.get_party(customer)["active"])

    def test_3_archive_is_a_setting(self):
        customer = self.make_linked()
        self.flow.archive_policy = "keep"
        customer.action_archive()
        self.run_lane()
        self.assertTrue(self.get_party(customer)["active"])
        party = self.get_party(customer)
        customer.unlink()
        self.run_lane()
        self.assertTrue(party["active"])

    def test_3_delete(self):
        customer = self.make_linked()
        contact = self.make_contact(customer)
        self.run_lane()
        party, address = self.get_party(customer), self.get_address(contact)
        contact.unlink()
        self.run_lane()
        self.assertFalse(address["active"])
        self.assertTrue(party["active"])
        customer.unlink()
        self.run_lane()
        self.assertFalse(party["active"])
        self.assertIn(party["remote_id"], self.erp.parties, "never deleted")
        self.assertFalse(
            self.env["integration.external.id"].search(
                [("connector_id", "=", self.connector.id)]
            )
        )

    def test_3_contact_moves_to_another_customer(self):
        first = self.make_linked()
        second = self.make_linked(name="Green", vat=False, email="green@green.example")
        contact = self.make_contact(first)
        self.run_lane()
        former = self.get_address(contact)
        contact.parent_id = second
        self.run_lane()
        self.assertFalse(former["active"])
        self.assertIn(
            self.get_link(contact, "address").remote_id,
            [address["remote_id"] for address in self.get_party(second)["addresses"]],
        )

    def test_5_conflict(self):
        """Both sides changed: contact data is ours, VAT and legal address are theirs."""
        customer = self.make_linked()
        party, address = self.get_party(customer), self.get_address(customer)
        party.update(phone="theirs", vat="BE0999999999")
        address.update(street="Their Street 1")
        customer.write(
            {"phone": "ours", "vat": "BE0428759497", "street": "Our Street 1"}
        )
        self.run_lane()
        self.assertEqual(party["phone"], "ours")
        self.assertIn("theirs", customer.message_ids[0].body)
        self.assertEqual(party["vat"], "BE0999999999")
        self.assertEqual(address["street"], "Their Street 1")
        activity = customer.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("Their Street 1", activity.note)
        self.assertIn("BE0999999999", activity.note)
        # told once, and the next change of something else goes through
        customer.phone = "ours again"
        self.run_lane()
        self.assertEqual(party["phone"], "ours again")
        self.assertEqual(customer.activity_ids, activity)

    def test_5_changed_there_alone(self):
        customer = self.make_linked()
        party = self.get_party(customer)
        party["website"] = "theirs.example"
        customer.phone = "1"
        self.run_lane()
        self.assertEqual(party["website"], "theirs.example")
        self.assertFalse(customer.activity_ids)

    def test_5_gone_there(self):
        customer = self.make_linked()
        del self.erp.parties[self.get_link(customer).remote_id]
        customer.phone = "1"
        self.run_lane()
        self.assertEqual(self.get_jobs()[-1].state, "failed")
        self.assertIn("no longer in the ERP", customer.activity_ids.note)

    def test_6_recovery(self):
        customer = self.make_linked()
        customer.phone = "2"
        # lost on the way, then after the write
        self.erp.faults = [NetworkError("cut off")]
        self.run_lane()
        self.assertEqual(self.get_party(customer)["phone"], "2")
        self.assertEqual(self.get_jobs()[-1].state, "done")

    def count_queries(self, customers, phone):
        """:return: queries of the change itself, and remote calls of sending it"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        customers.write({"phone": phone})
        self.env.flush_all()
        queries = self.cr.sql_log_count - before
        self.erp.calls.clear()
        self.run_lane()
        return queries, self.erp.calls.total()

    def test_7_first_push_of_many(self):
        """Hardly a statement for each, in as many calls as for a few."""

        def count(number):
            customers = self.env["res.partner"].union(
                *(
                    self.make_customer(
                        name=f"F{number}-{n}",
                        vat=False,
                        email=f"f{number}-{n}@x.org",
                        child_ids=[(0, 0, {"type": "delivery", "name": "Depot"})],
                    )
                    for n in range(number)
                )
            )
            self.handler._enqueue_new(self.flow, customers, "test")
            self.env.flush_all()
            self.erp.calls.clear()
            before = odoo.sql_db.sql_counter
            self.run_lane()
            return odoo.sql_db.sql_counter - before, self.erp.calls.total()

        count(2)
        few, calls = count(10)
        many, calls_of_many = count(50)
        self.assertEqual(calls_of_many, calls)
        self.assertLess((many - few) / 40, 1)

    def test_7_many_cost_no_more_than_few(self):
        customers = self.env["res.partner"].union(
            *(
                self.make_customer(
                    name=f"V{number}", vat=False, email=f"v{number}@x.org"
                )
                for number in range(60)
            )
        )
        self.handler._enqueue_new(self.flow, customers, "test")
        self.run_lane()
        self.count_queries(customers, "1")
        few = self.count_queries(customers[:3], "2")
        many = self.count_queries(customers, "3")
        self.assertLessEqual(many[0], few[0] + 5)
        self.assertEqual(many[1], few[1])
        self.assertEqual({party["phone"] for party in self.erp.parties.values()}, {"3"})

    def test_installed_after_the_connector(self):
        self.flow.unlink()
        post_init_hook(self.env)
        self.assertTrue(self.connector._get_flow("customer_push"))

    def test_8_data_types(self):
        customer = self.make_linked()
        long_name = "Großhändler “Ñandú” <№ 1> & Söhne " + "x" * 200
        customer.write({"name": long_name, "street": "Rue d’Été\t5"})
        self.run_lane()
        self.assertEqual(self.get_party(customer)["name"], long_name)

    def test_9_emptied(self):
        customer = self.make_linked()
        customer.write({"phone": False, "street": False})
        self.run_lane()
        self.assertFalse(self.get_party(customer)["phone"])
        self.assertFalse(self.get_address(customer)["street"])

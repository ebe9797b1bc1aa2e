from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.models import integration_lane
from odoo.addons.integration_hub.tests.connector_case import NEVER

from .common import CustomerCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestMerge(CustomerCase):
    """Merged customers keep their links (requirements §9, 4)."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))

    def merge(self, others, survivor):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (others | survivor).ids, survivor
        )
        self.run_lane()

    def test_link_moves(self):
        linked = self.make_linked()
        contact = self.make_contact(linked)
        self.run_lane()
        remote_id = self.get_link(linked).remote_id
        survivor = self.make_customer(vat=False, phone="55")
        self.merge(linked, survivor)
        self.assertEqual(self.get_link(survivor).remote_id, remote_id)
        self.assertTrue(self.get_link(contact, "address"))
        self.assertEqual(len(self.erp.parties), 1)
        self.assertTrue(self.erp.parties[remote_id]["active"])
        self.assertFalse(survivor.activity_ids)
        survivor.phone = "66"
        self.run_lane()
        self.assertEqual(self.erp.parties[remote_id]["phone"], "66")

    def test_two_over_there_are_one_here(self):
        first = self.make_linked()
        second = self.make_linked(name="Brown 2", vat=False, email="two@brown.example")
        contact = self.make_contact(second)
        self.run_lane()
        loser = self.get_party(second)
        self.merge(second, first)
        self.assertTrue(loser["active"], "it may have open orders")
        note = first.activity_ids.note
        self.assertIn(self.get_link(first).remote_number, note)
        self.assertIn(f"C{loser['remote_id']}", note)
        kept = self.env["integration.external.id"].search(
            [("remote_id", "=", loser["remote_id"]), ("res_id", "=", first.id)]
        )
        self.assertTrue(kept, "the losing record is not forgotten")
        # the contact is an address of the surviving customer now, over there as well
        self.assertIn(
            self.get_link(contact, "address").remote_id,
            [address["remote_id"] for address in self.get_party(first)["addresses"]],
        )

    def test_three(self):
        customers = self.env["res.partner"].union(
            *(
                self.make_linked(
                    name=f"B{number}", vat=False, email=f"{number}@b.example"
                )
                for number in range(3)
            )
        )
        self.merge(customers[1:], customers[0])
        self.assertEqual(len(customers[0].activity_ids), 2)
        self.assertEqual(len(self.get_link(customers[0])), 1)

    # -- merged in the midst of a call ------------------------------------------------

    def merge_while_under_way(self, survivor):
        """:return: number over there of what the call has made"""
        customer = self.make_customer(name="Brown again", vat=False)
        job = self.handler._enqueue_new(self.flow, customer, "test")
        job.state = "running"
        request = self.handler._prepare(self.flow, job)[job]
        [answer] = self.handler._call(FakeClient.__new__(FakeClient), [request])
        self.merge(customer, survivor)
        self.assertFalse(self.handler._apply(self.flow, [(job, answer)]))
        job.state = "done"
        self.run_lane()
        self.assertFalse(self.get_jobs("failed", "attention"))
        [party] = [
            p for p in self.erp.parties.values() if p["key"].endswith(str(customer.id))
        ]
        self.assertTrue(party["active"], "what orders are made for is not archived")
        return party

    def test_answer_is_for_the_one_that_stays(self):
        survivor = self.make_customer(vat=False, email=False)
        party = self.merge_while_under_way(survivor)
        self.assertEqual(self.get_link(survivor).remote_id, party["remote_id"])
        self.assertEqual(party["name"], "Brown Ltd", "goes over as it is now")
        self.assertEqual(len(self.erp.parties), 1)

    def test_answer_for_one_that_is_linked(self):
        survivor = self.make_linked(email=False)
        first = self.get_link(survivor).remote_id
        party = self.merge_while_under_way(survivor)
        self.assertEqual(self.get_link(survivor).remote_id, first)
        self.assertIn(f"C{party['remote_id']}", survivor.activity_ids.note)

    # -- merged while nobody knows what has become of a call --------------------------

    def lose(self, **values):
        """:return: a customer whose creation was called for, and the job"""
        customer = self.make_customer(name="Brown again", vat=False)
        job = self.handler._enqueue_new(self.flow, customer, "test")
        job.write({"state": "retrying", **values})
        return customer, job

    def send_new_ones(self):
        self.flow.write({"customer_scope": "filter", "filter_domain": "[]"})

    def test_lost_answer_is_for_the_one_that_stays(self):
        for send in (lambda: None, self.send_new_ones):
            self.erp.parties.clear()
            send()
            customer, job = self.lose(unsettled_until=NEVER)
            made, _links = self.erp.add_party(job.payload["party"])
            survivor = self.make_customer(vat=False, email=False)
            self.merge(customer, survivor)
            self.run_lane()
            self.assertEqual(job.state, "done")
            self.assertEqual(self.get_link(survivor).remote_id, made)
            self.assertEqual(list(self.erp.parties), [made])
            self.assertTrue(self.erp.parties[made]["active"])

    def test_the_one_that_stays_waits_until_the_call_has_ended(self):
        self.send_new_ones()
        customer, job = self.lose(unsettled_until=NEVER)
        survivor = self.make_customer(vat=False, email=False)
        self.merge(customer, survivor)
        self.assertFalse(self.erp.parties, "the lost call may still make it")
        job.write({"next_try": "2020-01-01", "unsettled_until": "2020-01-01"})
        self.run_lane()
        self.run_lane()
        self.assertEqual(job.state, "cancelled")
        [remote_id] = self.erp.parties
        self.assertEqual(self.get_link(survivor).remote_id, remote_id)

    def test_answer_that_could_not_be_written_down(self):
        customer, job = self.lose()
        made, links = self.erp.add_party(job.payload["party"])
        answer = {"remote_id": made, "number": "C1", "url": "", "addresses": links}
        job.answer = {"value": {**answer, "rule": "created"}}
        survivor = self.make_customer(vat=False, email=False)
        self.merge(customer, survivor)
        self.assertEqual(job.state, "done")
        self.assertEqual(self.get_link(survivor).remote_id, made)

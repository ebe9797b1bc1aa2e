from odoo.tests import tagged

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerJoined(CustomerCase):
    """An order waits for a customer that is changed before it was sent: one job, which
    loses nothing of what the order relies on."""

    def setUp(self):
        super().setUp()
        self.flow.write({"customer_scope": "filter", "filter_domain": "[]"})
        self.connector.state = "paused"
        self.customer = self.make_customer()
        # somebody else's address, such as that of a forwarder
        self.depot = self.make_customer(
            name="Depot Ltd", vat=False, email=False, street="Dock 2"
        )
        self.get_jobs().action_cancel()

    def want(self, *addresses):
        """What an order asks for.

        :return: the customer's job, for which the order waits
        """
        jobs = self.handler._enqueue_customers(
            self.connector,
            [
                {
                    "partner_id": self.customer.id,
                    "party": self.customer._prepare_erp_party_payload(
                        [
                            partner._prepare_erp_address_payload(kind)
                            for partner, kind in (
                                (self.customer, "main"),
                                *((address, "delivery") for address in addresses),
                            )
                        ]
                    ),
                }
            ],
        )
        job = jobs[self.customer.id]
        job.copy(
            {
                "operation": "order",
                "idempotency_key": f"order-{len(self.get_jobs())}",
                "blocked_by_id": job.id,
                "res_model": False,
                "res_id": False,
            }
        )
        return job

    def change(self, job):
        self.customer.phone = "+32 2 999 99 99"
        self.assertEqual(job.state, "waiting")
        self.assertEqual(job.payload["party"]["phone"], "+32 2 999 99 99")

    def work(self):
        self.env["integration.job"].search([("operation", "=", "order")]).unlink()
        self.connector.state = "running"
        self.run_lane()

    def test_address_of_the_order(self):
        job = self.want(self.depot)
        self.change(job)
        self.assertEqual(job.trigger, "order")
        self.work()
        self.assertEqual(job.state, "done")
        party = self.get_party(self.customer)
        self.assertEqual(
            [address["name"] for address in party["addresses"]],
            ["Brown Ltd", "Depot Ltd"],
        )
        self.assertEqual(party["phone"], "+32 2 999 99 99")
        kind = f"address:{self.customer.id}"
        self.assertTrue(self.get_link(self.depot, kind))

    def test_two_orders(self):
        pier = self.make_customer(name="Pier", vat=False, email=False, street="Pier 3")
        job = self.want(self.depot)
        self.assertEqual(self.want(pier), job)
        self.work()
        names = [item["name"] for item in self.get_party(self.customer)["addresses"]]
        self.assertEqual(sorted(names), ["Brown Ltd", "Depot Ltd", "Pier"])

    def test_sent_although_the_filter_rules_it_out(self):
        job = self.want()
        self.change(job)
        self.flow.filter_domain = "[('name', '=', 'Nobody')]"
        self.work()
        self.assertTrue(self.get_link(self.customer), "the order needs it")

    def test_what_a_person_said_of_candidates(self):
        there, _links = self.erp.add_party(
            {**self.customer._prepare_erp_party_payload([]), "key": ""}
        )
        job = self.want()
        job.error_detail = {"candidates": [{"id": there}]}
        self.handler._take_none(self.flow, job)
        self.change(job)
        self.assertTrue(job.payload["is_new"])
        self.assertEqual(job.payload["ruled_out"], [there])
        self.want(self.depot)
        self.assertEqual(job.payload["ruled_out"], [there], "one more order")
        self.work()
        self.assertNotEqual(self.get_link(self.customer).remote_id, there)
        self.assertEqual(len(self.erp.parties), 2)

    def test_corrected_by_hand(self):
        job = self.want()
        request = job._prepare_anew()[job]
        request["party"]["website"] = "https://brown.example"
        job._queue_again({}, request=request)
        self.change(job)
        self.assertEqual(job.given_request, request)
        self.work()
        sent = job._get_sent_request()["party"]
        self.assertEqual(sent["website"], "https://brown.example")
        # ... and what was changed meanwhile follows
        self.run_lane()
        self.assertEqual(self.get_party(self.customer)["phone"], "+32 2 999 99 99")

    def test_correction_that_was_refused_gives_way(self):
        """Whoever mends the customer has mended the job."""
        job = self.want()
        job._queue_again({}, request=job._prepare_anew()[job])
        job.state = "failed"
        self.change(job)
        self.assertFalse(job.given_request)

    def test_nobody_waits(self):
        """Then the newer snapshot alone counts."""
        contact = self.make_contact(self.customer)
        [job] = self.get_jobs("waiting")
        self.assertIn(f"A{contact.id}", job.payload["addresses"])
        contact.parent_id = self.depot
        self.assertNotIn(f"A{contact.id}", job.payload["addresses"])

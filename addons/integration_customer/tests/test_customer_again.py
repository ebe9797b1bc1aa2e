import json

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.client import ValidationError as RefusedError

from .common import CustomerCase


@tagged("post_install", "-at_install")
class TestCustomerAgain(CustomerCase):
    """As it was sent, corrected by hand, deleted before it was sent: never made twice."""

    def replay(self, job):
        job._queue_again({}, request=job._get_sent_request(), trigger="replay")
        self.run_lane()
        self.assertEqual(self.get_jobs()[-1].state, "done")

    # -- as it was sent ---------------------------------------------------------------

    def test_linked_customer_is_that_one(self):
        """Though nothing it could be found by is as it was."""
        customer = self.make_linked()
        [job] = self.get_jobs()
        link = self.get_link(customer)
        party = self.get_party(customer)
        party.update(key="", vat="BE0428759497", email="new@brown.example")
        self.get_address(customer)["street"] = "Their Street 1"
        self.replay(job)
        self.assertEqual(list(self.erp.parties.values()), [party])
        self.assertEqual(len(party["addresses"]), 1)
        self.assertEqual(self.get_link(customer), link)
        self.assertEqual(party["vat"], "BE0428759497", "nothing is written")

    def test_contact_that_this_request_made(self):
        customer = self.make_linked()
        contact = self.make_contact(customer)
        self.run_lane()
        job = self.get_jobs()[-1]
        self.assertEqual((job.operation, job.state), ("update", "done"))
        self.get_address(contact)["name"] = "Ann Baker"
        self.replay(job)
        self.assertEqual(len(self.get_party(customer)["addresses"]), 2)

    def test_deleted_customer_is_not_made_again(self):
        customer = self.make_linked()
        [job] = self.get_jobs()
        customer.unlink()
        self.run_lane()
        self.erp.parties.clear()
        self.replay(job)
        self.assertFalse(self.erp.parties)

    def test_page_of_a_load(self):
        """Its snapshot names no customer."""
        self.make_linked()
        load = self.env["integration.load"].create({"flow_id": self.flow.id})
        load.action_check()
        self.run_lane()
        page = self.get_jobs().filtered(lambda job: job.operation == "load_check")[-1]
        [again] = page._queue_again(
            {}, request=page._get_sent_request(), trigger="replay"
        )
        self.run_lane()
        self.assertIn("Check once more", again.error_message)

    # -- corrected by hand ------------------------------------------------------------

    def correct(self, job):
        administrator = new_test_user(
            self.env,
            "olga",
            "base.group_user,integration_hub.group_integration_administrator",
        )
        wizard_model = self.env["integration.correct.request"].with_user(administrator)
        wizard = wizard_model.browse(
            job.with_user(administrator).action_correct()["res_id"]
        )
        wizard.reason = "Why"
        return wizard, json.loads(wizard.request_text)

    def assert_refused(self, wizard, request, text):
        wizard.request_text = json.dumps(request)
        with self.assertRaisesRegex(ValidationError, text):
            wizard.action_send()

    def test_keys_and_ids_stay(self):
        customer = self.make_linked()
        customer.phone = "1"
        self.erp.faults = [RefusedError("Not this phone.")]
        self.run_lane()
        job = self.get_jobs()[-1]
        self.assertEqual((job.operation, job.state), ("update", "failed"))
        wizard, request = self.correct(job)
        party = request["party"]
        [address] = party["addresses"]
        [key] = request["links"]
        for changes in (
            {"remote_id": "7"},
            {"party": {**party, "key": "P7"}},
            {"party": {**party, "addresses": [{**address, "key": "A7"}]}},
            {"party": {**party, "addresses": [address, address]}},
            {"links": {key: {**request["links"][key], "remote_id": "7"}}},
        ):
            self.assert_refused(wizard, {**request, **changes}, "must stay")
        wizard.request_text = json.dumps({**request, "party": {**party, "phone": "2"}})
        wizard.action_send()
        self.run_lane()
        self.assertEqual(self.get_party(customer)["phone"], "2")

    def test_without_a_key_what_it_is_looked_for_by_stays(self):
        self.connector.key_storage = "none"
        customer = self.make_customer()
        self.handler._enqueue_new(self.flow, customer, "test")
        [job] = self.get_jobs()
        job.write(
            {
                "state": "failed",
                "unsettled_until": "2020-01-01",
                "request": job._prepare_anew()[job],
            }
        )
        wizard, request = self.correct(job)
        party = {**request["party"], "vat": "BE0428759497"}
        self.assert_refused(wizard, {**request, "party": party}, "these must stay")

    # -- deleted before it was sent ---------------------------------------------------

    def test_deleted_before_it_was_sent(self):
        self.flow.write({"customer_scope": "filter", "filter_domain": "[]"})
        self.connector.state = "paused"
        customers = self.make_customer() | self.make_customer(
            name="Green", vat=False, email="green@green.example"
        )
        self.assertEqual(len(self.get_jobs("waiting")), 2)
        customers.unlink()
        self.assertEqual(self.get_jobs().mapped("state"), ["cancelled"] * 2)
        self.connector.state = "running"
        self.run_lane()
        self.assertFalse(self.erp.parties)

    def test_deleted_while_an_order_waits(self):
        """The job stays, and says what is the matter."""
        customer = self.make_customer()
        self.handler._enqueue_new(self.flow, customer, "order")
        [job] = self.get_jobs()
        waiting = job.copy({"idempotency_key": "order", "blocked_by_id": job.id})
        customer.unlink()
        self.assertEqual(job.state, "waiting")
        waiting.state = "done"
        self.run_lane()
        self.assertEqual(job.state, "failed")
        self.assertIn("was deleted here", job.error_message)
        self.assertFalse(self.erp.parties)

    def test_deleted_while_it_is_on_its_way(self):
        customer = self.make_customer()
        self.handler._enqueue_new(self.flow, customer, "test")
        [job] = self.get_jobs()
        party = job.payload["party"]
        made, links = self.erp.add_party(party)
        found, _links = self.erp.add_party({**party, "key": ""})
        # under way: not to be cancelled any more
        job.state = "running"
        customer.unlink()
        answer = {"remote_id": made, "number": "C1", "url": "", "addresses": links}
        self.handler._apply_found(self.flow, [(job, {**answer, "rule": "created"})])
        self.handler._apply_found(
            self.flow, [(job, {**answer, "rule": "vat", "remote_id": found})]
        )
        job.state = "done"
        self.run_lane()
        self.assertFalse(self.get_link(customer))
        self.assertFalse(self.erp.parties[made]["active"])
        self.assertTrue(self.erp.parties[found]["active"], "was there before")

    def test_deleted_after_the_answer_was_lost(self):
        """What may have been made there is looked up, then archived."""
        customer = self.make_customer()
        self.handler._enqueue_new(self.flow, customer, "test")
        [job] = self.get_jobs()
        self.erp.add_party(job.payload["party"])
        job.write({"state": "retrying", "unsettled_until": "2020-01-01"})
        customer.unlink()
        self.assertEqual(job.state, "retrying")
        self.run_lane()
        [party] = self.erp.parties.values()
        self.assertFalse(party["active"])

    def test_contact_deleted_before_it_was_sent(self):
        customer = self.make_customer()
        contact = self.make_contact(customer)
        self.handler._enqueue_new(self.flow, customer, "test")
        contact.unlink()
        self.erp.faults = [NetworkError("cut off")]
        self.run_lane()
        job = self.get_jobs()[0]
        job.next_try = "2020-01-01"
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertEqual(len(self.get_party(customer)["addresses"]), 1)

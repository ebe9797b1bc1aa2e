"""Orders that name what was merged or deleted over there."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError
from odoo.addons.integration_hub.models import integration_lane

from .common import SaleCase
from .fake_erp import FakeClient


@tagged("post_install", "-at_install")
class TestStaleLinks(SaleCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(integration_lane, "WAIT_FOR_RETRY", 0.0))
        # customer and products are known there by now
        self.push(self.make_lead([(self.product, 1)]))
        self.assertEqual(len(self.erp.orders), 1)
        self.assertFalse(self.erp.calls["record_exists"], "no call in the good case")

    def run_again(self):
        self.env["integration.job"].search(
            [("state", "=", "retrying")]
        ).next_try = "2020-01-01"
        self.run_lane()

    def push_new(self, lines=None, **values):
        lead = self.make_lead(lines or [(self.product, 1)], **values)
        self.push(lead)
        return lead

    def get_party(self, partner=None):
        links = self.env["integration.external.id"]._get_remote_ids(
            self.connector, "party", partner or self.partner
        )
        return links.get((partner or self.partner).id)

    def delete_there(self, party_id):
        party = self.erp.parties.pop(party_id)
        self.erp.gone.add(("party", party_id))
        self.erp.gone |= {("address", item) for item in party["addresses"].values()}

    def get_mapping(self, product):
        return self.env["integration.product.mapping"].search(
            [("connector_id", "=", self.connector.id), ("product_id", "=", product.id)]
        )

    # -- customers --------------------------------------------------------------------

    def test_deleted_customer_is_made_anew(self):
        before = self.get_party()
        self.delete_there(before)
        lead = self.push_new()
        [job] = self.get_jobs(lead)
        self.assertEqual(job.state, "retrying")
        self.assertIn("no longer in the ERP", job.error_message)
        self.assertFalse(self.get_activities(lead), "nobody has to do anything")
        self.assertIn(f"C{before}", self.partner.message_ids[0].body)
        self.run_again()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertNotEqual(self.get_party(), before)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["party_id"], self.get_party())
        self.assertIn(
            request["invoice_address_id"],
            self.erp.parties[self.get_party()]["addresses"].values(),
        )
        self.assertEqual(len(self.erp.orders), 2)

    def test_merged_customer_is_found(self):
        survivor = self.erp.add_party("Brown SA", vat="BE0477472701")
        self.delete_there(self.get_party())
        lead = self.push_new()
        self.run_again()
        self.assertEqual(self.get_party(), survivor)
        self.assertEqual(self.get_remote_order(lead)["request"]["party_id"], survivor)

    def test_deleted_address_is_made_anew(self):
        party_id = self.get_party()
        addresses = self.erp.parties[party_id]["addresses"]
        [(signature, address_id)] = addresses.items()
        del addresses[signature]
        self.erp.gone.add(("address", address_id))
        lead = self.push_new()
        self.run_again()
        self.assertEqual(self.get_party(), party_id)
        request = self.get_remote_order(lead)["request"]
        self.assertEqual(request["invoice_address_id"], addresses[signature])
        self.assertNotEqual(addresses[signature], address_id)

    def test_gone_again_and_again(self):
        """What never comes back is told to a person, instead of trying for ever."""
        lead = self.make_lead()
        self.make_order(lead, note="refuse")
        refusal = patch.object(
            FakeClient,
            "record_exists",
            lambda client, kind, ids: [kind != "party" for _id in ids],
        )
        with refusal:
            self.push(lead)
            self.assertEqual(self.get_jobs(lead).state, "retrying")
            self.run_again()
            job = self.get_jobs(lead)
            self.assertEqual(job.state, "failed")
            self.assertIn("does not like", job.error_message)
            party_id = self.get_party()
            self.assertTrue(party_id)
            # a person has tried once more
            job.action_retry()
            self.run_lane()
            self.assertEqual(job.state, "retrying")

    def test_corrected_request_goes_as_it_is(self):
        self.erp.gone.add(("party", self.get_party()))
        before = self.get_party()
        with patch.object(FakeClient, "record_exists", side_effect=NetworkError("x")):
            lead = self.push_new()
        [job] = self.get_jobs(lead)
        self.assertEqual(job.state, "failed", "the refusal says enough")
        job.given_request = job._get_sent_request()
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "failed")
        self.assertIn("deleted", job.error_message)
        self.assertEqual(self.get_party(), before)

    # -- products ---------------------------------------------------------------------

    def test_deleted_product_is_to_map(self):
        self.env["integration.remote.value"]._replace(
            self.connector,
            "product",
            [{"remote_id": "P-CHAIR", "code": "CHAIR", "name": "Chair"}],
        )
        self.erp.gone.add(("product", "P-CHAIR"))
        lead = self.push_new([(self.product, 1), (self.product_two, 1)])
        job = self.get_jobs(lead)
        self.assertEqual((job.state, job.error_kind), ("attention", "mapping"))
        self.assertIn("Chair", lead.integration_message)
        self.assertNotIn("Table", lead.integration_message)
        self.assertEqual(lead.integration_fix, "map")
        mapping = self.get_mapping(self.product)
        self.assertEqual(mapping.state, "unmapped")
        self.assertFalse(mapping.remote_id)
        self.assertEqual(self.get_mapping(self.product_two).state, "mapped")
        self.assertFalse(
            self.env["integration.remote.value"].search(
                [
                    ("connector_id", "=", self.connector.id),
                    ("remote_id", "=", "P-CHAIR"),
                ]
            ),
            "not offered any more",
        )
        mapping.remote_id = "P-SEAT"
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")
        [line, _other] = self.get_remote_order(lead)["request"]["lines"]
        self.assertEqual(line["product_id"], "P-SEAT")

    def test_customer_and_product(self):
        self.delete_there(self.get_party())
        self.erp.gone.add(("product", "P-CHAIR"))
        lead = self.push_new()
        self.assertEqual(self.get_jobs(lead).error_kind, "mapping")
        self.get_mapping(self.product).remote_id = "P-SEAT"
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")

    # -- many -------------------------------------------------------------------------

    def test_others_of_the_batch_get_through(self):
        self.erp.gone.add(("product", "P-CHAIR"))
        stale = [self.make_lead([(self.product, 1)]) for _number in range(5)]
        good = [self.make_lead([(self.product_two, 1)]) for _number in range(5)]
        refused = self.make_lead()
        self.make_order(refused, [(self.product_two, 1)], note="refuse")
        self.push(self.env["crm.lead"].union(*stale, *good, refused))
        self.assertEqual({lead.integration_status for lead in good}, {"in_erp"})
        self.assertEqual(
            {self.get_jobs(lead).error_kind for lead in stale}, {"mapping"}
        )
        self.assertEqual(self.get_jobs(refused).error_kind, "validation")
        # one call for customers, one for addresses, one for products
        self.assertEqual(self.erp.calls["record_exists"], 3)
        self.assertTrue(self.get_party())

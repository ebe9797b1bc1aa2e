"""Customers and products that were merged or deleted in the ERP, the same for each ERP."""


class StaleLinkMixin:
    """To be put before ``AfterWonMixin``, whose steps it takes. Each ERP's own class has
    ``delete_party_there`` and ``merge_there``."""

    def make_linked(self, count=1):
        """A customer here, known there without any order; ``count`` of it are there.

        :return: tuple (partner, ids there)
        """
        partner = self.make_partner()
        address = partner._prepare_erp_address_payload("main")
        party = partner._prepare_erp_party_payload([address])
        with self.connector._get_client() as client:
            answers = client.party_create(
                [party]
                + [
                    {
                        **party,
                        "key": f"{party['key']}-{number}",
                        "addresses": [{**address, "key": f"{address['key']}-{number}"}],
                    }
                    for number in range(1, count)
                ]
            )
        links = self.env["integration.external.id"]
        remote_id = answers[0]["remote_id"]
        links._bind(self.connector, "party", [(partner, {"remote_id": remote_id})])
        address_id = answers[0]["addresses"][address["key"]]
        links._bind(self.connector, "address", [(partner, {"remote_id": address_id})])
        return partner, [int(answer["remote_id"]) for answer in answers]

    def get_party(self, partner):
        links = self.env["integration.external.id"]._get_remote_ids(
            self.connector, "party", partner
        )
        return int(links[partner.id])

    def push_until_settled(self, lead):
        self.push(lead)
        self.run_until_settled()

    def test_customer_deleted_there(self):
        partner, [party_id] = self.make_linked()
        self.delete_party_there(party_id)
        lead = self.make_lead([("FILTER-10", 1)], partner)
        self.push_until_settled(lead)
        self.assert_status(lead, "in_erp")
        self.assertNotEqual(self.get_party(partner), party_id)
        self.assertIn("no longer in", "".join(partner.message_ids.mapped("body")))
        self.assertEqual(self.count_there([lead.erp_order_ids.key]), 1)

    def test_customer_merged_there(self):
        partner, [gone, stays] = self.make_linked(2)
        self.merge_there(gone, stays)
        lead = self.make_lead([("FILTER-10", 1)], partner)
        self.push_until_settled(lead)
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_party(partner), stays)

    def test_product_deleted_there(self):
        product = self.make_product_like("FILTER-10", f"GONE-{self.mark}")
        mapping = self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": "99999999",
            }
        )
        lead = self.make_lead([("FILTER-10", 1)])
        lead.lead_line_ids.product_id = product
        self.push(lead)
        self.assert_status(lead, "attention")
        self.assertEqual(lead.integration_fix, "map")
        self.assertEqual(mapping.state, "unmapped")
        known = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "=", self.products["FILTER-10"].id),
            ]
        )
        mapping.remote_id = known.remote_id
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_quantities(lead.erp_order_ids), {"FILTER-10": 1})

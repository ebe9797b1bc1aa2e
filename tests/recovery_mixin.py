"""The acceptance checklist of the flow (requirements §9), its second half."""

from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.integration_hub.client import OutcomeUnknownError


class RecoveryMixin:
    """Checks 6 to 9, and what holds an order back."""

    # -- 6. recovery ------------------------------------------------------------------

    def test_6_network_failure(self):
        self.cut_off(max_attempts=2)
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        self.assertIn(lead.integration_status, ("waiting", "attention"))
        self.assertFalse(lead.erp_order_ids)
        self.connector.url = self.erp["url"]
        self.env["integration.job"].search(
            [("connector_id", "=", self.connector.id), ("state", "!=", "done")]
        ).action_retry()
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertFalse(self.get_activities(lead))

    @contextmanager
    def losing_answers(self, verb):
        """The next call reaches the ERP, but its answer gets lost."""
        client_class = self.connector._call_hook("get_client_class")
        original = getattr(client_class, verb)
        calls = []

        def call(client, *args):
            answer = original(client, *args)
            calls.append(verb)
            if len(calls) == 1:
                raise OutcomeUnknownError("The connection broke off.")
            return answer

        with patch.object(client_class, verb, call):
            yield calls

    def test_6_lost_answers(self):
        for verb in ("party_create", "order_create", "order_confirm"):
            with self.subTest(verb=verb), self.losing_answers(verb) as calls:
                lead = self.make_lead([("FILTER-10", 1)])
                self.push(lead)
                self.assert_status(lead, "in_erp")
                self.assertGreaterEqual(len(calls), 1)
                self.assertEqual(self.count_there([lead.erp_order_ids.key]), 1)
                self.assertEqual(lead.erp_order_ids.state, "confirmed")

    def test_6_key_written_over(self):
        """Somebody there types the customer's number over ours: it stays the one order."""
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        erp_order = lead.erp_order_ids
        self.write_key_over(erp_order, f"PO {self.mark}")
        self.assertFalse(self.count_there([erp_order.key]))
        remote_id = erp_order.remote_id
        self.env["integration.job"].search(
            [("connector_id", "=", self.connector.id), ("res_id", "=", lead.id)]
        ).sudo()._queue_again({})
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(erp_order.remote_id, remote_id)
        self.assertFalse(self.count_there([erp_order.key]), "not a second one")

    # -- 7. volume (the large one is a benchmark) -------------------------------------

    def test_7_many_deals(self):
        partners = [self.make_partner(f"Buyer {index}") for index in range(5)]
        leads = self.env["crm.lead"].union(
            *(
                self.make_lead(
                    [("FILTER-10", index + 1), ("SEAL-KIT", 1)], partners[index % 5]
                )
                for index in range(25)
            )
        )
        self.push(leads)
        for lead in leads:
            self.assert_status(lead, "in_erp")
        orders = leads.erp_order_ids
        self.assertEqual(len(orders), 25)
        self.assertEqual(self.count_there(orders.mapped("key")), 25)
        self.assertAlmostEqual(
            sum(orders.mapped("amount_total")), sum(leads.mapped("lines_total")), 2
        )

    # -- 8. data types ----------------------------------------------------------------

    def test_8_text_dates_and_rounding(self):
        lead = self.make_lead(partner=self.make_partner("Çà & là <b>“ñ”</b> 漢字 🪑"))
        text = "Größe 1″ – “so” <i>&amp;</i> 漢字\n" + "lang " * 300
        order = self.make_order(
            lead,
            client_order_ref="PO-Ünï 1",
            # the day after, in Amsterdam
            commitment_date=datetime(2026, 12, 24, 23, 30),
            note="<p>Bitte klingeln</p>",
            order_line=[
                Command.create({"display_type": "line_section", "name": "Abschnitt"}),
                Command.create(
                    {
                        "product_id": self.products["VALVE-DN25"].id,
                        "product_uom_qty": 7,
                        "discount": 12.5,
                        "name": text,
                    }
                ),
                Command.create({"display_type": "line_note", "name": "Achtung"}),
                Command.create(
                    {
                        "product_id": self.products["PIPE-CU15"].id,
                        "product_uom_qty": 12.35,
                    }
                ),
                Command.create(
                    {"product_id": self.products["GLOVES-L"].id, "product_uom_qty": 3}
                ),
                Command.create(
                    {
                        "product_id": self.products["SERV-INST"].id,
                        "product_uom_qty": 1.5,
                    }
                ),
            ],
        )
        order.action_confirm()
        self.push(lead)
        self.assert_status(lead, "in_erp")
        erp_order = lead.erp_order_ids
        self.assertEqual(erp_order.difference_state, "none")
        self.assertAlmostEqual(erp_order.amount_total, order.amount_total, 2)
        lines = self.get_lines_there(erp_order)
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[0]["description"].strip(), text.strip())
        self.assertEqual(
            [float(line["quantity"]) for line in lines], [7, 12.35, 3, 1.5]
        )

    def test_8_other_currency(self):
        dollar = self.env.ref("base.USD")
        partner = self.make_partner()
        partner.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Dollar", "currency_id": dollar.id, "company_id": self.company.id}
        )
        lead = self.make_lead(partner=partner)
        order = self.make_order(lead, [("CTRL-PRO", 3)])
        order.action_confirm()
        self.assertEqual(order.currency_id, dollar)
        self.push(lead)
        self.assert_status(lead, "in_erp")
        self.assertEqual(lead.erp_order_ids.currency_id, dollar)
        self.assertAlmostEqual(
            lead.erp_order_ids.amount_total, order.amount_total, delta=self.rounding
        )

    def test_8_other_unit(self):
        """Sold here by the dozen what the ERP counts by the piece."""
        mapping = self.env["integration.product.mapping"]._get_for(
            self.connector, self.products["FILTER-10"]
        )[self.products["FILTER-10"].id]
        dozen = self.env["product.product"].create(
            {
                "name": "Filters, a dozen",
                "default_code": "FILTER-12",
                "uom_id": self.env.ref("uom.product_uom_dozen").id,
                "list_price": 148.8,
                "company_id": self.company.id,
                "taxes_id": [Command.set(self.taxes[21].ids)],
            }
        )
        self.products["FILTER-12"] = dozen
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": dozen.id,
                "remote_id": mapping.remote_id,
                "factor": 12,
            }
        )
        lead = self.make_lead([("FILTER-12", 2)])
        self.push(lead)
        self.assert_status(lead, "in_erp")
        [line] = self.get_lines_there(lead.erp_order_ids)
        self.assertEqual(
            (float(line["quantity"]), float(line["unit_price"])), (24, 12.4)
        )

    # -- 9. a required field is empty in the source -----------------------------------

    def test_9_empty_fields(self):
        bare = self.env["res.partner"].create({"name": f"Bare {self.mark}"})
        lead = self.make_lead([("FILTER-10", 1)], bare)
        self.push(lead)
        self.assert_status(lead, "in_erp")
        nobody = self.make_lead([("FILTER-10", 1)], self.env["res.partner"])
        self.push(nobody)
        self.assert_status(nobody, "attention")
        self.assertEqual(nobody.integration_issue, "customer")
        nothing = self.make_lead()
        self.push(nothing)
        self.assert_status(nothing, "attention")
        self.assertEqual(nothing.integration_issue, "nothing")

    # -- totals -----------------------------------------------------------------------

    def test_total_that_differs_holds_the_order(self):
        self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("res_model", "=", "account.tax"),
                ("res_id", "=", self.taxes[9].id),
            ]
        ).remote_id = (
            self.env["integration.value.mapping"]
            .search(
                [
                    ("connector_id", "=", self.connector.id),
                    ("res_model", "=", "account.tax"),
                    ("res_id", "=", self.taxes[21].id),
                ]
            )
            .remote_id
        )
        lead = self.make_lead([("COFFEE-1KG", 10)])
        self.push(lead)
        erp_order = lead.erp_order_ids
        self.assert_status(lead, "attention")
        self.assertEqual(erp_order.state, "draft")
        self.assertAlmostEqual(erp_order.difference, 147.5 * 0.12, 2)
        self.assertIn("147.5", erp_order.difference_html)
        erp_order.with_user(self.salesperson).action_accept_difference()
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.find_there(erp_order.key)["state"], "confirmed")

    def test_unmapped_product_waits_and_goes_on(self):
        product = self.products["FILTER-10"]
        mapping = self.env["integration.product.mapping"]._get_for(
            self.connector, product
        )[product.id]
        remote_id = mapping.remote_id
        mapping.action_clear()
        lead = self.make_lead([("FILTER-10", 1)])
        self.push(lead)
        self.assert_status(lead, "attention")
        self.assertIn("FILTER-10", lead.integration_message)
        mapping.remote_id = remote_id
        self.run_lane()
        self.assert_status(lead, "in_erp")

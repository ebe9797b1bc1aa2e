import re

from odoo.exceptions import AccessError

from odoo.addons.integration_hub.client import ValidationError

from .common import SaleCase
from .fake_erp import make_invoice


class TestTimeline(SaleCase):
    def get_entries(self, document):
        action = document.with_user(self.steward).action_view_timeline()
        self.env.flush_all()
        return (
            self.env["integration.timeline"]
            .with_user(self.steward)
            .search(action["domain"])
        )

    def test_sent_and_received(self):
        lead = self.make_lead([(self.product, 2)])
        order = self.make_order(lead)
        order.action_confirm()
        self.push(lead)
        remote = self.get_remote_order(lead)
        self.pull()
        remote.update(delivery_state="shipped", invoices=[make_invoice("70", 120)])
        self.pull()
        for document in (lead, order, self.partner):
            entries = self.get_entries(document)
            self.assertEqual(
                entries.mapped("direction"),
                ["in", "in", "out", "out"],
                document._name,
            )
        last, first = self.get_entries(lead)[:2]
        labels = self.env["ir.model.fields"].get_field_string("integration.erp.order")
        states = dict(
            self.env["ir.model.fields"].get_field_selection(
                "integration.erp.order", "delivery_state"
            )
        )
        untaxed = self.get_label("sale.order", "amount_untaxed")
        self.assertIn(labels["delivery_state"], last.diff_html)
        self.assertIn(states["shipped"], last.diff_html)
        self.assertIn("› INV/70 ›", last.diff_html, "by its number")
        self.assertNotIn(untaxed, last.diff_html, "only what is different")
        self.assertIn(untaxed, first.diff_html, "the first time all is new")
        for entry in self.get_entries(lead) | self.get_entries(self.partner):
            # names of JSON: delivery_state, total_untaxed, partner_id
            self.assertFalse(re.search(r">[^<]*[a-z]_[a-z][^<]*</td>", entry.diff_html))
        self.assertTrue(last.job_id, "the reading it came with")
        self.assertEqual(
            last.action_view_exchanges()["domain"], [("batch", "=", last.job_id.batch)]
        )

    def get_label(self, model_name, field_name):
        return self.env["ir.model.fields"].get_field_string(model_name)[field_name]

    def get_last_of_customer(self):
        """The newest of the customer's own, without deals."""
        return (
            self.get_entries(self.partner)
            .filtered(lambda entry: entry.res_model == "res.partner")
            # the clock stands still within a test
            .sorted("id")[-1]
        )

    def test_what_changed_of_a_customer(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        first = self.get_last_of_customer()
        self.assertEqual(first.direction, "out")
        self.assertIn(self.partner.name, first.diff_html)
        former = self.partner.street
        self.partner.street = "New Road 77"
        self.run_lane()
        entry = self.get_last_of_customer()
        self.assertNotEqual(entry, first)
        street = self.get_label("res.partner", "street")
        for text in (street, former, "New Road 77"):
            self.assertIn(text, entry.diff_html)
        self.assertNotIn(self.get_label("res.partner", "phone"), entry.diff_html)
        # each further one is compared with the one before
        self.partner.write({"street": "New Road 78", "email": "new@brown.example"})
        self.run_lane()
        entry = self.get_last_of_customer()
        for text in ("New Road 77", "New Road 78", "new@brown.example"):
            self.assertIn(text, entry.diff_html)
        # changed and put back before it was sent
        self.partner.street = "Elsewhere"
        self.partner.street = "New Road 78"
        self.run_lane()
        self.assertIn("nothing was sent", self.get_last_of_customer().diff_html)
        self.partner.street = "New Road 79"
        self.assertIn("Not sent yet", self.get_last_of_customer().diff_html)
        self.run_lane()
        # and still it is known what was sent last
        self.assertIn("New Road 78", self.get_last_of_customer().diff_html)

    def test_customer_that_was_there(self):
        """It was linked, not sent."""
        self.erp.add_party("Brown (there)", vat=self.partner.vat)
        self.push(self.make_lead([(self.product, 2)]))
        entry = self.get_last_of_customer()
        self.assertIn("Found there and linked", entry.diff_html)
        self.assertNotIn(self.get_label("res.partner", "street"), entry.diff_html)

    def test_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        field = self.env["ir.model.fields"]._get("res.partner", "street")
        field.with_context(lang="fr_FR").field_description = "Rue"
        self.push(self.make_lead([(self.product, 2)]))
        self.partner.street = "New Road 77"
        self.run_lane()
        entry = self.get_last_of_customer()
        self.assertIn("Rue<", entry.with_context(lang="fr_FR").diff_html)
        self.assertNotIn("Rue<", entry.with_context(lang="en_US").diff_html)

    def test_sent_again(self):
        self.erp.faults["order_create"].append(ValidationError("No."))
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        entries = self.get_entries(lead).filtered(lambda entry: entry.res_id == lead.id)
        [entry] = entries.filtered(lambda entry: entry.res_model == "crm.lead")
        self.assertEqual(entry.state, "failed")
        self.assertEqual(entry.error_message, "No.")

    def test_not_sent_yet(self):
        """What would go out, without ids that mean nothing to anybody."""
        lead = self.make_lead([(self.product, 2)])
        self.win(lead)
        [entry] = self.get_entries(lead).filtered(
            lambda entry: entry.res_model == "crm.lead"
        )
        self.assertEqual(entry.state, "waiting")
        self.assertIn(self.product.name, entry.diff_html)
        self.assertIn(self.get_label("sale.order.line", "price_unit"), entry.diff_html)
        self.assertNotIn(self.get_label("sale.order", "partner_id"), entry.diff_html)

    def test_managers_only(self):
        lead = self.make_lead([(self.product, 2)])
        self.push(lead)
        action = lead.with_user(self.salesperson).action_view_timeline()
        with self.assertRaises(AccessError):
            self.env["integration.timeline"].with_user(self.salesperson).search(
                action["domain"]
            )

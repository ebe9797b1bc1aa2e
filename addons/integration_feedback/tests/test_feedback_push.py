from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError

from .common import FakeClient, FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackPush(FeedbackCase):
    """One summary per product, once a day, where it has changed."""

    def test_waits_for_its_day(self):
        self.flow.next_run = self.env.cr.now() + timedelta(hours=3)
        self.say()
        self.say("Cheaper, please", kind="price")
        self.run_lane()
        self.assertEqual(self.get_jobs().state, "waiting", "one job, and not yet")
        self.send()
        self.assertIn("Quieter, please", self.get_text())
        self.assertIn("Cheaper, please", self.get_text())
        self.assertEqual(len(self.erp.summaries), 1)

    def test_product_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.pump.create({"name": "Theirs", "company_id": other.id})
        (theirs | self.pump)._enqueue_feedback("manual")
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("res_model", "=", "product.product")]
        )
        self.assertEqual(jobs.mapped("res_id"), self.pump.ids)

    def test_replaced_not_piled_up(self):
        self.say()
        self.send()
        self.say("Cheaper, please", kind="price")
        self.send()
        self.assertEqual(len(self.erp.summaries), 1)
        self.assertIn("Cheaper", self.get_text())
        self.assertEqual(self.erp.calls["create"], 1)

    def test_nothing_changed(self):
        feedback = self.say()
        self.send()
        calls = sum(self.erp.calls.values())
        feedback.text = "Other"
        feedback.text = "Quieter, please"
        self.send()
        self.assertEqual(sum(self.erp.calls.values()), calls, "nobody was called")

    def test_timeline(self):
        """What the ERP was told, and what is different from the time before."""

        def get_last():
            self.env.flush_all()
            return self.env["integration.timeline"].search(
                [("res_model", "=", "product.product"), ("res_id", "=", self.pump.id)]
            )[0]

        feedback = self.say()
        self.send()
        self.assertIn("Quieter, please", get_last().diff_html)
        feedback.text = "Louder, please"
        self.send()
        self.assertIn("Louder, please", get_last().diff_html)
        self.assertIn("Quieter, please", get_last().diff_html)
        self.assertNotIn("product_id", get_last().diff_html)
        feedback.text = "Other"
        feedback.text = "Louder, please"
        self.send()
        self.assertIn("nothing was sent", get_last().diff_html)

    def test_lost_deals(self):
        lead = self.make_lead((self.pump, 2))
        self.lose(lead)
        self.send()
        text = self.get_text()
        self.assertIn("Too expensive here (1)", text)
        self.assertIn("Pumps & Co (1)", text)
        self.assertIn(f"200.00 {self.env.company.currency_id.name}", text)

    def test_names_nobody(self):
        self.partner.child_ids = [(0, 0, {"name": "Ann Archer"})]
        lead = self.make_lead(contact_name="Ann Archer")
        self.say(
            "Ann Archer (ann@brown.example) of Brown told Anna: too loud",
            lead_id=lead.id,
        )
        self.send()
        for part in ("Archer", "brown", "Brown", "Anna"):
            self.assertNotIn(part, self.get_text())
        self.assertIn("too loud", self.get_text())

    def test_customer_without_a_deal(self):
        """Archived contacts are named no more than others."""
        contact = self.env["res.partner"].create(
            {"name": "Ann Archer", "parent_id": self.partner.id, "active": False}
        )
        self.say(f"{contact.name} of Brown: too loud", partner_id=self.partner.id)
        self.send()
        for part in ("Archer", "Brown"):
            self.assertNotIn(part, self.get_text())
        self.assertIn("too loud", self.get_text())

    def test_deleted_deal(self):
        """What was said goes from the summary with it."""
        lead = self.make_lead()
        self.say(lead_id=lead.id)
        self.say("Put away", lead_id=lead.id).action_archive()
        self.say("Stays")
        self.send()
        self.assertIn("Quieter", self.get_text())
        lead.unlink()
        self.assertTrue(self.get_jobs("waiting"))
        self.send()
        self.assertNotIn("Quieter", self.get_text())
        self.assertIn("Stays", self.get_text())

    def test_two_companies_one_erp(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.assertNotEqual(
            self.pump._get_feedback_key(company),
            self.pump._get_feedback_key(self.env.company),
        )

    def test_renamed(self):
        self.lose(self.make_lead((self.pump, 1)))
        self.send()
        self.rival.name = "Pumpers"
        self.send()
        self.assertIn("Pumpers (1)", self.get_text())
        self.reason.name = "Dear"
        self.send()
        self.assertIn("Dear (1)", self.get_text())

    def test_long_history(self):
        """Of what is not shown nothing is read."""
        for number in range(30):
            month = f"{2020 + number // 12}-{number % 12 + 1:02}"
            self.say(f"Number {number}", date=f"{month}-15")
        self.say("On the first", date="2021-07-01")
        shown = self.pump._find_feedback_to_show(self.env.company)
        self.assertEqual(len(shown), 13)
        excerpts = [
            row["excerpt"]
            for row in shown._prepare_rows(shown._find_people())
            if row["excerpt"]
        ]
        self.assertEqual(excerpts, [f"Number {n}" for n in range(29, 23, -1)])
        text = self.pump._prepare_feedback_summaries(self.env.company)[self.pump.id]
        self.assertIn("2021-07", text)
        self.assertNotIn("2021-06", text)

    def test_volume(self):
        """As many queries for many products as for a few."""
        products = self.env["product.product"].create(
            [{"name": f"Product {number}"} for number in range(30)]
        )
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(30)]
        )
        for product, customer in zip(products, customers, strict=True):
            for text in ("Too loud", f"Says {customer.name}"):
                self.say(text, product_id=product.id, partner_id=customer.id)

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            texts = some._prepare_feedback_summaries(self.env.company)
            return texts, self.env.cr.sql_log_count - before

        count(products)
        few, queries = count(products[:3])
        many, queries_of_many = count(products)
        self.assertEqual(queries_of_many, queries)
        self.assertEqual(len(few), 3)
        for product in products:
            self.assertIn("Says …", many[product.id])

    def test_language_of_the_company(self):
        """Whoever makes it: no change because of that."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.pump.with_context(lang="fr_FR").name = "Pompe"
        self.say()
        company = self.env.company
        texts = [
            self.pump.with_context(lang=lang)._prepare_feedback_summaries(company)
            for lang in ("en_US", "fr_FR")
        ]
        self.assertEqual(*texts)

    def test_numbers_as_in_that_language(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        company = self.env.company
        company.partner_id.lang = "nl_NL"
        self.lose(self.make_lead((self.pump, 123)))
        texts = self.pump._prepare_feedback_summaries(company)
        self.assertIn(f"12.300,00 {company.currency_id.name}", texts[self.pump.id])
        company.partner_id.lang = False
        texts = self.pump._prepare_feedback_summaries(company)
        self.assertIn(f"12,300.00 {company.currency_id.name}", texts[self.pump.id])

    def test_all_gone(self):
        feedback = self.say()
        self.send()
        feedback.unlink()
        self.send()
        self.assertFalse(self.erp.summaries)
        self.say("Again")
        self.send()
        self.assertIn("Again", self.get_text())

    def test_archived_does_not_count(self):
        feedback = self.say()
        self.say("Stays")
        self.send()
        feedback.action_archive()
        self.send()
        self.assertNotIn("Quieter", self.get_text())

    def test_both_sides_change(self):
        self.say()
        self.send()
        [there] = self.erp.summaries.values()
        there["text"] = "Theirs"
        self.say("More")
        self.send()
        self.assertIn("More", self.get_text())
        self.assertIn("Theirs", self.pump.message_ids[0].body)

    def test_answer_lost(self):
        create = FakeClient.feedback_create

        def lose(client, summaries):
            create(client, summaries)
            raise OutcomeUnknownError("cut off")

        self.patch(FakeClient, "feedback_create", lose)
        self.say()
        self.send()
        self.assertEqual(self.get_jobs().state, "done")
        self.assertEqual(self.get_jobs().attempts, 2)
        self.assertEqual(len(self.erp.summaries), 1)

    def test_network(self):
        self.say()
        self.erp.faults = [NetworkError("cut off")]
        self.send()
        self.assertEqual(self.get_jobs().state, "done")
        self.assertIn("Quieter", self.get_text())

    def test_not_mapped(self):
        hose = self.env["product.product"].create({"name": "Hose"})
        self.say(product=hose)
        self.say()
        self.send()
        self.assertIn("Quieter", self.get_text(), "the others go on")
        job = self.get_jobs("attention")
        self.assertIn("Hose", job.error_message)
        self.env["integration.product.mapping"].search(
            [("product_id", "=", hose.id)]
        ).remote_id = "R9"
        self.send()
        self.assertIn("Quieter", self.get_text(hose))

    def test_mapped_to_another(self):
        self.say()
        self.send()
        self.env["integration.product.mapping"].search(
            [("product_id", "=", self.pump.id)]
        ).remote_id = "R77"
        self.pump._enqueue_feedback("test")
        self.send()
        [there] = self.erp.summaries.values()
        self.assertEqual(there["product_id"], "R77")

    def test_many_in_few_calls(self):
        products = self.env["product.product"].create(
            [{"name": f"Many {number}"} for number in range(40)]
        )
        for product in products:
            self.env["integration.product.mapping"].create(
                {
                    "connector_id": self.connector.id,
                    "product_id": product.id,
                    "remote_id": f"M{product.id}",
                }
            )
            self.say(product=product)
        self.send()
        self.assertEqual(len(self.erp.summaries), 40)
        self.assertLessEqual(sum(self.erp.calls.values()), 4)

    def test_what_is_lacking(self):
        self.connector._run_test()
        self.assertIn("a right is missing", self.connector.warning_message)

    def test_load(self):
        self.flow.state = "paused"
        self.say()
        self.say(product=self.valve)
        self.get_jobs().action_cancel()
        hose = self.env["product.product"].create({"name": "Hose"})
        self.say(product=hose)
        self.flow.state = "running"
        load = self.env["integration.load"].create({"flow_id": self.flow.id})
        load.action_check()
        self.run_lane()
        outcomes = {line.res_id: line.outcome for line in load.line_ids}
        self.assertEqual(outcomes[self.pump.id], "create")
        self.assertEqual(outcomes[self.valve.id], "create")
        self.assertEqual(outcomes[hose.id], "attention")
        self.assertFalse(self.erp.calls["create"])
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertIn("Quieter", self.get_text(self.valve))
        again = self.env["integration.load"].create({"flow_id": self.flow.id})
        again.action_check()
        self.run_lane()
        outcomes = {line.res_id: line.outcome for line in again.line_ids}
        self.assertEqual(outcomes[self.pump.id], "same")

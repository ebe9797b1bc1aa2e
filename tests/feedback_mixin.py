"""The acceptance checklist of product feedback (ERP-13; requirements §9), the same for each
ERP. What stands over there is read as a clerk sees it, not by our client."""

from odoo.addons.integration_hub.client import NetworkError, OutcomeUnknownError


class FeedbackMixin:
    """``find_there``, ``write_there``: see ``test_feedback_*.py``."""

    @classmethod
    def connect(cls):
        super().connect()
        cls.flow = cls.connector._get_flow("feedback_push")
        cls.reason = cls.env["crm.lost.reason"].create({"name": f"Too dear {cls.mark}"})
        cls.rival = cls.env["integration.competitor"].create(
            {"name": f"Pumps & Co {cls.mark}"}
        )

    def setUp(self):
        super().setUp()
        # the ERP forgets nothing by itself when a test is over
        self.addCleanup(self.take_away)

    def take_away(self):
        self.connector.url = self.erp["url"]
        with self.connector._get_client() as client:
            keys = [self.get_key(code) for code in self.products]
            found = client.feedback_find(keys)
            client.feedback_delete([item["remote_id"] for item in found.values()])

    def say(self, text="Quieter, please", code="PUMP-200", **values):
        return (
            self.env["integration.feedback"]
            .with_user(self.salesperson)
            .create(
                {
                    "product_id": self.products[code].id,
                    "text": text,
                    "company_id": self.company.id,
                    **values,
                }
            )
        )

    def get_key(self, code):
        return self.products[code]._get_feedback_key(self.company)

    def send(self):
        """What happens once a day."""
        self.flow.action_run_now()
        self.run_lane()

    def send_all(self):
        self.send()
        self.assertFalse(self.get_problems())

    def get_problems(self):
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("state", "not in", ("done", "cancelled"))]
        )
        return "; ".join(
            f"{j.name}: {j.state} {j.error_message} {j.error_detail}" for j in jobs
        )

    def get_text(self, code="PUMP-200"):
        """The one summary of the product over there, or None."""
        found = self.find_there(self.get_key(code))
        self.assertLessEqual(len(found), 1, "never piled up")
        if not found:
            return None
        self.assertEqual(found[0]["code"], code)
        return found[0]["text"]

    # -- the nine checks --------------------------------------------------------------

    def test_1_handed_over(self):
        lead = self.make_lead([("PUMP-200", 2)])
        self.make_order(lead, [("PUMP-200", 2)])
        wizard = self.env["crm.lead.lost"].create(
            {
                "lead_ids": lead.ids,
                "lost_reason_id": self.reason.id,
                "competitor_id": self.rival.id,
            }
        )
        wizard.with_user(self.salesperson).action_lost_reason_apply()
        self.say("Quieter, please")
        self.say("Rust on arrival", kind="defect")
        self.send_all()
        text = self.get_text()
        for part in (
            "PUMP-200",
            "Quieter, please",
            "Rust on arrival",
            f"{self.reason.name} (1)",
            f"{self.rival.name} (1)",
            "EUR",
        ):
            self.assertIn(part, text)
        [lost] = self.env["integration.feedback"].search(
            [("lead_id", "=", lead.id), ("kind", "=", "lost")]
        )
        self.assertGreater(lost.lost_value, 0)
        self.assertIn(f"{lost.lost_value:,.2f} EUR", text)

    def test_2_replaced(self):
        self.say()
        self.send_all()
        self.say("Cheaper, please", kind="price")
        self.send_all()
        self.assertIn("Cheaper, please", self.get_text())
        self.assertIn("Quieter, please", self.get_text())

    def test_2_only_what_changed(self):
        feedback = self.say()
        self.send_all()
        before = self.env["integration.exchange"].search_count([])
        feedback.text = "Other"
        feedback.text = "Quieter, please"
        self.send_all()
        self.assertEqual(self.env["integration.exchange"].search_count([]), before)

    def test_3_deleted_and_archived(self):
        feedback = self.say()
        other = self.say("Stays a while")
        self.send_all()
        feedback.action_archive()
        self.send_all()
        self.assertNotIn("Quieter", self.get_text())
        (feedback | other).unlink()
        self.send_all()
        self.assertIsNone(self.get_text())

    def test_4_duplicates(self):
        self.say()
        self.say()
        self.send_all()
        self.assertRegex(self.get_text(), r"Total +2\b")
        # the link is lost, a database restored, say: found by our key
        self.env["integration.external.id"].search(
            [("connector_id", "=", self.connector.id), ("kind", "=", "feedback")]
        ).unlink()
        self.say("Once more")
        self.send_all()
        self.assertIn("Once more", self.get_text())

    def test_5_both_sides_change(self):
        self.say()
        self.send_all()
        self.write_there(self.get_key("PUMP-200"), "Somebody's own words")
        self.say("More")
        self.send_all()
        self.assertIn("More", self.get_text())
        message = self.products["PUMP-200"].message_ids[0]
        self.assertIn("Somebody's own words", message.body)

    def test_6_answer_lost(self):
        client_class = self.connector._call_hook("get_client_class")
        create, lost = client_class.feedback_create, [1]

        def lose(client, summaries):
            states = create(client, summaries)
            if lost:
                lost.pop()
                raise OutcomeUnknownError("The line went dead.")
            return states

        self.patch(client_class, "feedback_create", lose)
        self.say()
        self.send()
        self.assertFalse(lost)
        self.send_all()
        self.assertIn("Quieter", self.get_text())

    def test_6_network_down(self):
        self.say()
        self.cut_off()
        self.send()
        job = self.env["integration.job"].search([("flow_id", "=", self.flow.id)])
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.connector.write(
            {"url": self.erp["url"], "failures_in_a_row": 0, "resting_until": False}
        )
        self.send_all()
        self.assertIn("Quieter", self.get_text())

    def test_7_many_in_few_calls(self):
        for code in self.products:
            self.say(f"About {code}", code)
        before = self.env["integration.exchange"].search_count([])
        self.send_all()
        for code in self.products:
            self.say(f"More about {code}", code)
        self.send_all()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 14, "not one call per product")
        for code in self.products:
            self.assertIn(f"More about {code}", self.get_text(code))

    def test_8_data_types(self):
        self.say("“Größe” <b>15</b> & Łódź, 水漏れ, 🙂 " + "x" * 500, date="2026-02-28")
        self.send_all()
        text = self.get_text()
        self.assertIn("2026-02", text)
        self.assertIn("“Größe” <b>15</b> & Łódź, 水漏れ, 🙂", text)
        # read back, it is the same to us
        self.products["PUMP-200"]._enqueue_feedback("test")
        before = self.env["integration.exchange"].search_count([])
        self.send_all()
        self.assertEqual(self.env["integration.exchange"].search_count([]), before)

    def test_9_empty(self):
        self.say(False)
        self.send_all()
        self.assertRegex(self.get_text(), r"Total +1\b")
        self.assertNotIn("False", self.get_text())

    def test_9_product_not_mapped(self):
        product = self.make_product_like("PUMP-200", f"NEW-{self.mark}")
        self.products["NEW"] = product
        self.addCleanup(self.products.pop, "NEW")
        self.say("Not there", "NEW")
        self.say()
        self.send()
        self.assertIn("Quieter", self.get_text(), "the others go on")
        self.assertIn(product.display_name, self.get_problems())

    def test_load(self):
        self.flow.state = "paused"
        self.say()
        self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id)]
        ).action_cancel()
        self.flow.state = "running"
        load = self.env["integration.load"].browse(
            self.flow.action_open_load()["res_id"]
        )
        load.action_check()
        self.run_lane()
        self.assertEqual(load.line_ids.mapped("outcome"), ["create"])
        self.assertIsNone(self.get_text())
        load.action_load()
        self.run_lane()
        self.assertEqual(load.state, "done")
        self.assertIn("Quieter", self.get_text())

    def test_check_names_nothing_here(self):
        """The ERPs of the tests give all the rights that are needed."""
        self.assertFalse("feedback" in (self.connector.warning_message or ""))

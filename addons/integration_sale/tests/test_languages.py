from odoo.tests import tagged

from odoo.addons.integration_hub.client import Text, ValidationError

from ..const import ACTIVITY_TYPE
from .common import SaleCase
from .order_check_case import CheckCase, CheckClient

ARABIC = r"[\u0600-\u06ff]"
CHINESE = r"[\u4e00-\u9fff]"
REASON = Text("The system did not answer in time.", {}, "integration_hub")


@tagged("post_install", "-at_install")
class TestLanguages(SaleCase):
    """Errors of a deal: the queue and the deal speak the language of whoever is in charge
    of the connector, an activity that of the person it is for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("ar_001", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)

    def speak(self, steward, salesperson):
        self.steward.lang = steward
        self.salesperson.lang = salesperson

    def push_refused(self, verb="order_create"):
        error = ValidationError(REASON)
        self.erp.faults[verb] = [error if verb == "order_create" else lambda: error]
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(lead.integration_status, "attention")
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("res_id", "=", lead.id)]
        )
        activity = lead.activity_ids.filtered(
            lambda item: item.activity_type_id == self.env.ref(ACTIVITY_TYPE)
        )
        self.assertEqual(activity.user_id, self.salesperson)
        return lead, job, activity

    def test_refused_order(self):
        self.speak("ar_001", "ar_001")
        lead, job, activity = self.push_refused()
        for text in (job.error_message, lead.integration_message, activity.note):
            self.assertRegex(text, ARABIC)
            self.assertNotIn("answer in time", text)

    def test_two_people_of_two_languages(self):
        self.speak("ar_001", "zh_CN")
        activity_type = self.env.ref(ACTIVITY_TYPE)
        activity_type.with_context(lang="zh_CN").summary = "请查看 ERP"
        lead, job, activity = self.push_refused()
        self.assertRegex(job.error_message, ARABIC)
        self.assertRegex(lead.integration_message, ARABIC)
        self.assertRegex(activity.note, CHINESE)
        self.assertNotRegex(activity.note, ARABIC)
        self.assertEqual(activity.summary, "请查看 ERP")

    def test_what_was_kept_as_json(self):
        """The reason is part of the stored answer, and of a sentence of ours."""
        self.speak("zh_CN", "ar_001")
        lead, job, activity = self.push_refused("order_confirm")
        self.assertEqual(lead.erp_order_ids.state, "draft")
        number = lead.erp_order_ids.display_name
        for text, letters in ((job.error_message, CHINESE), (activity.note, ARABIC)):
            self.assertRegex(text, letters)
            self.assertNotRegex(text.replace(number, ""), "[a-z]{4}", "no English left")
            self.assertIn(number, text)

    def test_found_out_before_anything_is_sent(self):
        self.speak("zh_CN", "zh_CN")
        self.connector._get_flow("customer_push").active = False
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.flow.id), ("res_id", "=", lead.id)]
        )
        self.assertEqual(job.state, "failed")
        self.assertIn("not linked to one in the ERP", job.error_detail["message"])
        self.assertRegex(job.error_message, CHINESE)

    def test_english_stays_english(self):
        lead, job, activity = self.push_refused("order_confirm")
        sentence = "is in the ERP, but could not be confirmed there: "
        for text in (job.error_message, lead.integration_message, activity.note):
            self.assertIn(sentence + REASON, text)

    def test_news_of_an_order(self):
        """What a lane writes on a deal is in that language as well; names are not."""
        self.speak("ar_001", "ar_001")
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertTrue(lead.erp_order_ids)
        self.assertRegex(lead.message_ids[:1].body, ARABIC)
        line = lead.lead_line_ids
        self.assertEqual(line.product_id.with_context(lang=None).name, "Chair")


@tagged("post_install", "-at_install")
class TestLanguageOfCheck(CheckCase):
    """Who asks the ERP about a deal reads what it says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("ar_001", "zh_CN"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.steward.lang = "ar_001"
        cls.salesperson.lang = "zh_CN"

    def test_answer(self):
        said_by_client = {"kind": "customer", "key": "", "text": REASON}
        self.patch(CheckClient, "problems", [said_by_client])
        shown = self.check(self.make_lead([(self.product, 1)]))
        texts = self.get_texts(shown, "blocking", "warning", "note")
        self.assertGreater(len(texts), 1, "ours as well")
        for text in texts:
            self.assertRegex(text, CHINESE)

    def test_no_answer(self):
        self.patch(CheckClient, "faults", [ValidationError(REASON)])
        shown = self.check(self.make_lead([(self.product, 1)]))
        self.assertRegex(shown["message"], CHINESE)

from odoo.tests import tagged

from .erp_case import CREDENTIALS, ErpCase
from .screens_case import ScreensCase

LETTERS = {"ar_001": r"[\u0600-\u06ff]", "zh_CN": r"[\u4e00-\u9fff]"}


class LanguagesMixin:
    """What a real ERP refuses, on the screens of people who speak another language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.steward = cls.make_person(
            "mats",
            "Mats Steward",
            "sales_team.group_sale_manager,"
            "integration_hub.group_integration_administrator",
        )
        for lang in LETTERS:
            cls.load_language(lang)
        cls.connector.user_id = cls.steward

    def make_refused_deal(self):
        """In a unit that is not there."""
        lead = self.make_lead([("FILTER-10", 2)])
        lead.name = "Filters for the summer"
        product = self.products["FILTER-10"]
        line = self.env["integration.product.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("product_id", "=", product.id),
            ]
        )
        # no id of that Odoo at all; of Tryton, one of another kind
        unit = "A-1" if self.kind == "odoo" else "99999999"
        # whoever picked it has said how many of it make one of ours
        line.write({"remote_unit_id": unit, "factor_state": "entered"})
        self.push(lead)
        return lead

    def make_stopped_connector(self):
        """It has lost its key."""
        secret = "password" if self.kind == "tryton" else "api_key"
        connector = self.env["integration.connector"].create(
            {
                "name": "ERP South",
                "system_type": self.kind,
                "company_id": self.company.id,
                "user_id": self.steward.id,
                "url": self.erp["url"],
                **{
                    name: self.erp[key]
                    for name, key in CREDENTIALS[self.kind].items()
                    if name != secret
                },
                secret: "wrong",
            }
        )
        connector.action_test_connection()
        self.run_lane()
        return connector

    def check_language(self, lang):
        self.steward.lang = lang
        self.salesperson.lang = lang
        lead = self.make_refused_deal()
        connector = self.make_stopped_connector()
        job = self.env["integration.job"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)], limit=1
        )
        self.assertEqual(job.state, "failed")
        activity = lead.activity_ids[:1]
        for text in (
            job.error_message,
            lead.integration_message,
            activity.note,
            connector.error_message,
        ):
            self.assertRegex(text, LETTERS[lang])
        with self.screens("mats", "desktop", lang) as screens:
            for name, path in (
                ("problems-refused", "/odoo/integration-problems"),
                ("queue-refused", "/odoo/integration-queue"),
                ("job-refused", f"/odoo/integration-queue/{job.id}"),
                ("opportunity-refused", f"/odoo/crm.lead/{lead.id}"),
                ("connector-refused", f"/odoo/integrations/{connector.id}"),
            ):
                screens.take(f"{name}-{self.kind}", path)

    def test_arabic(self):
        self.check_language("ar_001")

    def test_chinese(self):
        self.check_language("zh_CN")


@tagged("post_install", "-at_install")
class TestLanguagesOdoo(LanguagesMixin, ErpCase, ScreensCase):
    kind = "odoo"


@tagged("post_install", "-at_install")
class TestLanguagesTryton(LanguagesMixin, ErpCase, ScreensCase):
    kind = "tryton"

"""The connector of this type, against the real Tryton."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tests.common import _super_send

from odoo.addons.integration_hub.tests.client_case import read_erp

from ..client import TrytonClient


@tagged("post_install", "-at_install")
class TestConnector(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["integration.connector"].create(
            {
                "name": "Noordzee",
                "system_type": "tryton",
                "url": "http://127.0.0.1:1/",
                "tryton_database": "erp",
                "tryton_company_id": "3",
                "login": "robot",
                "password": "s3cr3t-s3cr3t",
            }
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Odoo's own compares the time-out with a number, and ours is a pair. Nothing in
        here goes anywhere but to this machine."""
        return _super_send(session, request, **options)

    def test_client_gets_the_options(self):
        client = self.connector._get_client()
        self.assertIsInstance(client, TrytonClient)
        self.assertEqual(client.settings.url, "http://127.0.0.1:1")
        self.assertEqual(client.settings.credentials["password"], "s3cr3t-s3cr3t")
        self.assertEqual(
            client.settings.options,
            {
                "login": "robot",
                "database": "erp",
                "web_shop": "",
                "web_shop_id": "",
                "company_id": "3",
            },
        )
        self.assertFalse(client.key_is_unique)

    def test_it_is_said_how_orders_are_kept_from_being_made_twice(self):
        """The key goes into the reference at least; a web shop makes it unique."""
        self.connector._note_key_storage()
        self.assertEqual(self.connector.key_storage, "stored")
        self.connector.tryton_web_shop_id = "1"
        self.connector._note_key_storage()
        self.assertEqual(self.connector.key_storage, "unique")

    def test_company_is_a_number(self):
        with self.assertRaises(ValidationError):
            self.connector.tryton_company_id = "ACME"

    def test_form_shows_what_the_type_needs(self):
        self.env.user.group_ids += self.env.ref(
            "integration_hub.group_integration_administrator"
        )
        with Form(self.connector) as form:
            self.assertTrue(form.use_login)
            self.assertTrue(form.use_password)
            self.assertFalse(form.use_api_key)
            form.tryton_database = "other"
        self.assertEqual(self.connector.tryton_database, "other")

    def test_web_shop_is_found_anew_after_a_change(self):
        self.connector._tryton_apply_report_options(
            {"web_shop": "CRM", "web_shop_id": "7"}
        )
        self.assertEqual(self.connector.tryton_web_shop, "CRM")
        self.assertTrue(self.connector._get_client().key_is_unique)
        self.connector.tryton_web_shop = "Other"
        self.assertFalse(self.connector.tryton_web_shop_id)
        self.assertFalse(self.connector._get_client().key_is_unique)

    def test_changed_options_forget_the_session(self):
        self.connector._get_client().settings.session_cache["token"] = "x"
        self.connector.tryton_database = "erp2"
        self.assertEqual(self.connector._get_client().settings.session_cache, {})

    def test_another_database_or_company_is_another_system(self):
        partner = self.env["res.partner"].create({"name": "Brown"})
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(partner, {"remote_id": "7"})]
        )
        for values in ({"tryton_database": "test"}, {"tryton_company_id": "4"}):
            with self.assertRaisesRegex(UserError, "duplicate this connector"):
                self.connector.write(values)
        self.connector.tryton_web_shop = "CRM"
        with self.assertRaises(UserError), Form(self.connector) as form:
            form.tryton_database = "test"
            self.assertTrue(form.is_system_changed)

    def test_test_connection(self):
        erp = read_erp("tryton")
        if not erp:
            self.skipTest("INTEGRATION_TEST_ERPS names no Tryton")
        self.connector.write(
            {
                "url": erp["url"],
                "tryton_database": erp["database"],
                "tryton_company_id": False,
                "login": erp["login"],
                "password": erp["password"],
            }
        )
        self.connector._run_test()
        self.assertEqual(self.connector.state, "tested", self.connector.error_message)
        self.assertFalse(self.connector.missing_message)
        self.assertEqual(self.connector.remote_version, "8.0")
        self.assertTrue(self.connector.remote_company)
        self.assertEqual(self.connector.tryton_web_shop, erp["web_shop"]["name"])
        self.assertEqual(self.connector.tryton_web_shop_id, str(erp["web_shop"]["id"]))
        exchanges = self.env["integration.exchange"].search(
            [("connector_id", "=", self.connector.id)]
        )
        self.assertTrue(exchanges)
        texts = "".join(
            (item.request or "") + (item.response or "") for item in exchanges
        )
        self.assertNotIn(erp["password"], texts)

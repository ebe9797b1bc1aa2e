"""The connector of this type, against the real ERP."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tests.common import _super_send

from odoo.addons.integration_hub.tests.client_case import read_erp

from ..client import OdooClient


@tagged("post_install", "-at_install")
class TestConnector(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["integration.connector"].create(
            {
                "name": "Noordzee",
                "system_type": "odoo",
                "url": "http://127.0.0.1:1/",
                "odoo_database": "erp",
                "odoo_company_id": "3",
                "login": "robot",
                "api_key": "k3y-k3y",
            }
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Odoo's own compares the time-out with a number, and ours is a pair. Nothing in
        here goes anywhere but to this machine."""
        return _super_send(session, request, **options)

    def test_it_is_said_how_orders_are_kept_from_being_made_twice(self):
        self.connector._note_key_storage()
        self.assertEqual(self.connector.key_storage, "stored")

    def test_client_gets_the_options(self):
        self.connector.company_id.partner_id.tz = "Europe/Brussels"
        client = self.connector._get_client()
        self.assertIsInstance(client, OdooClient)
        settings = client.settings
        self.assertEqual(settings.url, "http://127.0.0.1:1")
        self.assertEqual(settings.credentials["api_key"], "k3y-k3y")
        self.assertEqual(
            settings.options,
            {
                "login": "robot",
                "database": "erp",
                "protocol": "auto",
                "company_id": "3",
                "version": "",
                "time_zone": "Europe/Brussels",
            },
        )
        self.assertEqual(client.context["allowed_company_ids"], [3])

    def test_company_is_a_number(self):
        with self.assertRaises(ValidationError):
            self.connector.odoo_company_id = "ACME"

    def test_form_shows_what_the_protocol_needs(self):
        self.env.user.group_ids += self.env.ref(
            "integration_hub.group_integration_administrator"
        )
        with Form(self.connector) as form:
            self.assertTrue(form.use_login)
            form.odoo_protocol = "json2"
            self.assertFalse(form.use_login)
            self.assertTrue(form.use_api_key)

    def test_version_is_kept_until_the_address_changes(self):
        self.connector._odoo_apply_report_options({"version": "17.0"})
        self.assertEqual(self.connector._get_client().major_version, 17)
        self.connector.url = "http://127.0.0.1:2"
        self.assertFalse(self.connector.odoo_version)

    def test_changed_options_forget_the_session(self):
        self.connector._get_client().settings.session_cache["token"] = "x"
        self.connector.odoo_database = "erp2"
        self.assertEqual(self.connector._get_client().settings.session_cache, {})

    def test_another_database_or_company_is_another_system(self):
        partner = self.env["res.partner"].create({"name": "Brown"})
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(partner, {"remote_id": "7"})]
        )
        for values in ({"odoo_database": "test"}, {"odoo_company_id": "4"}):
            with self.assertRaisesRegex(UserError, "duplicate this connector"):
                self.connector.write(values)
        self.connector.odoo_protocol = "json2"
        with self.assertRaises(UserError), Form(self.connector) as form:
            form.odoo_database = "test"
            self.assertTrue(form.is_system_changed)
        with Form(self.connector) as form:
            form.odoo_database = "test"
            form.is_same_system = True
        self.assertEqual(self.connector.odoo_database, "test")

    def test_test_connection(self):
        erp = read_erp("odoo")
        if not erp:
            self.skipTest("INTEGRATION_TEST_ERPS names no Odoo ERP")
        self.connector.write(
            {
                "url": erp["url"],
                "odoo_database": erp["database"],
                "odoo_company_id": False,
                "login": erp["login"],
                "api_key": erp["api_key"],
            }
        )
        self.connector._run_test()
        self.assertFalse(self.connector.error_message)
        self.assertEqual(self.connector.state, "tested")
        self.assertEqual(self.connector.remote_company, "Noordzee Techniek B.V.")
        version = erp.get("version", "19.")
        self.assertTrue(self.connector.odoo_version.startswith(version))

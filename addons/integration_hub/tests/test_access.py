import itertools

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from .common import HubCase

# exporting is a right of its own: without it the models' own refusal would not be seen
EXPORT = "base.group_user,base.group_allow_export"
SECRET = "s3cret-of-the-ERP"
# all that shows how systems are connected and what goes to and fro
PROTECTED_MODELS = (
    "integration.connector",
    "integration.credential",
    "integration.exchange",
    "integration.external.id",
    "integration.flow",
    "integration.job",
    "integration.product.mapping",
    "integration.remote.value",
    "integration.usage",
    "integration.value.mapping",
)
# method and arguments of each way to get at records
ACCESSES = (
    ("read", [["display_name"]]),
    ("search", [[]]),
    ("search_read", [[]]),
    ("export_data", [["display_name"]]),
    ("formatted_read_group", [[], [], ["__count"]]),
    ("write", [{"create_uid": 1}]),
    ("unlink", []),
)
COMPANY_MODELS = [
    model for model in PROTECTED_MODELS if model != "integration.credential"
]


class AccessCase(HubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = new_test_user(
            cls.env, "sally", f"{EXPORT},integration_hub.group_integration_user"
        )
        cls.manager = new_test_user(
            cls.env, "manny", f"{EXPORT},integration_hub.group_integration_manager"
        )
        cls.administrator = new_test_user(
            cls.env, "addy", f"{EXPORT},integration_hub.group_integration_administrator"
        )
        cls.records = cls.make_records(cls.connector, cls.flow)

    @classmethod
    def make_records(cls, connector, flow):
        """:return: dict {model name: one record of it}"""
        connector.api_key = SECRET
        product = cls.env["product.product"].create({"name": "Chair"})
        job = cls.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "store",
                    "name": "Order",
                    "payload": {"value": "A"},
                    "idempotency_key": f"order-{connector.id}",
                }
            ],
        )
        values = {"connector_id": connector.id}
        cls.env["integration.remote.value"]._replace(
            connector, "unit", [{"remote_id": "1", "name": "Piece"}]
        )
        create = {
            "integration.exchange": {"operation": "store", "request": "{}"},
            "integration.external.id": {
                "res_model": "product.product",
                "res_id": product.id,
                "remote_id": "5",
            },
            "integration.product.mapping": {"product_id": product.id},
            "integration.usage": {"day": "2026-01-01", "calls": 1},
            "integration.value.mapping": {
                "kind": "currency",
                "res_id": cls.env.company.currency_id.id,
            },
        }
        return {
            "integration.connector": connector,
            "integration.credential": cls.env["integration.credential"].search(
                [("connector_id", "=", connector.id)]
            ),
            "integration.flow": flow,
            "integration.job": job,
            "integration.remote.value": cls.env["integration.remote.value"].search(
                [("connector_id", "=", connector.id)]
            ),
            **{
                model: cls.env[model].create({**values, **vals})
                for model, vals in create.items()
            },
        }


@tagged("-at_install", "post_install")
class TestAccess(AccessCase):
    def test_salesperson_has_no_access(self):
        for model, (method, args) in itertools.product(PROTECTED_MODELS, ACCESSES):
            record = self.records[model].with_user(self.salesperson)
            self.assertTrue(record, model)
            with (
                self.subTest(model=model, method=method),
                self.assertRaises(AccessError),
            ):
                getattr(record, method)(*args)

    def test_nobody_has_access_to_credentials(self):
        users = self.manager | self.administrator
        for user, (method, args) in itertools.product(users, ACCESSES):
            credential = self.records["integration.credential"].with_user(user)
            with (
                self.subTest(user=user.login, method=method),
                self.assertRaises(AccessError),
            ):
                getattr(credential, method)(*args)

    def test_manager(self):
        connector = self.connector.with_user(self.manager)
        self.assertEqual(connector.name, "ERP North")
        for access in (
            lambda: connector.write({"url": "https://elsewhere.example.com"}),
            lambda: connector.write({"api_key": "mine"}),
            lambda: connector.read(["api_key"]),
            lambda: connector.action_start(),
            lambda: connector.action_test_connection(),
            lambda: connector.action_forget_credentials(),
            lambda: connector.unlink(),
        ):
            with self.assertRaises(AccessError):
                access()
        job = self.records["integration.job"].with_user(self.manager)
        self.assertEqual(job.payload, {"value": "A"})
        job.action_cancel()
        self.assertEqual(job.state, "cancelled")
        job.action_retry()
        self.assertEqual(job.state, "waiting")
        with self.assertRaises(AccessError):
            job.payload = {"value": "forged"}
        exchange = self.records["integration.exchange"].with_user(self.manager)
        self.assertEqual(exchange.request, "{}")
        with self.assertRaises(AccessError):
            exchange.request = "forged"
        mapping = self.records["integration.product.mapping"].with_user(self.manager)
        mapping.remote_id = "10"
        self.assertEqual(mapping.state, "mapped")

    def test_administrator_reads_no_secret(self):
        connector = self.connector.with_user(self.administrator)
        self.assertTrue(connector.api_key_is_set)
        [values] = connector.read()
        self.assertNotIn(SECRET, str(values))
        exported = connector.export_data(["name", "api_key", "password"])
        self.assertNotIn(SECRET, str(exported))
        self.assertNotIn(SECRET, str(connector.web_read({"api_key": {}, "name": {}})))

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.env["integration.connector"].create(
            {"name": "ERP South", "system_type": "fake", "company_id": company.id}
        )
        flow = self.env["integration.flow"].create(
            {"connector_id": other.id, "code": "fake_push", "direction": "push"}
        )
        records = self.make_records(other, flow)
        for model, user in itertools.product(
            COMPANY_MODELS, (self.manager, self.administrator)
        ):
            with self.subTest(model=model, user=user.login):
                record = records[model].with_user(user)
                self.assertNotIn(record, record.search([]))
                with self.assertRaises(AccessError):
                    record.read(["display_name"])
                with self.assertRaises(AccessError):
                    record.export_data(["display_name"])

    def test_neutralize(self):
        production, sandbox = self.connector, self.connector.copy({"state": "draft"})
        # nobody has said that it is one to try things out
        self.assertEqual(production.environment, "production")
        production.write({"state": "running", "keeps_collecting": True})
        sandbox.environment = "sandbox"
        sandbox.write({"state": "running", "api_key": SECRET, "is_testing": True})
        self.env.flush_all()
        with file_open("integration_hub/data/neutralize.sql") as file:
            self.env.cr.execute(file.read())
        self.env.invalidate_all()
        self.assertEqual(production.state, "draft")
        self.assertFalse(production._is_collecting())
        self.assertIn("neutralized", production.url)
        self.assertFalse(production.api_key_is_set)
        self.assertEqual(sandbox.state, "paused")
        self.assertTrue(sandbox.api_key_is_set)
        self.assertFalse((production | sandbox).filtered("is_testing"))

    def test_settings(self):
        lanes = self.env["res.config.settings"]._get_integration_lanes()
        self.assertEqual(len(lanes), 4)
        self.env["res.config.settings"].create({"integration_lane_count": 3}).execute()
        self.assertEqual(lanes.mapped("active"), [True, True, True, False])
        # a neutralised copy: all are off, and stay so
        tests = self.env.ref("integration_hub.ir_cron_test_connections")
        lanes.active = tests.active = False
        self.env["res.config.settings"].create(
            {"integration_finished_job_days": 30}
        ).execute()
        self.assertFalse(any((lanes | tests).mapped("active")))
        # until somebody wants to try something there
        self.env["res.config.settings"].create({"integration_lane_count": 2}).execute()
        self.assertEqual(lanes.mapped("active"), [True, True, False, False])
        self.assertTrue(tests.active)
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(
                self.manager
            ).action_integration_rotate_key()


@tagged("-at_install", "post_install")
class TestAccessOverRpc(AccessCase, HttpCase):
    def call(self, model, method, *args):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": {}},
        )

    @mute_logger("odoo.http")
    def test_salesperson(self):
        self.authenticate("sally", "sally")
        for model in (
            "integration.connector",
            "integration.credential",
            "integration.exchange",
            "integration.job",
        ):
            ids = self.records[model].ids
            for method, args in (
                ("search_read", [[]]),
                ("read", [ids]),
                ("web_read", [ids, {"id": {}, "display_name": {}}]),
                ("export_data", [ids, ["display_name"]]),
                ("formatted_read_group", [[], [], ["__count"]]),
                ("write", [ids, {"display_name": "x"}]),
                ("copy", [ids]),
                ("unlink", [ids]),
            ):
                with (
                    self.subTest(model=model, method=method),
                    self.assertRaisesRegex(JsonRpcException, "AccessError"),
                ):
                    self.call(model, method, *args)

    @mute_logger("odoo.http")
    def test_private_methods_stay_private(self):
        self.authenticate("addy", "addy")
        for model, method, args in (
            ("integration.connector", "_get_client", [self.connector.ids]),
            ("integration.connector", "_is_running", [self.connector.ids]),
            ("integration.credential", "_read_secrets", [[]]),
            ("integration.remote.value", "_replace", [self.connector.id, "unit", []]),
        ):
            with (
                self.subTest(method=method),
                self.assertRaises(JsonRpcException),
            ):
                self.call(model, method, *args)

    @mute_logger("odoo.http")
    def test_actions_check_rights(self):
        self.authenticate("sally", "sally")
        for model in ("integration.product.mapping", "integration.value.mapping"):
            for method in ("action_propose_matches", "action_add_missing"):
                with (
                    self.subTest(model=model, method=method),
                    self.assertRaisesRegex(JsonRpcException, "AccessError"),
                ):
                    self.call(model, method, [])
        for method in ("action_retry", "action_cancel", "action_open_mapping"):
            with (
                self.subTest(method=method),
                self.assertRaisesRegex(JsonRpcException, "AccessError"),
            ):
                self.call(
                    "integration.job", method, self.records["integration.job"].ids
                )

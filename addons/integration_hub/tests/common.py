"""A system and a flow for tests of the hub, which by itself knows none."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import TransactionCase

from ..client import ConnectionReport, SystemClient
from ..models.job_batch import JobBatch


class FakeClient(SystemClient):
    """A client whose system is a function of the test: ``answer(request)``."""

    answer = staticmethod(lambda request: {"id": request["value"]})
    calls = []
    report = ConnectionReport(user="Robot", version="1.0", company="ACME")

    def test_connection(self):
        return self.report

    def store(self, requests):
        type(self).calls.append(list(requests))
        return [type(self).answer(request) for request in requests]


class FakeHandler(models.AbstractModel):
    _name = "integration.handler.fake_push"
    _description = "Handler for Tests"
    _inherit = ["integration.handler"]
    _module = "integration_hub"

    def _prepare(self, flow, jobs):
        return {job: job.payload for job in jobs}

    @staticmethod
    def _call(client, requests):
        return client.store([{"value": request["value"]} for request in requests])

    def _apply(self, flow, results):
        external_ids = self.env["integration.external.id"]
        external_ids._bind(
            flow.connector_id,
            "record",
            [
                (
                    self.env[job.res_model].browse(job.res_id),
                    {"remote_id": answer["id"]},
                )
                for job, answer in results
                if job.res_id
            ],
        )


class HubCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.add_fake_system()
        cls.connector = cls.env["integration.connector"].create(
            {
                "name": "ERP North",
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
            }
        )
        cls.flow = cls.env["integration.flow"].create(
            {
                "connector_id": cls.connector.id,
                "code": "fake_push",
                "direction": "push",
            }
        )

    @classmethod
    def add_fake_system(cls):
        FakeClient.calls = []
        FakeClient.answer = staticmethod(lambda request: {"id": request["value"]})
        registry = cls.registry
        if FakeHandler._name not in registry:
            # it stays: no connector but our fake has such a flow, and a class that leaves
            # the registry changed has all models set up anew, which takes seconds
            add_to_registry(registry, FakeHandler)
            registry._setup_models__(cls.env.cr, [FakeHandler._name])
            registry.registry_invalidated = cls.registry_start_invalidated
        connector_class = registry["integration.connector"]
        for owner, name, value in (
            (
                connector_class._fields["system_type"],
                "_selection",
                {"fake": "Fake System"},
            ),
            (
                registry["integration.flow"]._fields["code"],
                "_selection",
                {"fake_push": "Fake Push"},
            ),
            # what browsers are told
            (
                connector_class._fields["system_type"],
                "selection",
                lambda model: [("fake", "Fake System")],
            ),
            (
                registry["integration.flow"]._fields["code"],
                "selection",
                lambda model: [("fake_push", "Fake Push")],
            ),
            # flow addons, where they are installed, know nothing of our fake
            (connector_class, "_prepare_default_flows", lambda self: []),
            (connector_class, "_fake_get_client_class", lambda self: FakeClient),
            (
                connector_class,
                "_fake_get_credential_fields",
                lambda self: ("login", "api_key"),
            ),
        ):
            patcher = patch.object(owner, name, value, create=True)
            cls.startClassPatcher(patcher)

    @contextmanager
    def lane_env(self):
        """Environment of its own cursor, as a scheduled action has: it may commit."""
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            yield self.env(cr=cursor)

    def get_lane(self, env):
        """Lane model as whoever serves the connector here uses it."""
        return env["integration.lane"]

    def run_lane(self):
        """Test connections and work off the queue as ``ir.cron`` would.

        :return: number of jobs settled"""
        self.test_connections()
        with self.lane_env() as env:
            return env["integration.lane"]._run_lane()

    def test_connections(self):
        with self.lane_env() as env:
            env["integration.lane"]._run_connection_tests()

    def use_up(self, calls, connector=None):
        """So many more calls have been made today."""
        usage, today = self.env["integration.usage"], fields.Date.today()
        own = {"connector_id": (connector or self.connector).id, "day": today}
        domain = [(name, "=", value) for name, value in own.items()]
        used = usage.search(domain) or usage.create({**own, "calls": 0})
        used.calls += calls
        self.env.flush_all()

    def note_second_batch(self):
        """:return: ``threading.Event``, set once a second batch has been prepared"""
        is_ready, prepare, prepared = threading.Event(), JobBatch.prepare, []

        def note(batch):
            result = prepare(batch)
            prepared.append(batch)
            if len(prepared) == 2:
                is_ready.set()
            return result

        self.startPatcher(patch.object(JobBatch, "prepare", note))
        return is_ready

    def enqueue(self, *values, key=None, record=None):
        return self.env["integration.job"]._enqueue(
            self.flow,
            [
                {
                    "operation": "store",
                    "name": f"Value {value}",
                    "payload": {"value": value},
                    "idempotency_key": key or f"value-{value}",
                    "record": record,
                }
                for value in values
            ],
        )

"""A connector to a system in memory, for the tests of flow addons: each says what the
system answers, and which flows it knows."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import TransactionCase

NEVER = "2099-01-01 00:00:00"


class LaneMixin:
    """Work of the queue within a test."""

    def commit(self):
        """What happens at the end of a request."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def run_lane(self):
        """Test connections and work off the queue as ``ir.cron`` would."""
        self.commit()
        with (
            self.enter_registry_test_mode(),
            self.registry.cursor() as cursor,
        ):
            lane = self.env(cr=cursor)["integration.lane"]
            lane._run_connection_tests()
            lane._run_lane()
        self.env.invalidate_all()


class WokenLanesMixin:
    """Lanes beside a browser (``HttpCase``)."""

    @contextmanager
    def lanes(self):
        """A lane that runs when it is woken up, in a thread of its own: tests have no
        scheduled actions."""
        woken, over = threading.Event(), threading.Event()

        def work():
            while woken.wait() and not over.is_set():
                woken.clear()
                with self.registry.cursor() as cursor:
                    lane = self.env(cr=cursor)["integration.lane"]
                    lane._run_connection_tests()
                    lane._run_lane()

        thread = threading.Thread(target=work, daemon=True)
        with patch.multiple(
            self.registry["integration.lane"],
            # retries at a later moment are not waited for
            _wake_up=lambda lane, at=None, connectors=None: at or woken.set(),
            _wake_up_to_test=lambda lane, at=None: woken.set(),
        ):
            thread.start()
            try:
                yield
            finally:
                over.set()
                woken.set()
                thread.join(timeout=60)
        self.env.invalidate_all()


class ConnectorCase(LaneMixin, TransactionCase):
    """The tests of an addon, as if it were the only one: those of the flows that other
    addons bring along are off."""

    #: the system's client
    client_class = None
    #: codes of the flows the system knows
    own_flows = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.add_fake_system()

    @classmethod
    def add_fake_system(cls):
        connector_class = cls.registry["integration.connector"]
        client_class = cls.client_class
        for owner, name, value in (
            (
                connector_class._fields["system_type"],
                "_selection",
                {"fake": "Fake System"},
            ),
            (connector_class, "_fake_get_client_class", lambda self: client_class),
            (connector_class, "_fake_get_credential_fields", lambda self: ("login",)),
        ):
            cls.startClassPatcher(patch.object(owner, name, value, create=True))

    @classmethod
    def make_connector(cls, name="ERP North", **values):
        """A running one; its flows from the system run when a test asks for it."""
        connector = cls.env["integration.connector"].create(
            {
                "name": name,
                "system_type": "fake",
                "url": "http://127.0.0.1:9",
                "state": "running",
                **values,
            }
        )
        pulls = connector.flow_ids.filtered(lambda flow: flow.direction == "pull")
        pulls.next_run = NEVER
        foreign = connector.flow_ids.filtered(
            lambda flow: flow.code not in cls.own_flows
        )
        (foreign & pulls).action_pause()
        # a paused one would still collect changes
        (foreign - pulls).active = False
        return connector

    @classmethod
    def link(cls, record, remote_id, kind="party", connector=None):
        """Have a record be the one of that id over there."""
        cls.env["integration.external.id"]._bind(
            connector or cls.connector, kind, [(record, {"remote_id": remote_id})]
        )

    def make_mapped_product(self, remote_id, factor=1.0, **values):
        product = self.env["product.product"].create(
            {"name": f"Product {remote_id}", **values}
        )
        self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": product.id,
                "remote_id": remote_id,
                "factor": factor,
            }
        )
        return product

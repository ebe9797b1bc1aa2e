from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..client import NetworkError
from ..models.integration_connector_links import _get_place
from .common import HubCase

OTHER = "https://test.example.com"


@tagged("-at_install", "post_install")
class TestLinks(HubCase):
    """A connector that is to serve another system."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Brown Ltd"})
        cls.product = cls.env["product.product"].create({"name": "Chair"})

    def link(self):
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(self.partner, {"remote_id": "7"})]
        )

    def move(self, **values):
        """Moved by a person who says that it is the same system."""
        self.connector.write({"url": OTHER, "is_same_system": True, **values})

    def run_test(self):
        self.env.flush_all()
        self.run_lane()
        self.env.invalidate_all()

    # -- another system ---------------------------------------------------------------

    def test_other_system_is_refused(self):
        self.link()
        for values in ({"url": OTHER}, {"url": "http://127.0.0.1:8"}):
            with self.assertRaisesRegex(UserError, "duplicate this connector") as error:
                self.connector.write(values)
        self.assertIn("External ID: 1", str(error.exception))
        self.assertEqual(self.connector.url, "http://127.0.0.1:9")
        self.assertEqual(self.connector.state, "running")

    def test_what_else_tells_a_system(self):
        """The hub knows no system: its addon says which fields those are."""
        self.link()
        with patch.object(
            self.registry["integration.connector"],
            "_fake_get_system_fields",
            lambda self: ("login",),
            create=True,
        ):
            with self.assertRaises(UserError):
                self.connector.login = "another database"
        self.connector.login = "another user"

    def test_same_place(self):
        """Encrypted now, or written in another way: nobody is asked."""
        for url in (
            "https://erp.example.com",
            "http://ERP.example.com/",
            "https://erp.example.com:443",
        ):
            self.assertEqual(_get_place(url), _get_place("http://erp.example.com"))
        for url in (
            "https://erp.example.com:8069",
            "https://erp.example.com/test",
            "https://example.com",
        ):
            self.assertNotEqual(_get_place(url), _get_place("http://erp.example.com"))
        self.connector.url = "http://erp.example.com"
        self.connector.state = "running"
        self.link()
        self.connector.url = "https://erp.example.com/"
        self.assertEqual(self.connector.state, "running")

    def test_without_links(self):
        """Tested and running, but nothing is linked: free to go, and tested anew."""
        remote_values = self.env["integration.remote.value"]
        remote_values._replace(
            self.connector, "product", [{"remote_id": "1", "name": "Chair"}]
        )
        proposal = self.env["integration.product.mapping"].create(
            {
                "connector_id": self.connector.id,
                "product_id": self.product.id,
                "remote_id": "1",
                "state": "proposed",
                "is_automatic": True,
            }
        )
        self.flow.cursor = "2026"
        job = self.enqueue(1)
        # what a person has picked is work, though it waits for its factor
        proposal.write({"factor_state": "unclear", "is_automatic": False})
        with self.assertRaisesRegex(UserError, "Product Mapping: 1"):
            self.connector.url = OTHER
        proposal.is_automatic = True
        job.state = "running"
        with self.assertRaisesRegex(UserError, "under way"):
            self.connector.url = OTHER
        job.write({"state": "retrying", "answer": {"id": "1"}})
        with self.assertRaisesRegex(UserError, "Answers not taken in yet: 1"):
            self.connector.url = OTHER
        job.write({"state": "waiting", "answer": False})
        self.connector.url = OTHER
        self.assertEqual(self.connector.state, "draft")
        self.assertTrue(self.connector._is_collecting(), "as while it is paused")
        self.assertEqual(job.state, "waiting")
        self.assertFalse(
            remote_values.search([("connector_id", "=", self.connector.id)])
        )
        self.assertEqual(proposal.state, "unmapped")
        self.assertFalse(self.flow.cursor)

    def test_key_stays_with_the_system_it_is_for(self):
        """Another host is not sent what opens the one that has answered."""
        self.connector.write({"api_key": "a secret key", "last_contact": False})
        self.connector.url = "http://127.0.0.2:9"
        self.assertTrue(self.connector.api_key_is_set, "a slip in the address")
        self.connector.last_contact = self.env.cr.now()
        self.connector.url = "https://127.0.0.2:8"
        self.assertTrue(self.connector.api_key_is_set, "the same host")
        self.connector.url = OTHER
        self.assertFalse(self.connector.api_key_is_set)
        self.assertIn("The key was forgotten", self.connector.message_ids[0].body)
        self.connector.write({"api_key": "a secret key", "url": False})
        self.connector.url = "https://third.example.com"
        self.assertTrue(self.connector.api_key_is_set, "entered with it")
        self.connector.last_contact = self.env.cr.now()
        self.connector.url = False
        self.assertFalse(self.connector.api_key_is_set, "the next one may be another")
        self.connector.write({"url": "https://more.example.com", "api_key": "its own"})
        self.assertTrue(self.connector.api_key_is_set)

    def test_address_without_password(self):
        for url in ("https://staging:secret@erp.example.com", "https://me@erp/x"):
            with self.assertRaisesRegex(ValidationError, "Take the user name"):
                self.connector.url = url
        self.connector.url = "https://erp.example.com/web?mail=me@example.com"

    # -- the same system elsewhere ----------------------------------------------------

    def test_same_system_elsewhere(self):
        self.link()
        self.move()
        self.assertEqual(self.connector.state, "paused")
        self.assertTrue(self.connector.is_testing)
        with self.assertRaisesRegex(UserError, "Test the connection first"):
            self.connector.action_start()
        self.run_test()
        self.assertFalse(self.connector.is_moved)
        self.connector.action_start()
        self.assertEqual(self.connector.state, "running")
        # said once, not for ever
        with self.assertRaises(UserError):
            self.connector.url = "http://127.0.0.1:8"

    def test_not_the_same_after_all(self):
        self.link()
        self.move()
        connector_class = self.registry["integration.connector"]
        with patch.object(
            connector_class, "_find_strangers", lambda *_args: "Nobody knows us."
        ):
            self.run_test()
        self.assertEqual(self.connector.error_message, "Nobody knows us.")
        self.assertTrue(self.connector.is_moved)
        with self.assertRaises(UserError):
            self.connector.action_start()

        def fail(*_args):
            raise NetworkError("No answer.")

        self.connector.action_test_connection()
        with patch.object(connector_class, "_find_strangers", fail):
            self.run_test()
        self.assertEqual(self.connector.error_message, "No answer.")
        self.assertTrue(self.connector.is_moved)
        # the old address is entered again
        self.move(url="http://127.0.0.1:9")
        self.run_test()
        self.connector.action_start()

    def test_form_asks(self):
        self.link()
        administrator = new_test_user(
            self.env, "addy", "integration_hub.group_integration_administrator"
        )
        connector = self.connector.with_user(administrator)
        with self.assertRaises(UserError), Form(connector) as form:
            self.assertFalse(form.is_system_changed)
            form.url = OTHER
            self.assertTrue(form.is_system_changed)
        with Form(connector) as form:
            form.url = OTHER
            form.is_same_system = True
        self.assertEqual(self.connector.url, OTHER)
        self.assertEqual(self.connector.state, "paused")

    # -- all is forgotten -------------------------------------------------------------

    def test_forget_all(self):
        self.link()
        values = {"connector_id": self.connector.id, "remote_id": "5"}
        line = self.env["integration.product.mapping"].create(
            {**values, "product_id": self.product.id, "factor": 12}
        )
        unit = self.env["integration.value.mapping"].create(
            {**values, "kind": "unit", "res_id": self.product.uom_id.id}
        )
        self.flow.cursor = "2026"
        [job, done] = self.enqueue(1, 2)
        done.state = "done"
        with self.assertRaisesRegex(UserError, "Pause"):
            self.connector.action_forget_links()
        self.connector.action_pause()
        action = self.connector.action_forget_links()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            wizard.description,
            "External ID: 1\nProduct Mapping: 1\nValue Mapping: 1\n"
            "Waiting jobs, which are cancelled: 1",
        )
        wizard.action_forget()
        self.assertEqual(self.connector.state, "draft")
        self.assertFalse(self.connector._is_linked())
        self.assertEqual((line.state, line.factor), ("unmapped", 1.0))
        self.assertEqual(unit.state, "unmapped")
        self.assertFalse(self.flow.cursor)
        self.assertEqual((job.state, done.state), ("cancelled", "done"))
        self.assertIn("External ID: 1", self.connector.message_ids[0].body)
        self.connector.url = OTHER
        replay = self.env["integration.replay"]
        action = replay._open(done)
        wizard = replay.browse(action["res_id"])
        wizard.mode = "sent"
        with self.assertRaisesRegex(UserError, "before the links"):
            wizard.action_replay()
        wizard.mode = "today"
        wizard.action_replay()

    def test_other_connectors_keep_theirs(self):
        self.link()
        other = self.connector.copy({"name": "ERP South"})
        self.env["integration.external.id"]._bind(
            other, "party", [(self.partner, {"remote_id": "8"})]
        )
        self.connector.action_pause()
        self.connector._forget_links()
        self.assertFalse(self.connector._is_linked())
        self.assertTrue(other._is_linked())

    def test_while_a_call_is_under_way(self):
        self.link()
        self.connector.action_pause()
        self.enqueue(1).state = "running"
        with self.assertRaisesRegex(UserError, "under way"):
            self.connector.action_forget_links()

    def test_administrators_alone(self):
        self.link()
        self.connector.action_pause()
        manager = new_test_user(
            self.env, "manny", "integration_hub.group_integration_manager"
        )
        with self.assertRaises(AccessError):
            self.connector.with_user(manager).action_forget_links()
        wizard = self.env["integration.forget.links"].create(
            {"connector_id": self.connector.id}
        )
        with self.assertRaises(AccessError):
            wizard.with_user(manager).action_forget()

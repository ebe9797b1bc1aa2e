from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    NetworkError,
    ValidationError,
)

from .common import SaleCase
from .fake_erp import FakeClient


class CheckClient(FakeClient):
    """Says of products, taxes and customers what the test wants it to say."""

    problems = []  # of every order
    rates = {}
    faults = []

    def order_check(self, orders):
        self.erp.calls["order_check"] += 1
        if self.faults:
            raise self.faults[0]
        return [
            {"problems": list(self.problems), "rates": dict(self.rates)}
            for _order in orders
        ]


class CheckCase(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(
            patch.object(
                cls.registry["integration.connector"],
                "_fake_get_client_class",
                lambda self: CheckClient,
            )
        )
        cls.check_flow = cls.connector._get_flow("order_check")

    def setUp(self):
        super().setUp()
        for name, value in (("problems", []), ("rates", {}), ("faults", [])):
            self.startPatcher(patch.object(CheckClient, name, value))

    def check(self, lead, user=None):
        lead.with_user(user or self.salesperson).action_check_with_erp()
        self.run_lane()
        return self.get_shown(lead, user)

    def get_shown(self, lead, user=None):
        """What the browser of the salesperson gets of the one connector."""
        lead = lead.with_user(user or self.salesperson)
        lead.invalidate_recordset()
        [shown] = lead.integration_check["checks"]
        return shown

    def get_texts(self, shown, *severities):
        return [
            finding["text"]
            for finding in shown["findings"]
            if finding["severity"] in severities
        ]


@tagged("post_install", "-at_install")
class TestOrderCheck(CheckCase):
    """What could hold up an order is known before the deal is won."""

    def test_nothing_in_the_way(self):
        lead = self.make_lead([(self.product, 2)])
        self.assertTrue(lead.can_check_with_erp)
        shown = self.check(lead)
        self.assertEqual((shown["state"], shown["system"]), ("done", "ERP North"))
        self.assertEqual(self.get_texts(shown, "blocking", "warning"), [])
        [note] = self.get_texts(shown, "note")
        self.assertIn("is created there", note)
        self.assertEqual(self.erp.orders, {}, "only looked")
        # and so it goes
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_not_in_the_request(self):
        lead = self.make_lead([(self.product, 2)])
        lead.with_user(self.salesperson).action_check_with_erp()
        lead.with_user(self.salesperson).action_check_with_erp()
        self.assertEqual(self.erp.calls["order_check"], 0)
        self.assertEqual(self.get_shown(lead)["state"], "waiting")
        jobs = self.env["integration.job"].search(
            [("flow_id", "=", self.check_flow.id)]
        )
        self.assertEqual(len(jobs), 1)
        self.assertEqual(jobs.priority, 1)

    def test_many_at_once(self):
        leads = [self.make_lead([(self.product, 2)]) for _number in range(5)]
        for lead in leads:
            lead.action_check_with_erp()
        self.run_lane()
        self.assertEqual(self.erp.calls["order_check"], 1)
        self.assertEqual({self.get_shown(lead)["state"] for lead in leads}, {"done"})

    # -- mappings ---------------------------------------------------------------------

    def test_product_not_mapped(self):
        lamp = self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)
        lead = self.make_lead([(self.product, 2), (lamp, 1)])
        shown = self.check(lead)
        [text] = self.get_texts(shown, "blocking")
        self.assertIn("Lamp", text)
        self.assertNotIn("Chair", text)
        # mapping takes somebody's rights: it is said whose
        self.assertEqual(shown["findings"][0]["label"], "")
        self.assertEqual(shown["findings"][0]["asked"], "Mats Steward")
        shown = self.get_shown(lead, self.steward)
        self.assertEqual(shown["findings"][0]["label"], "Map")
        action = lead.with_user(self.steward).action_fix_finding(shown["id"], 0)
        mapping = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(mapping.product_id, lamp)
        mapping.write({"remote_id": "P-LAMP", "state": "mapped"})
        self.assertEqual(self.get_texts(self.check(lead), "blocking"), [])
        with self.assertRaises(AccessError):
            self.check_with_wrong_rights(lead, lamp)

    def check_with_wrong_rights(self, lead, product):
        self.env["integration.product.mapping"].search(
            [("product_id", "=", product.id)]
        ).action_clear()
        shown = self.check(lead)
        lead.with_user(self.salesperson).action_fix_finding(shown["id"], 0)

    def test_tax(self):
        other = self.tax.copy({"name": "Unknown 7%", "amount": 7.0})
        lead = self.make_lead([(self.product, 2)])
        lead.lead_line_ids.tax_ids = other
        [text] = self.get_texts(self.check(lead), "blocking")
        self.assertIn("Unknown 7%", text)
        lead.lead_line_ids.tax_ids = self.tax
        CheckClient.rates["20"] = "19"
        shown = self.check(lead)
        self.assertEqual(self.get_texts(shown, "blocking"), [])
        [text] = self.get_texts(shown, "warning")
        self.assertIn("19 %", text)
        CheckClient.rates["20"] = "20.0"
        self.assertEqual(self.get_texts(self.check(lead), "warning"), [])

    def test_gone_over_there(self):
        CheckClient.problems.append(
            {
                "kind": "product",
                "key": str(self.product.id),
                "text": "Chair is archived in the ERP.",
            }
        )
        lead = self.make_lead([(self.product, 2)])
        shown = self.check(lead, self.steward)
        self.assertEqual(
            self.get_texts(shown, "blocking"), ["Chair is archived in the ERP."]
        )
        action = lead.with_user(self.steward).action_fix_finding(shown["id"], 0)
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]).product_id,
            self.product,
        )

    # -- customer ---------------------------------------------------------------------

    def test_customer_is_there(self):
        self.erp.add_party("Brown Limited", vat=self.partner.vat)
        [note] = self.get_texts(self.check(self.make_lead([(self.product, 2)])), "note")
        self.assertIn("Brown Limited", note)

    def test_customer_could_be_several(self):
        for name in ("Brown A", "Brown B"):
            self.erp.add_party(name, vat=self.partner.vat)
        lead = self.make_lead([(self.product, 2)])
        [text] = self.get_texts(self.check(lead), "warning")
        self.assertIn("Brown A", text)
        self.assertIn("Brown B", text)
        shown = self.get_shown(lead)
        self.assertEqual(shown["findings"][0]["label"], "Choose")
        lead = lead.with_user(self.salesperson)
        action = lead.action_fix_finding(shown["id"], 0)
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .browse(action["res_id"])
        )
        self.assertEqual(wizard.line_ids.mapped("name"), ["Brown A", "Brown B"])
        wizard.line_ids[1].action_choose()
        self.run_lane()
        self.assertEqual(self.get_texts(self.get_shown(lead), "warning"), [])
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        [order] = self.erp.orders.values()
        self.assertEqual(order["request"]["party_id"], wizard.line_ids[1].remote_id)

    def test_customer_that_is_another_here(self):
        """What was offered was linked to somebody else in the meantime."""
        remote_id = self.erp.add_party("Brown A", vat=self.partner.vat)
        self.erp.add_party("Brown B", vat=self.partner.vat)
        lead = self.make_lead([(self.product, 2)])
        shown = self.check(lead)
        action = lead.action_fix_finding(shown["id"], 0)
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        other = self.env["res.partner"].create({"name": "Brown the Other"})
        self.env["integration.external.id"]._bind(
            self.connector, "party", [(other, {"remote_id": remote_id})]
        )
        line = wizard.line_ids.filtered(lambda line: line.remote_id == remote_id)
        with self.assertRaisesRegex(UserError, "Brown the Other"):
            line.action_choose()
        # nor does it help to send another number
        line.remote_id = "1"
        with self.assertRaises(UserError):
            line.action_choose()

    def test_no_customer(self):
        lead = self.make_lead([(self.product, 2)], partner_id=False)
        [text] = self.get_texts(self.check(lead), "blocking")
        self.assertIn("No customer", text)
        lead.partner_name = "Green Ltd"
        shown = self.check(lead)
        self.assertEqual(self.get_texts(shown, "blocking"), [])
        self.assertTrue(self.get_texts(shown, "note"))

    def test_address(self):
        self.partner.write({"street": False, "country_id": False})
        lead = self.make_lead([(self.product, 2)])
        shown = self.check(lead)
        [text] = self.get_texts(shown, "warning")
        self.assertIn("Street", text)
        self.assertIn("Country", text)
        action = lead.with_user(self.salesperson).action_fix_finding(
            shown["id"],
            next(f["index"] for f in shown["findings"] if f["label"] == "Open"),
        )
        self.assertEqual(action["res_id"], self.partner.id)

    # -- content ----------------------------------------------------------------------

    def test_nothing_to_send(self):
        [text] = self.get_texts(self.check(self.make_lead()), "blocking")
        self.assertIn("nothing to send", text)

    def test_several_quotations(self):
        lead = self.make_lead()
        first, second = (
            self.make_order(lead, [(self.product, 1)]) for _number in range(2)
        )
        shown = self.check(lead)
        self.assertEqual(shown["findings"][0]["label"], "Choose")
        action = lead.with_user(self.salesperson).action_fix_finding(shown["id"], 0)
        self.assertEqual(action["res_model"], "integration.choose.quotation")
        lead.erp_quotation_id = second
        self.assertEqual(self.get_texts(self.check(lead), "blocking"), [])
        for order in (first, second):
            order = order.with_user(self.salesperson)
            self.assertEqual(order.integration_check["lead_id"], lead.id)
            order.action_check_with_erp()

    def test_changed_since(self):
        lead = self.make_lead([(self.product, 2)])
        self.assertEqual(self.check(lead)["state"], "done")
        lead.lead_line_ids.quantity = 3
        self.assertEqual(self.get_shown(lead)["state"], "outdated")
        lead.lead_line_ids.quantity = 2
        self.assertEqual(self.get_shown(lead)["state"], "done")

    # -- faults -----------------------------------------------------------------------

    def test_network_failure(self):
        CheckClient.faults.append(NetworkError("down"))
        lead = self.make_lead([(self.product, 2)])
        self.assertEqual(self.check(lead)["state"], "waiting")
        CheckClient.faults.clear()
        self.env["integration.job"].search(
            [("flow_id", "=", self.check_flow.id)]
        ).action_retry()
        self.run_lane()
        self.assertEqual(self.get_shown(lead)["state"], "done")

    def test_refused(self):
        CheckClient.faults.append(ValidationError("You may not look at products."))
        lead = self.make_lead([(self.product, 2)])
        shown = self.check(lead)
        self.assertEqual(shown["state"], "failed")
        self.assertIn("may not look", shown["message"])

    def test_wrong_password(self):
        CheckClient.faults.append(AuthenticationError("Wrong password."))
        lead = self.make_lead([(self.product, 2)])
        self.check_flow.won_check_policy = "block"
        lead.with_user(self.salesperson).action_check_with_erp()
        self.run_lane()
        self.assertEqual(self.connector.state, "error")

    # -- who --------------------------------------------------------------------------

    def test_where_there_is_no_button(self):
        lead = self.make_lead([(self.product, 2)])
        self.check_flow.state = "paused"
        lead.invalidate_recordset()
        self.assertFalse(lead.can_check_with_erp)
        with self.assertRaises(UserError):
            lead.action_check_with_erp()
        self.check_flow.state = "running"
        self.win(lead)
        lead.invalidate_recordset()
        self.assertFalse(lead.can_check_with_erp)

    def test_others_deals(self):
        lead = self.make_lead([(self.product, 2)])
        own = self.make_lead([(self.product, 2)])
        check = self.check(lead)
        stranger = new_test_user(
            self.env, "omar", "sales_team.group_sale_salesman", email="o@example.com"
        )
        own.write({"user_id": stranger.id})
        with self.assertRaises(AccessError):
            lead.with_user(stranger).action_check_with_erp()
        with self.assertRaises(UserError):
            own.with_user(stranger).action_fix_finding(check["id"], 0)


@tagged("post_install", "-at_install")
class TestWonCheck(CheckCase):
    """What the Won button does with it."""

    def make_bad_lead(self):
        lamp = self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)
        return self.make_lead([(lamp, 1)]), lamp

    def click_won(self, lead):
        return lead.with_user(self.salesperson).action_set_won_rainbowman()

    def open_dialog(self, lead):
        action = self.click_won(lead)
        self.assertEqual(action["res_model"], "integration.won.check")
        self.assertEqual(lead.won_status, "pending")
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_off(self):
        lead, _lamp = self.make_bad_lead()
        self.click_won(lead)
        self.assertEqual(lead.won_status, "won")

    def test_warn(self):
        self.check_flow.won_check_policy = "warn"
        lead, _lamp = self.make_bad_lead()
        wizard = self.open_dialog(lead).with_user(self.salesperson)
        self.assertFalse(wizard.is_clear or wizard.is_blocked)
        [shown] = wizard.integration_check["checks"]
        self.assertEqual(shown["state"], "local")
        self.assertIn("Lamp", shown["findings"][0]["text"])
        self.assertEqual(self.erp.calls["order_check"], 0)
        wizard.action_win()
        self.assertEqual(lead.won_status, "won")

    def test_warn_where_all_is_well(self):
        self.check_flow.won_check_policy = "warn"
        lead = self.make_lead([(self.product, 2)])
        self.click_won(lead)
        self.assertEqual(lead.won_status, "won")

    def test_warn_of_what_the_erp_said(self):
        self.check_flow.won_check_policy = "warn"
        CheckClient.problems.append(
            {"kind": "customer", "key": "1", "text": "Brown is archived there."}
        )
        lead = self.make_lead([(self.product, 2)])
        self.check(lead)
        wizard = self.open_dialog(lead)
        [shown] = wizard.integration_check["checks"]
        self.assertEqual(shown["state"], "done")
        # changed since: what was said of another order says nothing of this one
        lead.lead_line_ids.quantity = 5
        self.click_won(lead)
        self.assertEqual(lead.won_status, "won")

    def test_block(self):
        self.check_flow.won_check_policy = "block"
        lead, lamp = self.make_bad_lead()
        wizard = self.open_dialog(lead).with_user(self.salesperson)
        self.assertTrue(wizard.is_blocked)
        with self.assertRaises(UserError):
            wizard.action_win()
        # dragged to another column, imported, won by a program
        with self.assertRaisesRegex(UserError, "Check with ERP"):
            lead.with_user(self.salesperson).stage_id = self.won_stage
        # what was refused is gone, as at the end of a request
        self.env.transaction.clear()
        self.env["integration.product.mapping"].search(
            [("product_id", "=", lamp.id)]
        ).write({"remote_id": "P-LAMP", "state": "mapped"})
        wizard.action_check()
        self.run_lane()
        wizard.invalidate_recordset()
        self.assertTrue(wizard.is_clear)
        wizard.action_win()
        self.assertEqual(lead.won_status, "won")
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")

    def test_block_changed_after_the_check(self):
        self.check_flow.won_check_policy = "block"
        lead = self.make_lead([(self.product, 2)])
        self.check(lead)
        lead.lead_line_ids.quantity = 3
        with self.assertRaises(UserError):
            lead.action_set_won()
        lead.invalidate_recordset()
        self.check(lead)
        lead.action_set_won()
        self.assertEqual(lead.won_status, "won")

    def test_block_lets_others_pass(self):
        """A deal no connector would get needs no check."""
        self.check_flow.won_check_policy = "block"
        self.flow.filter_domain = "[('name', 'like', 'north')]"
        lead = self.make_lead([(self.product, 2)])
        self.click_won(lead)
        self.assertEqual(lead.won_status, "won")

    def test_quotation_is_checked(self):
        self.check_flow.won_check_policy = "block"
        lead = self.make_lead()
        order = self.make_order(lead, [(self.product, 2)])
        self.check(lead)
        order.order_line = [
            Command.create({"product_id": self.product_two.id, "product_uom_qty": 1})
        ]
        with self.assertRaises(UserError):
            lead.action_set_won()
        lead.invalidate_recordset()
        self.check(lead)
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.integration_hub.client import (
    AuthenticationError,
    NetworkError,
    ValidationError,
)

from .order_check_case import CheckCase, CheckClient


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
            next(f["index"] for f in shown["findings"] if f["label"] == "Open It"),
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

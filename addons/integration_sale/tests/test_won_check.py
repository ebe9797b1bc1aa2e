from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .order_check_case import CheckCase, CheckClient


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

    # -- what has changed since ---------------------------------------------------------

    def make_checked(self, product=None):
        """A deal the ERP has nothing against, under a flow that insists on that."""
        self.check_flow.won_check_policy = "block"
        lead = self.make_lead([(product or self.product, 2)])
        self.assertEqual(self.check(lead)["state"], "done")
        return lead

    def let_pass(self, lead, hours):
        """So much time, since the check."""
        check = lead._get_checks(self.check_flow)
        check.checked_at -= timedelta(hours=hours)

    def assert_refused(self, lead, word=""):
        """:param str word: what the dialog of the button says of the reason"""
        wizard = self.open_dialog(lead)
        self.assertTrue(wizard.is_blocked)
        [shown] = wizard.integration_check["checks"]
        self.assertIn(word, " ".join(self.get_texts(shown, "blocking")))
        with self.assertRaisesRegex(UserError, "Check with ERP"):
            lead.with_user(self.salesperson).action_set_won()
        self.env.transaction.clear()
        return shown

    def assert_won(self, lead):
        lead.with_user(self.salesperson).action_set_won()
        self.assertEqual(lead.won_status, "won")

    def test_check_of_long_ago(self):
        self.assertEqual(self.check_flow.won_check_hours, 24)
        lead = self.make_checked()
        self.let_pass(lead, 23)
        self.assertEqual(self.get_shown(lead)["state"], "done")
        self.assertTrue(lead._is_check_passed(self.check_flow))
        self.let_pass(lead, 2)
        shown = self.assert_refused(lead)
        self.assertEqual((shown["state"], shown["is_old"]), ("outdated", True))
        self.check(lead)
        self.assert_won(lead)

    def test_check_of_any_age(self):
        lead = self.make_checked()
        self.let_pass(lead, 24 * 365)
        self.assertFalse(lead._is_check_passed(self.check_flow))
        self.check_flow.won_check_hours = 0
        self.assertEqual(self.get_shown(lead)["state"], "done")
        self.assert_won(lead)

    def test_old_warnings_are_still_shown(self):
        """What the ERP had against it yesterday is no worse than nothing known."""
        self.check_flow.won_check_policy = "warn"
        CheckClient.problems.append(
            {"kind": "customer", "key": "1", "text": "Brown is archived there."}
        )
        lead = self.make_lead([(self.product, 2)])
        self.check(lead)
        self.let_pass(lead, 48)
        [shown] = self.open_dialog(lead).integration_check["checks"]
        self.assertTrue(shown["is_old"])
        self.assertIn("Brown", shown["findings"][0]["text"])

    def test_mapping_removed_since(self):
        lead = self.make_checked()
        mapping = self.env["integration.product.mapping"].search(
            [("product_id", "=", self.product.id)]
        )
        mapping.action_clear()
        self.assert_refused(lead, "Chair")
        self.assertEqual(self.erp.calls["order_check"], 1, "nobody was asked again")
        mapping.write({"remote_id": "P-CHAIR", "state": "mapped"})
        self.assert_won(lead)

    def test_tax_mapping_removed_since(self):
        lead = self.make_checked()
        self.env["integration.value.mapping"].search(
            [("kind", "=", "tax"), ("connector_id", "=", self.connector.id)]
        ).action_clear()
        self.env["integration.remote.value"].search(
            [("kind", "=", "tax"), ("connector_id", "=", self.connector.id)]
        ).unlink()
        self.assert_refused(lead, self.tax.name)

    def offer(self, **values):
        """The ERP's list of products is read."""
        self.env["integration.remote.value"]._replace(
            self.connector,
            "product",
            [{"remote_id": "P-CHAIR", "code": "CHAIR", "name": "Chair", **values}],
        )

    def test_product_archived_there_since(self):
        self.offer()
        lead = self.make_checked()
        self.offer(active=False)
        # the list was read after the ERP was asked
        self.let_pass(lead, 1)
        self.assert_refused(lead, "no longer offers: [CHAIR] Chair")
        # given back there, which the ERP says and its list does not yet
        values = self.env["integration.remote.value"].with_context(active_test=False)
        values = values.search([("remote_id", "=", "P-CHAIR")])
        self.env.cr.execute(
            "UPDATE integration_remote_value SET write_date = %s WHERE id = ANY(%s)",
            (self.env.cr.now() - timedelta(minutes=1), values.ids),
        )
        values.invalidate_recordset()
        self.check(lead)
        self.assert_won(lead)

    def test_product_archived_here_since(self):
        lead = self.make_checked()
        self.product.active = False
        [text] = self.get_texts(self.check(lead), "warning")
        self.assertIn("Chair is archived here", text)
        self.assert_won(lead)

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

    def test_block_on_import(self):
        """However many are won at once, checked or not, for the same number of queries."""
        self.check_flow.won_check_policy = "block"

        def count(is_checked):
            counts = []
            for size in (3, 30):
                leads = self.env["crm.lead"].union(
                    *(self.make_lead([(self.product, 2)]) for _each in range(size))
                )
                if is_checked:
                    for lead in leads:
                        lead.action_check_with_erp()
                    self.run_lane()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                unchecked = leads.sudo()._find_unchecked()
                counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual(len(unchecked), 0 if is_checked else size)
            return counts

        for is_checked in (False, True):
            with self.subTest(is_checked=is_checked):
                few, many = count(is_checked)
                self.assertEqual(few, many)
        with self.assertRaisesRegex(UserError, "Check with ERP"):
            self.env["crm.lead"].create(
                {
                    "name": "Imported",
                    "type": "opportunity",
                    "partner_id": self.partner.id,
                    "stage_id": self.won_stage.id,
                    "company_id": self.company.id,
                }
            )

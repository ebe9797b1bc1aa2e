from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .order_check_case import CheckCase


@tagged("post_install", "-at_install")
class TestConfirmed(CheckCase):
    """A quotation is confirmed while its opportunity is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = new_test_user(
            cls.env,
            "omar",
            "sales_team.group_sale_salesman",
            name="Omar Other",
            email="omar@example.com",
        )

    def make_confirmed(self, lines=None, **values):
        lead = self.make_lead(**values)
        order = self.make_order(lead, lines)
        order.with_user(self.salesperson).action_confirm()
        return lead, order

    def win_by_confirming(self):
        self.company.win_on_confirmation = True

    def get_standing(self, record, user=None):
        record = record.with_user(user or self.salesperson)
        record.invalidate_recordset()
        return record.is_won_awaited, record.can_mark_won, record.won_obstacle

    def get_dialog(self, order):
        action = order.with_user(self.salesperson).action_mark_won()
        self.assertEqual(action["res_model"], "integration.won.check")
        return self.env[action["res_model"]].browse(action["res_id"])

    # -- said -------------------------------------------------------------------------

    def test_said_on_both_and_mended(self):
        lead, order = self.make_confirmed()
        self.run_lane()
        self.assertEqual(lead.won_status, "pending")
        self.assertFalse(self.get_jobs(lead))
        for record in (lead, order):
            self.assertEqual(self.get_standing(record), (True, True, False))
        order.with_user(self.salesperson).action_mark_won()
        self.run_lane()
        self.assertEqual(lead.won_status, "won")
        self.assertEqual(order.integration_status, "in_erp")
        for record in (lead, order):
            self.assertEqual(self.get_standing(record), (False, False, False))
        # another click of somebody whose page is older
        action = order.with_user(self.salesperson).action_mark_won()
        self.assertEqual(action["tag"], "soft_reload")

    def test_nothing_to_say(self):
        quoted = self.make_order(self.make_lead())
        self.assertFalse(self.get_standing(quoted)[0])
        self.assertFalse(self.get_standing(quoted.opportunity_id)[0])
        without = self.make_order(self.make_lead(), opportunity_id=False)
        without.action_confirm()
        self.assertFalse(self.get_standing(without)[0])
        _lead, order = self.make_confirmed()
        self.flow.filter_domain = "[('name', 'like', 'north')]"
        self.assertFalse(self.get_standing(order)[0], "it is not sent when won")
        self.flow.filter_domain = False
        self.assertTrue(self.get_standing(order)[0])
        self.connector.state = "paused"
        self.assertTrue(self.get_standing(order)[0], "it is collected")
        self.connector.active = False
        self.assertFalse(self.get_standing(order)[0])

    def test_cancelled_again(self):
        lead, order = self.make_confirmed()
        order._action_cancel()
        for record in (lead, order):
            self.assertFalse(self.get_standing(record)[0])

    def test_lost(self):
        lead, order = self.make_confirmed()
        lead.action_set_lost()
        for record in (lead, order):
            is_awaited, can_mark, why = self.get_standing(record)
            self.assertTrue(is_awaited)
            self.assertFalse(can_mark)
            self.assertIn("restore it", why)

    def test_further_order_of_a_reopened_deal(self):
        """The opportunity says itself that its order stands over there."""
        lead, order = self.make_confirmed()
        self.push(lead)
        lead.stage_id = self.env["crm.stage"].search([("is_won", "=", False)], limit=1)
        lead.probability = 50
        further = self.make_order(lead)
        further.action_confirm()
        self.assertFalse(self.get_standing(order)[0])
        self.assertTrue(self.get_standing(further)[0])
        self.assertFalse(self.get_standing(lead)[0])

    def test_somebody_elses_opportunity(self):
        lead, order = self.make_confirmed()
        order.user_id = self.stranger
        self.assertFalse(lead.with_user(self.stranger).has_access("write"))
        is_awaited, can_mark, why = self.get_standing(order, self.stranger)
        self.assertTrue(is_awaited)
        self.assertFalse(can_mark)
        self.assertIn("Anna Seller", why)

    def test_found_by_the_filter(self):
        _lead, order = self.make_confirmed()
        won, sent = self.make_confirmed()
        self.push(won)
        arch = self.env["sale.order"].get_view(
            self.env.ref("sale.view_sales_order_filter").id, "search"
        )["arch"]
        self.assertIn("won_awaited", arch)
        domain = [
            ("state", "=", "sale"),
            ("integration_status", "in", ("none", False)),
            ("opportunity_id.won_status", "in", ("pending", "lost")),
        ]
        found = self.env["sale.order"].with_user(self.salesperson).search(domain)
        self.assertIn(order, found)
        self.assertNotIn(sent, found)

    def test_same_number_of_queries(self):
        def count(size):
            orders = self.env["sale.order"].union(
                *(self.make_confirmed()[1] for _each in range(size))
            )
            counts = []
            leads = self.env["crm.lead"].browse(orders.opportunity_id.ids)
            for records in (orders, leads):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                records = records.with_user(self.salesperson)
                self.assertEqual(set(records.mapped("is_won_awaited")), {True})
                counts.append(self.env.cr.sql_log_count - before)
            return counts

        count(3)
        few, many = count(3), count(30)
        self.assertEqual(few, many)

    # -- through the Won button's questions ----------------------------------------------

    def make_unmapped(self):
        return self.make_product("Lamp", "LAMP", 10.0, is_mapped=False)

    def map_lamp(self, lamp):
        self.env["integration.product.mapping"].search(
            [("product_id", "=", lamp.id)]
        ).write({"remote_id": "P-LAMP", "state": "mapped"})

    def test_button_obeys_the_check(self):
        for policy in ("warn", "block"):
            with self.subTest(policy=policy):
                self.check_flow.won_check_policy = policy
                lead, order = self.make_confirmed([(self.make_unmapped(), 1)])
                wizard = self.get_dialog(order)
                self.assertEqual(wizard.is_blocked, policy == "block")
                self.assertEqual(lead.won_status, "pending")

    # -- won by confirming --------------------------------------------------------------

    def test_setting_is_off_at_first(self):
        self.assertFalse(
            self.env["res.company"].create({"name": "New"}).win_on_confirmation
        )
        self.assertFalse(self.company.win_on_confirmation)
        values = {"win_on_confirmation": True}
        self.env["res.config.settings"].create(values).execute()
        self.assertTrue(self.company.win_on_confirmation)

    def test_many_confirmed_at_once(self):
        self.win_by_confirming()
        leads = self.env["crm.lead"].union(*(self.make_lead() for _each in range(4)))
        orders = self.env["sale.order"].union(
            *(self.make_order(item) for item in leads)
        )
        orders |= self.make_order(leads[0])
        orders |= self.make_order(leads[0], opportunity_id=False)
        # as from the quotation's form, opened from the opportunity
        context = {"default_user_id": self.stranger.id, "default_name": "No"}
        orders.with_user(self.salesperson).with_context(**context).action_confirm()
        self.assertEqual(set(leads.mapped("won_status")), {"won"})
        self.run_lane()
        self.assertEqual(set(leads.mapped("integration_status")), {"in_erp"})
        self.assertEqual(len(self.erp.orders), 5)

    def test_of_the_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        order = self.make_order(self.make_lead())
        other.win_on_confirmation = True
        order.action_confirm()
        self.assertEqual(order.opportunity_id.won_status, "pending")

    def test_not_what_was_lost_or_imported(self):
        self.win_by_confirming()
        lead = self.make_lead()
        order = self.make_order(lead)
        lead.action_set_lost()
        order.action_confirm()
        self.assertEqual(lead.won_status, "lost")
        imported = self.make_lead()
        self.make_order(imported, state="sale")
        self.assertEqual(imported.won_status, "pending")

    def test_confirmed_by_somebody_without_the_right(self):
        """A colleague, or the customer on the portal."""
        self.win_by_confirming()
        # else Odoo itself would raise it, as whoever confirms
        lead = self.make_lead(expected_revenue=9999)
        order = self.make_order(lead)
        order.user_id = self.stranger
        order.with_user(self.stranger).action_confirm()
        self.assertEqual(lead.won_status, "won")

    def test_stays_open_where_a_check_is_missing(self):
        self.win_by_confirming()
        self.check_flow.won_check_policy = "block"
        lamp = self.make_unmapped()
        bad, bad_order = self.make_confirmed([(lamp, 1)])
        unchecked, unchecked_order = self.make_confirmed()
        for lead, order, word in (
            (bad, bad_order, "Lamp"),
            (unchecked, unchecked_order, "Not checked with ERP North"),
        ):
            self.assertEqual(lead.won_status, "pending")
            self.assertEqual(order.state, "sale")
            self.assertIn(word, lead.message_ids[0].body)
            for record in (lead, order):
                is_awaited, can_mark, why = self.get_standing(record)
                self.assertTrue(is_awaited and can_mark)
                self.assertIn(word, why)
        self.map_lamp(lamp)
        self.check(bad)
        self.assertEqual(self.get_standing(bad_order), (True, True, False))
        bad_order.with_user(self.salesperson).action_mark_won()
        self.run_lane()
        self.assertEqual(bad_order.integration_status, "in_erp")

    def test_won_where_the_check_was_passed(self):
        self.win_by_confirming()
        self.check_flow.won_check_policy = "block"
        lead = self.make_lead()
        order = self.make_order(lead)
        self.check(lead)
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(lead.won_status, "won")

    def test_stays_open_where_there_is_a_question(self):
        self.win_by_confirming()
        self.check_flow.won_check_policy = "warn"
        lamp = self.make_unmapped()
        orders = self.make_order(self.make_lead(), [(lamp, 1)])
        orders |= self.make_order(self.make_lead())
        orders.with_user(self.salesperson).action_confirm()
        bad, good = orders.opportunity_id.sorted("id")
        self.assertEqual((bad.won_status, good.won_status), ("pending", "won"))
        self.assertIn("Lamp", self.get_standing(orders[0])[2])
        orders[0].order_line = [
            Command.create({"product_id": self.product.id, "product_uom_qty": 1})
        ]
        self.get_dialog(orders[0]).with_user(self.salesperson).action_win()
        self.assertEqual(bad.won_status, "won")

    def test_no_check_no_question(self):
        self.win_by_confirming()
        lead, _order = self.make_confirmed([(self.make_unmapped(), 1)])
        self.assertEqual(lead.won_status, "won")

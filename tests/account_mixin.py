"""Account figures (ERP-11; requirements §9), the same for each ERP: a clerk sells, invoices
and is paid over there, and the CRM says how the customer stands."""

import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from odoo.addons.integration_hub.client import NetworkError

from .load_steps import LoadSteps
from .order_check_mixin import OrderCheckSteps


class AccountMixin(LoadSteps, OrderCheckSteps):
    @classmethod
    def connect(cls):
        super().connect()
        cls.account_flow = cls.connector._get_flow("account_figures_pull")
        cls.account_flow.next_run = "2099-01-01 00:00:00"

    def make_linked(self, **values):
        # the clerk finds customers by name
        name = values.pop("name", f"Buyer {uuid.uuid4().hex[:6]}")
        customer = self.make_partner(name, **values)
        self.env["integration.handler.customer_push"]._enqueue_new(
            self.connector._get_flow("customer_push"), customer, "test"
        )
        self.run_lane()
        return customer

    def sell_there(self, customer, days_ago=0, quantity=2):
        """Sold and invoiced by a clerk who knows nothing of us."""
        self.give_term(customer)
        order = self.clerk.create_order(customer.name, [("PUMP-200", quantity)])
        self.clerk.confirm(order)
        if self.kind == "tryton":
            self.clerk.ship(order)
        on = fields.Date.today() - timedelta(days=days_ago) if days_ago else None
        [invoice] = self.clerk.invoice(order, on)
        return invoice

    def give_term(self, customer):
        """A payment term, where an invoice without one would be due when it is made."""

    def read_figures(self):
        self.account_flow._enqueue_pull()
        self.run_lane()
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.account_flow.id)], order="id desc", limit=1
        )
        self.assertEqual(job.state, "done", job.error_detail)

    def get_figure(self, customer):
        return self.env["integration.account.figure"].search(
            [("partner_id", "=", customer.id), ("connector_id", "=", self.connector.id)]
        )

    # -- the nine checks, as far as they apply to reading ------------------------------

    def test_1_overdue_is_shown(self):
        customer = self.make_linked()
        self.sell_there(customer, days_ago=70)
        self.read_figures()
        figure = self.get_figure(customer)
        self.assertEqual(figure.currency_id.name, "EUR")
        self.assertGreater(figure.overdue, 0)
        self.assertEqual(figure.receivable, figure.overdue)
        self.assertTrue(figure.read_at)
        lead = self.make_lead([("PUMP-200", 1)], customer)
        order = self.make_order(lead, [("PUMP-200", 1)])
        for record in (customer, lead, order):
            shown = record.with_user(self.salesperson).account_figures_message
            self.assertIn("overdue in ERP", shown)

    def test_1_credit_limit_asks_before_winning(self):
        customer = self.make_linked()
        self.set_limit_there(customer, 100)
        self.assertEqual(self.account_flow.credit_hold_policy, "ask")
        self.read_figures()
        lead = self.make_lead([("PUMP-200", 1)], customer)
        self.assertEqual(self.get_figure(customer).credit_limit, 100)
        self.assertFalse(self.get_figure(customer).is_limit_reached)
        self.sell_there(customer)
        self.read_figures()
        self.assertTrue(self.get_figure(customer).is_limit_reached)
        lead = lead.with_user(self.salesperson)
        self.assertIn("credit limit of", lead.account_figures_message)
        # confirming wins what there is no question about: this is one
        self.company.win_on_confirmation = True
        order = self.make_order(lead, [("PUMP-200", 1)]).with_user(self.salesperson)
        order.action_confirm()
        self.assertEqual(lead.won_status, "pending")
        self.assertTrue(order.is_won_awaited)
        self.assertIn("credit limit of", order.won_obstacle)
        action = order.action_mark_won()
        self.assertEqual(action["res_model"], "integration.credit.hold")
        dialog = self.env[action["res_model"]].with_user(self.salesperson)
        dialog.browse(action["res_id"]).action_win()
        self.run_lane()
        self.assert_status(lead, "in_erp")

    def test_1_credit_limit_is_known_before_won(self):
        """As it is there at this moment: no figures were read since."""
        customer = self.make_linked()
        self.set_limit_there(customer, 100)
        lead = self.make_lead([("PUMP-200", 1)], customer)
        self.assertNotIn(
            "credit limit", " ".join(self.get_texts(self.check(lead), "warning"))
        )
        self.sell_there(customer)
        shown = self.check(lead)
        self.assertIn("credit limit of", " ".join(self.get_texts(shown, "warning")))
        action = lead.with_user(self.salesperson).action_fix_finding(
            shown["id"], self.get_fix(shown, "Show")
        )
        self.assertEqual(action["res_model"], "integration.account.figure")

    def test_1_looked_at_before_it_is_read(self):
        """Customer by customer, and what is owed in all."""
        customer = self.make_linked()
        invoice = self.sell_there(customer, days_ago=70)
        self.read_figures()
        owed = self.get_figure(customer).receivable
        self.clerk.pay(invoice, 100)
        new = self.make_linked()
        total = self.get_total_there(self.sell_there(new, quantity=1))
        load = self.check_load(self.account_flow, "integration_account_figure")
        line = self.get_line(load, customer)
        self.assertEqual(line.outcome, "change")
        self.assertIn("Receivable: ", line.detail)
        self.assertEqual(self.get_line(load, new).outcome, "create")
        euro = self.env.ref("base.EUR")
        self.assertEqual(
            self.get_totals(load),
            {
                ("To Create", "EUR"): euro.format(total),
                ("To Change", "EUR"): euro.format(owed - 100),
            },
        )
        self.do_load(load)
        self.assertAlmostEqual(self.get_figure(customer).receivable, owed - 100, 2)
        self.assertAlmostEqual(self.get_figure(new).receivable, total, 2)
        load = self.check_load(self.account_flow, "integration_account_figure")
        self.assertEqual((load.same_count, load.change_count), (2, 0))

    def test_2_paid_and_nothing_to_say(self):
        customer = self.make_linked()
        invoice = self.sell_there(customer, days_ago=70)
        self.read_figures()
        total = self.get_figure(customer).receivable
        self.clerk.pay(invoice, 100)
        self.read_figures()
        self.assertAlmostEqual(self.get_figure(customer).receivable, total - 100, 2)
        self.clerk.pay(invoice)
        self.read_figures()
        self.assertFalse(self.get_figure(customer).receivable)
        self.assertFalse(customer.account_figures_message)

    def test_2_not_due_yet_is_no_banner(self):
        customer = self.make_linked()
        self.sell_there(customer)
        self.read_figures()
        figure = self.get_figure(customer)
        self.assertGreater(figure.receivable, 0)
        self.assertFalse(figure.message and "overdue" in figure.message)

    def test_2_on_demand(self):
        customer = self.make_linked()
        self.sell_there(customer, days_ago=70)
        lead = self.make_lead([("PUMP-200", 1)], customer)
        lead.with_user(self.salesperson).action_read_account_figures()
        self.run_lane()
        self.assertGreater(self.get_figure(customer).overdue, 0)

    def test_2_credit_note(self):
        customer = self.make_linked()
        invoice = self.sell_there(customer, days_ago=70)
        self.clerk.credit(invoice)
        self.read_figures()
        self.assertFalse(self.get_figure(customer).overdue)

    def test_3_archived_and_gone(self):
        """Who is archived there still owes; who is gone owes nothing we know of."""
        customer = self.make_linked()
        self.sell_there(customer, days_ago=70)
        self.archive_there(customer)
        self.read_figures()
        self.assertGreater(self.get_figure(customer).overdue, 0)
        link = self.env["integration.external.id"]._find(
            self.connector, "party", customer
        )
        link.remote_id = "99999999"
        self.read_figures()
        self.assertFalse(self.get_figure(customer))
        self.assertFalse(customer.account_figures_message)

    def test_4_merged_here(self):
        """Two of ours become one: one set of figures, of the counterpart that stays."""
        first, second = self.make_linked(), self.make_linked()
        self.sell_there(first, days_ago=70, quantity=1)
        self.sell_there(second, days_ago=70, quantity=3)
        self.read_figures()
        receivable = self.get_figure(first).receivable
        self.assertLess(receivable, self.get_figure(second).receivable)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (first | second).ids, first
        )
        self.read_figures()
        figure = self.get_figure(first)
        self.assertEqual(len(figure), 1)
        self.assertEqual(figure.receivable, receivable)

    def test_5_asked_for_twice_at_once(self):
        """A person asks while the scheduled run reads: one answer, the ERP's."""
        customer = self.make_linked()
        self.sell_there(customer, days_ago=70)
        customer.action_read_account_figures()
        customer.action_read_account_figures()
        self.read_figures()
        figure = self.get_figure(customer)
        self.assertEqual(len(figure), 1)
        self.assertGreater(figure.overdue, 0)
        with self.assertRaises(AccessError):
            figure.with_user(self.salesperson).overdue = 0

    def test_6_recovery(self):
        customer = self.make_linked()
        self.sell_there(customer, days_ago=70)
        self.cut_off()
        self.account_flow._enqueue_pull()
        self.run_lane()
        job = self.env["integration.job"].search(
            [("flow_id", "=", self.account_flow.id)], order="id desc", limit=1
        )
        self.assertEqual((job.state, job.error_kind), ("retrying", NetworkError.kind))
        self.assertFalse(self.get_figure(customer))
        self.connector.url = self.erp["url"]
        job.action_retry()
        self.run_lane()
        self.assertEqual(job.state, "done")
        self.assertGreater(self.get_figure(customer).overdue, 0)

    def test_8_cents_and_special_characters(self):
        customer = self.make_linked(
            name=f"Großhändler “Ñandú” <№ 1> & Söhne, Łódź {uuid.uuid4().hex[:6]}"
        )
        invoice = self.sell_there(customer, days_ago=70, quantity=3)
        total = self.get_total_there(invoice)
        self.read_figures()
        self.assertAlmostEqual(self.get_figure(customer).overdue, total, 2)
        self.clerk.pay(invoice, 0.01)
        self.read_figures()
        self.assertAlmostEqual(self.get_figure(customer).overdue, total - 0.01, 2)
        self.assertAlmostEqual(self.get_figure(customer).receivable, total - 0.01, 2)

    def test_7_few_calls(self):
        customers = self.env["res.partner"].union(
            *(self.make_partner(f"Many {number}") for number in range(15))
        )
        self.env["integration.handler.customer_push"]._enqueue_new(
            self.connector._get_flow("customer_push"), customers, "test"
        )
        self.run_lane()
        self.account_flow.batch_size = 5
        before = self.env["integration.exchange"].search_count([])
        self.read_figures()
        calls = self.env["integration.exchange"].search_count([]) - before
        self.assertLess(calls, 4 * 5 + 10)
        self.assertEqual(
            self.env["integration.account.figure"].search_count(
                [("partner_id", "in", customers.ids)]
            ),
            15,
        )

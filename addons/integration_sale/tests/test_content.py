from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestContent(SaleCase):
    """What is sent, and when."""

    def get_keys(self, lead):
        return [
            job.idempotency_key.split("-", 2)[2]
            for job in self.get_jobs(lead)
            if job.state != "cancelled"
        ]

    # -- every way of winning ---------------------------------------------------------

    def test_button(self):
        lead = self.make_lead([(self.product, 1)])
        lead.with_user(self.salesperson).action_set_won_rainbowman()
        self.assertEqual(self.get_keys(lead), [f"OPP{lead.id}"])
        self.assertEqual(lead.integration_status, "waiting")

    def test_kanban(self):
        lead = self.make_lead([(self.product, 1)])
        lead.with_user(self.salesperson).write({"stage_id": self.won_stage.id})
        self.assertEqual(self.get_keys(lead), [f"OPP{lead.id}"])

    def test_created_won(self):
        lead = self.make_lead([(self.product, 1)], stage_id=self.won_stage.id)
        self.assertEqual(self.get_keys(lead), [f"OPP{lead.id}"])

    def test_import(self):
        result = (
            self.env["crm.lead"]
            .with_context(import_file=True)
            .load(
                [
                    "name",
                    "partner_id/.id",
                    "stage_id/.id",
                    "lead_line_ids/product_id/.id",
                    "lead_line_ids/quantity",
                ],
                [
                    ["One", self.partner.id, self.won_stage.id, self.product.id, 2],
                    ["", "", "", self.product_two.id, 1],
                    ["Two", self.partner.id, self.won_stage.id, self.product.id, 1],
                ],
            )
        )
        self.assertFalse(result["messages"])
        leads = self.env["crm.lead"].browse(result["ids"])
        payloads = [self.get_payloads(lead)[0] for lead in leads]
        self.assertEqual([len(payload["lines"]) for payload in payloads], [2, 1])

    def test_many_at_once(self):
        leads = self.env["crm.lead"].union(
            *(self.make_lead([(self.product, 1)]) for _index in range(3))
        )
        leads.write({"stage_id": self.won_stage.id})
        self.assertEqual(
            [self.get_keys(lead) for lead in leads],
            [[f"OPP{lead.id}"] for lead in leads],
        )

    # -- where to ---------------------------------------------------------------------

    def test_paused_connector_collects(self):
        self.connector.state = "paused"
        lead = self.make_lead([(self.product, 1)])
        self.push(lead)
        self.assertEqual(self.get_jobs(lead).state, "waiting")
        self.connector.state = "running"
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")

    def test_other_connectors_get_nothing(self):
        lead = self.make_lead([(self.product, 1)])
        self.connector.state = "tested"
        self.win(lead)
        self.assertFalse(self.get_jobs(lead))
        self.assertEqual(lead.integration_status, "none")

    def test_filter(self):
        self.flow.filter_domain = "[('priority', '=', '3')]"
        leads = self.make_lead([(self.product, 1)]) | self.make_lead(
            [(self.product, 1)], priority="3"
        )
        self.win(leads)
        self.assertFalse(self.get_jobs(leads[0]))
        self.assertTrue(self.get_jobs(leads[1]))

    def test_filter_that_can_not_be_read(self):
        for domain in ("[('nonsense', '=', 1)]", "[(", "uid"):
            with self.subTest(domain=domain), self.assertRaises(ValidationError):
                self.flow.filter_domain = domain

    def test_other_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.connector.company_id = company
        lead = self.make_lead([(self.product, 1)])
        self.win(lead)
        self.assertFalse(self.get_jobs(lead))

    # -- what -------------------------------------------------------------------------

    def test_confirmed_order_first(self):
        lead = self.make_lead([(self.product, 9)])
        self.make_order(lead)
        confirmed = self.make_order(lead)
        confirmed.action_confirm()
        self.win(lead)
        self.assertEqual(self.get_keys(lead), [f"SO{confirmed.id}"])
        self.assertEqual(confirmed.integration_status, "waiting")

    def test_one_open_quotation(self):
        lead = self.make_lead([(self.product, 9)])
        quotation = self.make_order(lead)
        self.make_order(lead).action_cancel()
        self.win(lead)
        self.assertEqual(self.get_keys(lead), [f"SO{quotation.id}"])

    def test_nothing_to_send(self):
        lead = self.make_lead()
        self.push(lead)
        self.assertFalse(self.get_jobs(lead))
        self.assertFalse(self.erp.orders)
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(lead.integration_fix, "send")
        activity = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("nothing to send", activity.note)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            lead.action_fix_integration()
        # as soon as there are products it goes on by itself
        lead.lead_line_ids = [Command.create({"product_id": self.product.id})]
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_empty_quotation_is_nothing(self):
        lead = self.make_lead()
        self.make_order(lead, lines=[(self.product, 0)])
        self.win(lead)
        self.assertEqual(lead.integration_issue, "nothing")

    # -- several open quotations ------------------------------------------------------

    def open_dialog(self, action):
        self.assertEqual(action["res_model"], "integration.choose.quotation")
        return (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .browse(action["res_id"])
        )

    def test_won_button_asks_which(self):
        lead = self.make_lead()
        quotations = self.make_order(lead) | self.make_order(lead)
        action = lead.with_user(self.salesperson).action_set_won_rainbowman()
        self.assertEqual(lead.won_status, "pending")
        dialog = self.open_dialog(action)
        self.assertEqual(dialog.line_ids.sale_order_id, quotations)
        dialog.line_ids.filtered(
            lambda line: line.sale_order_id == quotations[0]
        ).action_choose()
        self.assertEqual(lead.won_status, "won")
        self.assertEqual(self.get_keys(lead), [f"SO{quotations[0].id}"])

    def test_none_of_them(self):
        lead = self.make_lead()
        self.make_order(lead)
        self.make_order(lead)
        action = lead.with_user(self.salesperson).action_set_won_rainbowman()
        self.open_dialog(action).action_none()
        self.assertEqual(lead.won_status, "won")
        self.assertFalse(self.get_jobs(lead))
        self.assertEqual(lead.integration_status, "none")

    def test_kanban_asks_afterwards(self):
        lead = self.make_lead()
        quotations = self.make_order(lead) | self.make_order(lead)
        lead.write({"stage_id": self.won_stage.id})
        self.assertEqual(lead.integration_status, "attention")
        self.assertEqual(lead.integration_fix, "choose_quotation")
        self.assertEqual(self.get_activities(lead).user_id, self.salesperson)
        action = lead.with_user(self.salesperson).action_fix_integration()
        self.open_dialog(action).line_ids[-1].action_choose()
        self.assertEqual(self.get_keys(lead), [f"SO{quotations[-1].id}"])
        self.assertEqual(lead.integration_status, "waiting")
        self.assertFalse(self.get_activities(lead))

    # -- one order per opportunity ----------------------------------------------------

    def test_per_opportunity_merges(self):
        self.flow.order_grouping = "opportunity"
        lead = self.make_lead()
        orders = self.make_order(lead) | self.make_order(
            lead, [(self.product_two, 1)], client_order_ref="PO 7"
        )
        orders.action_confirm()
        self.push(lead)
        order = self.get_remote_order(lead)
        self.assertEqual(len(self.erp.orders), 1)
        self.assertEqual(
            [line["kind"] for line in order["request"]["lines"]],
            ["section", "product", "section", "product"],
        )
        self.assertEqual(order["request"]["customer_reference"], "PO 7")
        self.assertEqual(lead.erp_order_ids.sale_order_ids, orders)
        self.assertEqual(lead.erp_order_ids.expected_total, 300.0)
        self.assertEqual(orders.mapped("integration_status"), ["in_erp", "in_erp"])

    def test_per_opportunity_says_what_differs(self):
        self.flow.order_grouping = "opportunity"
        lead = self.make_lead()
        orders = self.make_order(lead) | self.make_order(lead)
        other = self.partner.copy({"name": "Elsewhere", "parent_id": self.partner.id})
        orders[1].partner_shipping_id = other
        orders.action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "attention")
        self.assertIn("delivery addresses", lead.integration_message)
        orders[1].partner_shipping_id = orders[0].partner_shipping_id
        lead.action_fix_integration()
        self.run_lane()
        self.assertEqual(lead.integration_status, "in_erp")

    def test_per_quotation_sends_each(self):
        lead = self.make_lead()
        orders = self.make_order(lead) | self.make_order(lead)
        orders.action_confirm()
        self.push(lead)
        self.assertEqual(len(lead.erp_order_ids), 2)
        self.assertEqual(len(orders.erp_order_ids), 2)

    # -- cost -------------------------------------------------------------------------

    def test_batch_costs_no_query_per_record(self):
        with_orders = False

        def count(size):
            partners = self.env["res.partner"].create(
                [
                    {
                        "name": f"Customer {index}",
                        "child_ids": [
                            Command.create({"name": "Site", "type": "delivery"})
                        ],
                    }
                    for index in range(size)
                ]
            )
            products = self.env["product.product"].create(
                [{"name": f"Product {index}"} for index in range(size)]
            )
            leads = self.env["crm.lead"].create(
                [
                    {
                        "name": f"Deal {index}",
                        "type": "opportunity",
                        "partner_id": partners[index].id,
                        "user_id": self.salesperson.id,
                        "company_id": self.company.id,
                        "lead_line_ids": [
                            Command.create(
                                {
                                    "product_id": products[index].id,
                                    "tax_ids": [Command.set(self.tax.ids)],
                                }
                            )
                        ],
                    }
                    for index in range(size)
                ]
            )
            if with_orders:
                orders = self.env["sale.order"].union(
                    *(
                        self.make_order(lead, [(products[index], 1)])
                        for index, lead in enumerate(leads)
                    )
                )
                orders.action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads.write({"stage_id": self.won_stage.id})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def count_extra():
            """Queries that 40 more deals cost."""
            count(2)
            return count(45) - count(5)

        for with_orders in (False, True):
            with self.subTest(with_orders=with_orders):
                self.connector.state = "running"
                extra = count_extra()
                self.connector.state = "draft"
                self.assertLessEqual(extra - count_extra(), 5)

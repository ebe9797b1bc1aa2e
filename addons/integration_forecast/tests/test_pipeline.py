from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import ForecastCase


@tagged("post_install", "-at_install")
class TestPipeline(ForecastCase):
    """What the open opportunities are going to need."""

    def test_by_probability_and_month(self):
        self.make_deal([(self.product, 10), (self.product_two, 3)], 50)
        self.make_deal([(self.product, 5)], 20)
        self.make_deal(
            [(self.product, 8)], 25, day=self.next_month + relativedelta(months=1)
        )
        self.assertEqual(
            self.get_figures(self.product),
            {
                self.next_month: 6.0,
                self.next_month + relativedelta(months=1): 2.0,
            },
        )
        [row] = self.get_rows(self.product).filtered(
            lambda row: row.month == self.next_month
        )
        self.assertEqual((row.deal_count, row.full_quantity), (2, 15))
        self.assertEqual(self.get_figures(self.product_two), {self.next_month: 1.5})

    def test_what_does_not_count(self):
        lost, archived, won, undated, hopeless, later, lead = (
            self.make_deal([(self.product, 10)]) for _number in range(7)
        )
        lost.action_set_lost()
        archived.active = False
        won.action_set_won()
        undated.date_deadline = False
        hopeless.probability = 0
        later.date_deadline = self.this_month + relativedelta(months=12)
        lead.type = "lead"
        self.assertEqual(self.get_figures(self.product), {})
        later.date_deadline -= relativedelta(days=1)
        self.assertEqual(list(self.get_figures(self.product).values()), [5.0])

    def test_overdue_is_this_month(self):
        self.make_deal(
            [(self.product, 10)], day=self.this_month - relativedelta(days=40)
        )
        self.assertEqual(self.get_figures(self.product), {self.this_month: 5.0})

    def test_quotations_before_lines(self):
        deal = self.make_deal([(self.product, 100)])
        self.make_quotation(deal, [])
        self.assertEqual(self.get_figures(self.product), {self.next_month: 50.0})
        first = self.make_quotation(deal, [(self.product, 10)])
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})
        second = self.make_quotation(deal, [(self.product, 20)])
        # alternatives: the newest stands for the deal
        self.assertEqual(self.get_figures(self.product), {self.next_month: 10.0})
        deal.erp_quotation_id = first
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})
        deal.erp_quotation_id = False
        second.action_cancel()
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})

    def test_confirmed_orders_add_up(self):
        deal = self.make_deal()
        for quantity in (4, 6):
            self.make_quotation(deal, [(self.product, quantity)]).action_confirm()
        self.make_quotation(deal, [(self.product, 100)])
        self.assertEqual(deal.won_status, "pending")
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})

    def test_lines_that_are_no_demand(self):
        service = self.make_product("Mounting", "MOUNT", 60.0, type="service")
        deal = self.make_deal([(service, 5)])
        deal.lead_line_ids = [
            Command.create({"display_type": "line_section", "name": "Section"})
        ]
        self.make_quotation(
            self.make_deal(),
            [(self.product, 4), (service, 2)],
        ).order_line = [
            Command.create({"display_type": "line_note", "name": "<b>Note</b> é"}),
            # an optional one that was not chosen
            Command.create({"product_id": self.product_two.id, "product_uom_qty": 0}),
        ]
        self.get_figures(self.product)
        self.assertEqual(self.get_rows().product_id, self.product)

    def test_units(self):
        """In the unit of the product, whatever the line is in."""
        self.product.uom_ids = self.dozen
        deal = self.make_deal([(self.product, 2)])
        deal.lead_line_ids.product_uom_id = self.dozen
        quotation = self.make_quotation(self.make_deal(), [(self.product, 3)])
        quotation.order_line.product_uom_id = self.dozen
        self.assertEqual(self.get_figures(self.product), {self.next_month: 30.0})

    def test_fractions(self):
        for _number in range(3):
            self.make_deal([(self.product, 0.1)], 33.33)
        self.assertEqual(self.get_figures(self.product), {self.next_month: 0.1})

    def test_filter(self):
        self.make_deal([(self.product, 10)], name="Of the north")
        self.make_deal([(self.product, 10)])
        self.forecast_flow.filter_domain = "[('name', 'like', 'north')]"
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})

    def test_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        product = self.product
        self.make_deal([(product, 10)])
        foreign = self.make_deal([(product, 6)])
        foreign.write({"company_id": other.id, "user_id": False, "team_id": False})
        self.assertEqual(self.get_figures(product), {self.next_month: 5.0})
        # nobody's deal is that of its salesperson's company
        free = self.make_deal([(product, 2)], company_id=False, team_id=False)
        self.assertFalse(free.company_id)
        self.assertEqual(self.get_figures(product), {self.next_month: 6.0})

    def test_warehouses(self):
        if "stock.warehouse" not in self.env:
            self.skipTest("Inventory is not installed")
        far = self.env["stock.warehouse"].create(
            {"name": "Far", "code": "FAR", "company_id": self.company.id}
        )
        self.env["integration.value.mapping"].create(
            {
                "connector_id": self.connector.id,
                "kind": "warehouse",
                "res_id": far.id,
                "remote_id": "W7",
                "remote_name": "There",
                "state": "mapped",
            }
        )
        deal = self.make_deal()
        self.make_quotation(deal, [(self.product, 10)], warehouse_id=far.id)
        self.make_deal([(self.product, 4)])
        self.send()
        rows = self.get_rows(self.product)
        self.assertEqual(
            {(row.remote_warehouse_id, row.quantity) for row in rows},
            {("W7", 5.0), ("", 2.0)},
        )
        self.assertEqual(len(self.planner.documents), 2)

    def test_queries_do_not_grow(self):
        """Deals and products come by the ten thousand: the number of queries stays."""

        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.forecasts._refresh(self.forecast_flow)
            plans = self.forecasts._prepare_plans(self.forecast_flow, 500)
            return self.env.cr.sql_log_count - before, plans

        self.make_many(10)
        few, plans = count_queries()
        self.assertEqual(len(plans["due"]), 1)
        self.make_many(20_000)
        many, plans = count_queries()
        self.assertLessEqual(many, few)
        [row] = self.get_rows(self.product)
        self.assertEqual((row.deal_count, row.quantity), (20_010, 20_010.0))
        self.assertEqual(len(plans["due"]), 1)

    def make_many(self, count):
        """By SQL: all with a line of two pieces at 50 %, half with a quotation of them."""
        like = self.make_deal([(self.product, 2)])
        quotation = self.make_quotation(like, [(self.product, 2)])
        self.env.flush_all()
        self.copy_rows("crm_lead", like.id, count)
        self.copy_rows(
            "crm_lead_line", like.lead_line_ids.id, count, "lead_id", "crm_lead"
        )
        half = count // 2
        self.copy_rows("sale_order", quotation.id, half, "opportunity_id", "crm_lead")
        self.copy_rows(
            "sale_order_line", quotation.order_line.id, half, "order_id", "sale_order"
        )
        like.active = False
        self.env.flush_all()
        # PostgreSQL does not see to it before a commit, and plans for empty tables
        self.env.cr.execute(
            "ANALYZE crm_lead, crm_lead_line, sale_order, sale_order_line"
        )

    def copy_rows(self, table, row_id, count, key=None, parent=None):
        """``count`` copies of a row, each belonging to another one of the newest rows of
        ``parent``."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id'"
            " AND table_schema = current_schema",
            (table,),
        )
        columns = [SQL.identifier(column) for (column,) in self.env.cr.fetchall()]
        newest = SQL("SELECT generate_series(1, %s) AS id", count)
        if parent:
            newest = SQL(
                "SELECT id FROM %s ORDER BY id DESC LIMIT %s",
                SQL.identifier(parent),
                count,
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (%(columns)s)
                SELECT %(values)s
                  FROM %(table)s like_this, (%(newest)s) AS parent
                 WHERE like_this.id = %(id)s
                """,
                newest=newest,
                table=SQL.identifier(table),
                columns=SQL(", ").join(columns),
                values=SQL(", ").join(
                    SQL("parent.id")
                    if column.code == f'"{key}"'
                    else SQL("like_this.%s", column)
                    for column in columns
                ),
                id=row_id,
            )
        )
        self.assertEqual(self.env.cr.rowcount, count)

    def test_order_that_still_stands(self):
        """Reopened: the ERP reckons with it already."""
        deal = self.make_deal([(self.product, 10)])
        order = self.env["integration.erp.order"].create(
            {
                "connector_id": self.connector.id,
                "key": "CRM-1",
                "remote_id": "1",
                "lead_id": deal.id,
                "state": "confirmed",
            }
        )
        self.assertEqual(self.get_figures(self.product), {})
        order.state = "cancelled"
        self.assertEqual(self.get_figures(self.product), {self.next_month: 5.0})

from odoo.tests import tagged

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestWonOrderText(SaleCase):
    """An open deal says beforehand that winning it places an order."""

    def get_text(self, lead):
        lead.invalidate_recordset(["won_order_text"])
        return lead.with_user(self.salesperson).won_order_text

    def test_named_while_the_deal_is_open(self):
        lead = self.make_lead([(self.product, 1)])
        self.assertIn(self.connector.name, self.get_text(lead))
        lead.action_set_won()
        self.assertFalse(self.get_text(lead))

    def test_nothing_is_promised_that_does_not_come(self):
        lead = self.make_lead([(self.product, 1)])
        self.flow.filter_domain = "[('name', '=', 'Another')]"
        self.assertFalse(self.get_text(lead), "the flow leaves it alone")
        self.flow.filter_domain = False
        self.assertTrue(self.get_text(lead))
        self.connector.state = "draft"
        self.assertFalse(self.get_text(lead), "not at work yet")
        self.connector.state = "paused"
        self.assertTrue(self.get_text(lead), "it goes once the connector goes on")
        lead.lead_line_ids.quantity = 0
        self.assertFalse(self.get_text(lead), "nothing to send")

    def test_who_is_asked_first_is_promised_nothing(self):
        lead = self.make_lead([(self.product, 1)])
        lead.write({"company_id": False, "team_id": False})
        self.assertTrue(self.get_text(lead))
        self.make_order(lead)
        self.assertTrue(self.get_text(lead))
        self.make_order(lead, user_id=self.env.user.id)
        self.assertFalse(self.get_text(lead), "a person chooses one of the two")

    def test_a_list_of_deals_asks_once(self):
        few = self.make_lead([(self.product, 1)]) | self.make_lead([(self.product, 1)])
        many = (
            few
            | self.make_lead([(self.product, 1)])
            | self.make_lead([(self.product, 1)])
            | self.make_lead([(self.product, 1)])
        )
        self.count_queries(few)
        self.assertLessEqual(self.count_queries(many), self.count_queries(few))

    def count_queries(self, leads):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertTrue(all(leads.mapped("won_order_text")))
        return self.env.cr.sql_log_count - before

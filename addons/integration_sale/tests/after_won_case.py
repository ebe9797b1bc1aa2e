from .common import SaleCase


class AfterWonCase(SaleCase):
    """What people do to deals whose order went to the ERP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.change_flow = cls.connector._get_flow("sale_change_push")
        cls.open_stage = cls.env["crm.stage"].search([("is_won", "=", False)], limit=1)

    def make_sent(self, lines=None, **values):
        lead = self.make_lead(**values)
        order = self.make_order(lead, lines)
        order.action_confirm()
        self.push(lead)
        self.assertEqual(lead.integration_status, "in_erp")
        return lead, order

    def give_up(self, lead):
        """Odoo wants a won deal moved to another stage before it is lost."""
        if lead.won_status == "won":
            lead.stage_id = self.open_stage
        lead.with_user(self.salesperson).action_set_lost()
        self.commit()

    def lose(self, lead):
        self.give_up(lead)
        self.run_lane()

    def reopen(self, lead):
        lead.stage_id = self.open_stage
        self.run_lane()

    def get_lines_there(self, lead):
        return {
            line["product_id"]: line["quantity"]
            for line in self.get_remote_order(lead)["request"]["lines"]
            if line["kind"] == "product"
        }

    def due(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_job SET next_try = now() - interval '1 hour',"
            " unsettled_until = unsettled_until - interval '1 hour'"
        )
        self.env.invalidate_all()

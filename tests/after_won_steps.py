from contextlib import contextmanager
from unittest.mock import patch


class AfterWonSteps:
    """Deals whose order stands in the ERP, changed here and there."""

    # -- what people do ---------------------------------------------------------------

    @classmethod
    def connect(cls):
        super().connect()
        cls.change_flow = cls.connector._get_flow("sale_change_push")
        cls.open_stage = cls.env["crm.stage"].search([("is_won", "=", False)], limit=1)

    def make_sent(self, lines, is_draft=False, **values):
        """A won deal with its order in the ERP.

        :return: tuple (lead, sale.order, integration.erp.order)
        """
        self.flow.confirm_policy = "never" if is_draft else "within"
        lead = self.make_lead()
        order = self.make_order(lead, lines, **values)
        order.action_confirm()
        self.push(lead)
        self.assert_status(lead, "in_erp")
        return lead, order, lead.erp_order_ids

    def lose(self, leads):
        """Odoo wants a won deal moved to another stage before it is lost."""
        leads.stage_id = self.open_stage
        leads.with_user(self.salesperson).action_set_lost()
        self.run_lane()

    def win_again(self, lead):
        lead.with_user(self.salesperson).action_unarchive()
        self.push(lead)

    def add_line(self, order, code, quantity):
        return self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.products[code].id,
                "product_uom_qty": quantity,
            }
        )

    def get_quantities(self, erp_order):
        """:return: dict ``{product code: quantity}`` as the ERP has it, without zeros"""
        return {
            line["product_code"]: float(line["quantity"])
            for line in self.get_lines_there(erp_order)
            if float(line["quantity"])
        }

    def get_content_there(self, erp_order):
        """:rtype: OrderContent"""
        with self.connector._get_client() as client:
            [content] = client.order_read([erp_order.remote_id])
        return content

    def get_state_there(self, erp_order):
        with self.connector._get_client() as client:
            [status] = client.order_status([erp_order.remote_id])
        return status["state"]

    def get_id_there(self, erp_order):
        return int(erp_order.remote_id)

    def assert_same(self, erp_order, order):
        """Both sides come to the same, seen by the ERP itself."""
        status = self.find_there(erp_order.key)
        total, delta = order.amount_total, self.rounding
        self.assertAlmostEqual(float(status["total"]), total, delta=delta)
        self.assertAlmostEqual(erp_order.amount_total, total, delta=delta)
        self.assertEqual(erp_order.difference_state, "none")

    # -- lost calls -------------------------------------------------------------------

    @contextmanager
    def counting(self, verb, error=None):
        """:yield: list of the calls of ``verb``; the first one's answer gets lost if
        ``error`` is given"""
        client_class = self.connector._call_hook("get_client_class")
        original = getattr(client_class, verb)
        calls = []

        def call(client, *args, **options):
            answer = original(client, *args, **options)
            calls.append(args)
            if error and len(calls) == 1:
                raise error
            return answer

        with patch.object(client_class, verb, call):
            yield calls

    def pass_time(self):
        """What waits for a retry, or for a lost call to end, is due."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE integration_job SET next_try = now() - interval '1 hour',"
            " unsettled_until = unsettled_until - interval '1 hour'"
        )
        self.env.invalidate_all()

    def run_until_settled(self):
        for _try in range(4):
            self.run_lane()
            self.pass_time()
            self.run_lane()

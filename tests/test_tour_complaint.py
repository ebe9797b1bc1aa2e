from odoo.tests import tagged

from .erp_case import get_clerk
from .test_tour_deal import DealCase


@tagged("-at_install", "post_install")
class TestTourComplaint(DealCase):
    """A salesperson reports what a customer complains of, and sees what is done about it."""

    def report_and_see_the_history(self, kind, settle):
        self.connect(kind)
        self.partner.user_id = self.anna
        with self.lanes():
            self.start_tour(
                f"/odoo/contacts/{self.partner.id}",
                "crm_integration_suite_complaint",
                login="anna",
            )
        complaint = self.env["integration.complaint"].search(
            [("partner_id", "=", self.partner.id)]
        )
        self.assertEqual(complaint.sync_state, "sent")
        settle(get_clerk(kind, self.erps[kind]), int(complaint.remote_id))
        with self.lanes():
            self.start_tour(
                f"/odoo/complaints/{complaint.id}",
                "crm_integration_suite_complaint_history",
                login="anna",
            )
        self.assertEqual(complaint.state, "done")

    def test_odoo(self):
        def settle(clerk, repair_id):
            clerk.call("repair.order", "action_repair_start", [repair_id])
            clerk.call("repair.order", "action_repair_end", [repair_id])

        self.report_and_see_the_history("odoo", settle)

    def test_tryton(self):
        def settle(clerk, complaint_id):
            for button in ("wait", "approve", "process"):
                state = clerk.read_one("sale.complaint", complaint_id, "state")
                if state["state"] != "done":
                    clerk.call(f"model.sale.complaint.{button}", [complaint_id])

        self.report_and_see_the_history("tryton", settle)

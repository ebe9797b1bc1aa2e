from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.integration_hub.client import ValidationError as RefusedError
from odoo.addons.integration_hub.tests.again_case import AgainMixin

from ..models import handler_reference_pull
from .after_won_case import AfterWonCase
from .fake_erp import make_shipment


@tagged("post_install", "-at_install")
class TestChangeAgain(AgainMixin, AfterWonCase):
    """Changes of won deals once more, or corrected by hand."""

    def get_changes(self, lead, operation="change"):
        return self.get_jobs(lead).filtered(lambda job: job.operation == operation)

    def make_changed(self, quantity=7):
        lead, order = self.make_sent()
        order.order_line.product_uom_qty = quantity
        self.run_lane()
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": str(quantity)})
        return lead, order, self.get_changes(lead)

    def test_same_again(self):
        lead, _order, job = self.make_changed()
        self.assertEqual(self.open_replay(job).outcome, "same")
        for mode in ("today", "sent"):
            self.assertEqual(self.replay(job, mode).state, "done")
            self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "7"})
        self.assertEqual(self.erp.calls["order_update"], 1)
        self.assertEqual(lead.integration_status, "in_erp")

    def test_added_line_is_not_added_twice(self):
        lead, order = self.make_sent()
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.product_two.id,
                "product_uom_qty": 3,
            }
        )
        self.run_lane()
        job = self.get_changes(lead)
        # somebody there has changed it since, so that it can't be told by what it says
        remote = self.get_remote_order(lead)
        for line_id, line in remote["lines"].items():
            if line["product_id"] == "P-TABLE":
                remote["lines"][line_id] = {**line, "quantity": "4", "description": "X"}
        remote["request"] = {**remote["request"], "lines": [*remote["lines"].values()]}
        self.replay(job, "sent")
        lines = self.get_remote_order(lead)["request"]["lines"]
        products = [line["product_id"] for line in lines]
        self.assertEqual(products.count("P-TABLE"), 1, lines)

    def test_what_we_changed_since_is_not_theirs(self):
        """As it was sent, then as the deal stands; nobody is asked about our own doing."""
        lead, order, job = self.make_changed()
        order.order_line.product_uom_qty = 9
        self.run_lane()
        wizard = self.open_replay(job)
        self.assertEqual(wizard.outcome, "changed")
        for text in ("7", "9"):
            self.assertIn(f"<td>{text}", wizard.difference_html)
        updates = self.erp.calls["order_update"]
        self.replay(job, "sent")
        self.assertFalse(lead.erp_order_ids.left_message)
        self.assertFalse(self.get_activities(lead))
        self.assertEqual(self.erp.calls["order_update"], updates + 2)
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "9"})
        self.assertEqual(lead.integration_status, "in_erp")

    def test_cancelled_order_stays_so(self):
        lead, _order, job = self.make_changed()
        self.lose(lead)
        self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        for mode in ("today", "sent"):
            self.replay(job, mode)
            self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")
        self.assertEqual(self.erp.calls["order_update"], 1)

    def test_live_order_is_not_called_off(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        job = self.get_changes(lead, "cancel")
        self.assertEqual(job.state, "done")
        lead.action_unarchive()
        self.win(lead)
        self.run_lane()
        self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        for mode in ("today", "sent"):
            self.replay(job, mode)
            self.assertEqual(self.get_remote_order(lead)["state"], "confirmed")
        self.assertEqual(lead.integration_status, "in_erp")

    def test_what_people_cancelled_is_not_brought_back(self):
        lead, _order = self.make_sent()
        self.lose(lead)
        lead.action_unarchive()
        self.win(lead)
        self.run_lane()
        job = self.get_changes(lead)[-1]
        self.assertTrue(job.payload["reopen"])
        self.get_remote_order(lead).update(
            state="cancelled", version=int(self.erp.new_id())
        )
        self.pull()
        self.assertEqual(lead.erp_order_ids.state, "cancelled")
        for mode in ("today", "sent"):
            self.replay(job, mode)
            self.assertEqual(self.get_remote_order(lead)["state"], "cancelled")

    # -- corrected by hand ------------------------------------------------------------

    def make_refused(self):
        lead, order = self.make_sent()
        self.erp.faults["order_update"] = [RefusedError("Not seven.")]
        order.order_line.product_uom_qty = 7
        self.run_lane()
        job = self.get_changes(lead)
        self.assertEqual(job.state, "failed")
        return lead, job

    def test_corrected(self):
        lead, job = self.make_refused()
        wizard, request = self.open_correction(job)
        request["order"]["lines"][0]["quantity"] = "6"
        self.correct(wizard, request)
        self.assertEqual(job.state, "done")
        self.assertEqual(self.get_lines_there(lead), {"P-CHAIR": "6"})
        self.assertEqual(len(self.erp.orders), 1)

    def test_another_order_is_not_written_to(self):
        other, _order = self.make_sent(name="Other")
        lead, job = self.make_refused()
        wizard, request = self.open_correction(job)
        order = other.erp_order_ids
        for wrong in (
            {"remote_id": order.remote_id},
            {"order": {**request["order"], "key": order.key}},
            {"line_ids": {**request["line_ids"], "x": "1"}},
            {"is_reopened": True},
            {"operation": "cancel"},
        ):
            with self.assertRaises(ValidationError, msg=wrong):
                self.correct(wizard, {**request, **wrong})
        lines = [{**request["order"]["lines"][0], "quantity": "two"}]
        with self.assertRaisesRegex(ValidationError, "must be a number"):
            self.correct(
                wizard, {**request, "order": {**request["order"], "lines": lines}}
            )
        self.assertEqual(self.get_lines_there(other), {"P-CHAIR": "2"})


@tagged("post_install", "-at_install")
class TestReadingAgain(AgainMixin, AfterWonCase):
    def test_page_of_reference_data(self):
        """Read alone, all other pages would be of products that are gone."""
        self.startPatcher(patch.object(handler_reference_pull, "PAGE_SIZE", 2))
        for number in range(5):
            self.erp.products[str(number)] = {
                **self.make_value(str(number), f"Product {number}"),
                "remote_id": str(number),
            }
        flow = self.connector._get_flow("reference_pull")
        flow._enqueue_pull()
        self.run_lane()
        values = self.env["integration.remote.value"]
        domain = [("connector_id", "=", self.connector.id), ("kind", "=", "product")]
        known = values.search_count(domain)
        self.assertGreaterEqual(known, 5)
        jobs = self.env["integration.job"].search([("flow_id", "=", flow.id)])
        self.assertGreaterEqual(len(jobs), 3)
        # so that it shows what was seen since
        values.search(domain).seen_at = "2020-01-01"
        self.assertEqual(self.replay(jobs[0], "sent").state, "done")
        self.assertEqual(values.search_count(domain), known)
        self.assertFalse(flow.cursor)

    def test_status(self):
        lead, _order = self.make_sent()
        self.pull()
        job = self.env["integration.job"].search(
            [("flow_id.code", "=", "sale_status_pull")], limit=1
        )
        for quantity, mode in ((1, "today"), (2, "sent")):
            self.get_remote_order(lead).update(
                shipments=[make_shipment(str(quantity), state="shipped")],
                version=int(self.erp.new_id()),
            )
            self.assertEqual(self.replay(job, mode).state, "done")
            self.assertEqual(lead.erp_order_ids.shipment_ids.remote_id, str(quantity))

from odoo.tests import tagged

from .after_won_mixin import AfterWonMixin
from .coming_back_mixin import ComingBackMixin
from .erp_case import ErpCase, get_odoo_keeper
from .late_order_mixin import LateOrderMixin
from .stale_link_mixin import StaleLinkMixin


@tagged("post_install", "-at_install")
class TestAfterWonOdoo(ComingBackMixin, StaleLinkMixin, AfterWonMixin, ErpCase):
    kind = "odoo"

    def call_as_keeper(self, model, method, *ids, **arguments):
        keeper = get_odoo_keeper(self.erp)
        try:
            return keeper.call(model, method, *ids, **arguments)
        finally:
            keeper.close()

    def delete_party_there(self, party_id):
        self.call_as_keeper("res.partner", "unlink", [party_id])

    def merge_there(self, gone, stays):
        model = "base.partner.merge.automatic.wizard"
        values = {"partner_ids": [[6, 0, [gone, stays]]], "dst_partner_id": stays}
        wizard = self.call_as_keeper(
            model, "create", vals_list=[{**values, "state": "selection"}]
        )
        self.call_as_keeper(model, "action_merge", wizard)

    def invoice_service(self, order):
        """Services are invoiced by what was delivered."""
        lines = self.clerk.read_one("sale.order", order, "order_line")["order_line"]
        self.clerk.call("sale.order.line", "write", lines, vals={"qty_delivered": 2})
        return self.clerk.invoice(order)

    # -- what Odoo takes of a confirmed order -----------------------------------------

    def test_confirmed_order_is_changed(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4), ("SEAL-KIT", 1)])
        self.assertEqual(erp_order.state, "confirmed")
        filters, seals = order.order_line
        filters.product_uom_qty = 6
        seals.product_uom_qty = 0
        self.add_line(order, "VALVE-DN25", 2)
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(
            self.get_quantities(erp_order), {"FILTER-10": 6, "VALVE-DN25": 2}
        )
        self.assert_same(erp_order, order)
        # the warehouse sees it as well
        self.clerk.ship(self.get_id_there(erp_order))
        self.pull()
        self.assert_status(lead, "shipped")
        self.assertIn("6 × FILTER-10", erp_order.shipment_ids._get_contents())

    def test_partly_shipped_order_is_changed_in_part(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4), ("SEAL-KIT", 2)])
        self.clerk.ship(self.get_id_there(erp_order), partial=True)
        filters, seals = order.order_line
        filters.product_uom_qty = 1
        seals.product_uom_qty = 5
        self.run_lane()
        self.assertEqual(
            self.get_quantities(erp_order), {"FILTER-10": 4, "SEAL-KIT": 5}
        )
        self.assert_status(lead, "attention")
        self.assertIn("goods have left", lead.integration_message)
        [activity] = self.get_activities(lead)
        self.assertNotIn("Seal", activity.note.split("<table")[1])
        self.assertIn("2 → 5", lead.message_ids[0].body)
        # taken back: nothing is left to ask
        filters.product_uom_qty = 4
        self.run_lane()
        self.assertFalse(self.get_activities(lead))

    def test_locked_order(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        self.clerk.lock(self.get_id_there(erp_order))
        order.order_line.product_uom_qty = 5
        self.run_lane()
        self.assert_status(lead, "attention")
        self.assertIn("locked", lead.integration_message)
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 4})
        self.lose(lead)
        self.assertIn("locked", lead.integration_message)
        self.assertEqual(self.get_state_there(erp_order), "confirmed")

    def test_confirmed_order_comes_back(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        self.lose(lead)
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        self.win_again(lead)
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_state_there(erp_order), "confirmed")
        self.clerk.ship(self.get_id_there(erp_order))
        self.pull()
        self.assert_status(lead, "shipped")

    def test_refused_halfway(self):
        """Odoo takes a change in steps: what it wrote before the one it refuses is ours,
        and can be changed once more."""
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        other_tax = self.taxes[9]
        mapping = self.env["integration.value.mapping"].search(
            [
                ("connector_id", "=", self.connector.id),
                ("kind", "=", "tax"),
                ("res_id", "=", other_tax.id),
            ]
        )
        remote_id = mapping.remote_id
        mapping.remote_id = "999999"
        order.client_order_ref = "PO 1"
        order.order_line.write({"product_uom_qty": 5, "tax_ids": other_tax.ids})
        self.run_lane()
        self.assert_status(lead, "attention")
        header = self.get_content_there(erp_order)["header"]
        self.assertEqual(header["customer_reference"], "PO 1")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 4})
        mapping.remote_id = remote_id
        order.client_order_ref = "PO 2"
        order.order_line.product_uom_qty = 6
        self.run_lane()
        self.assert_status(lead, "in_erp")
        header = self.get_content_there(erp_order)["header"]
        self.assertEqual(header["customer_reference"], "PO 2")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 6})
        self.assert_same(erp_order, order)


@tagged("post_install", "-at_install")
class TestLateOrdersOdoo(LateOrderMixin, ErpCase):
    kind = "odoo"

    def close_there(self, order):
        self.clerk.lock(order)

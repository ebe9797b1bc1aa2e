from odoo.tests import tagged

from .after_won_mixin import AfterWonMixin
from .coming_back_mixin import ComingBackMixin
from .erp_case import ErpCase, get_clerk
from .late_order_mixin import LateOrderMixin
from .stale_link_mixin import StaleLinkMixin


@tagged("post_install", "-at_install")
class TestAfterWonTryton(ComingBackMixin, StaleLinkMixin, AfterWonMixin, ErpCase):
    kind = "tryton"

    @property
    def keeper(self):
        return get_clerk("tryton", {**self.erp, "clerk": self.erp["admin"]})

    def delete_party_there(self, party_id):
        self.keeper.call("model.party.party.delete", [party_id])

    def merge_there(self, gone, stays):
        self.keeper.merge(gone, stays)

    def invoice_service(self, order):
        return self.clerk.invoice(order)

    # -- what Tryton takes no more ----------------------------------------------------

    def test_processed_order_is_asked_about(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        self.assertEqual(erp_order.state, "confirmed")
        order.order_line.product_uom_qty = 5
        self.run_lane()
        self.assert_status(lead, "attention")
        self.assertIn("being processed", lead.integration_message)
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 4})
        [activity] = self.get_activities(lead)
        self.assertIn(">5<", activity.note)
        self.assertIn(">4<", activity.note)
        # taken back: nothing is left to ask
        order.order_line.product_uom_qty = 4
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertFalse(self.get_activities(lead))

    def test_called_off_order_does_not_come_back(self):
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)])
        self.lose(lead)
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        self.win_again(lead)
        self.assert_status(lead, "attention")
        self.assertIn("can't be brought back", lead.integration_message)
        lead.with_user(self.salesperson).action_fix_integration()
        self.assert_status(lead, "cancelled")

    def test_quotation_there_is_one_again(self):
        """A draft for the moment of the change, then a quotation as before."""
        lead, order, erp_order = self.make_sent([("FILTER-10", 4)], is_draft=True)
        there = self.get_id_there(erp_order)
        self.clerk.call("model.sale.sale.quote", [there])
        order.order_line.product_uom_qty = 5
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(
            self.clerk.read_one("sale.sale", there, "state")["state"], "quotation"
        )
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 5})


@tagged("post_install", "-at_install")
class TestLateOrdersTryton(LateOrderMixin, ErpCase):
    kind = "tryton"

    def close_there(self, order):
        """It is processed, and takes no change any more."""

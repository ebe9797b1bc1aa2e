"""One ERP order per opportunity, and quotations confirmed after it was made: the same for
each ERP."""

from markupsafe import escape

from .after_won_steps import AfterWonSteps


class LateOrderMixin(AfterWonSteps):
    """``close_there``: see ``test_after_won_*.py``."""

    def make_one_order(self, is_draft=True):
        self.flow.order_grouping = "opportunity"
        return self.make_sent([("FILTER-10", 4)], is_draft=is_draft)

    def confirm_late(self, lead, *lines, **values):
        order = self.make_order(lead, lines, **values)
        order.action_confirm()
        self.run_lane()
        return order

    def get_total_there(self, erp_order):
        return float(self.find_there(erp_order.key)["total"])

    def test_becomes_part_of_the_order(self):
        lead, order, erp_order = self.make_one_order()
        late = self.confirm_late(lead, ("SEAL-KIT", 2), client_order_ref="PO 7")
        self.assert_status(lead, "in_erp")
        self.assert_status(late, "in_erp")
        self.assertEqual(lead.erp_order_ids, erp_order)
        self.assertEqual(self.count_there([erp_order.key]), 1)
        lines = self.get_content_there(erp_order)["lines"]
        self.assertEqual(
            [line["kind"] for line in lines],
            ["section", "product", "section", "product"],
        )
        self.assertEqual(
            [line["description"] for line in lines if line["kind"] == "section"],
            [order.name, late.name],
        )
        self.assertEqual(
            self.get_quantities(erp_order), {"FILTER-10": 4, "SEAL-KIT": 2}
        )
        # taxes of one order are rounded once
        total = order.amount_total + late.amount_total
        self.assertAlmostEqual(self.get_total_there(erp_order), total, delta=0.011)
        self.assertEqual(erp_order.difference_state, "none")
        # and is part of it from then on
        late.order_line.product_uom_qty = 3
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(
            self.get_quantities(erp_order), {"FILTER-10": 4, "SEAL-KIT": 3}
        )

    def test_takes_the_place_of_a_cancelled_one(self):
        lead, order, erp_order = self.make_one_order()
        order._action_cancel()
        self.run_lane()
        self.assertEqual(self.get_state_there(erp_order), "cancelled")
        late = self.confirm_late(lead, ("SEAL-KIT", 2))
        self.assert_status(lead, "in_erp")
        self.assertNotEqual(self.get_state_there(erp_order), "cancelled")
        self.assertEqual(self.get_quantities(erp_order), {"SEAL-KIT": 2})
        self.assertAlmostEqual(self.get_total_there(erp_order), late.amount_total, 2)

    def test_one_of_two_is_cancelled(self):
        lead, order, erp_order = self.make_one_order()
        late = self.confirm_late(lead, ("SEAL-KIT", 2))
        order._action_cancel()
        self.run_lane()
        self.assert_status(lead, "in_erp")
        self.assertEqual(self.get_quantities(erp_order), {"SEAL-KIT": 2})
        self.assertAlmostEqual(self.get_total_there(erp_order), late.amount_total, 2)

    def test_no_longer_possible_is_told(self):
        lead, _order, erp_order = self.make_one_order(is_draft=False)
        self.clerk.ship(self.get_id_there(erp_order))
        self.close_there(self.get_id_there(erp_order))
        late = self.confirm_late(lead, ("SEAL-KIT", 2))
        self.assert_status(lead, "attention")
        self.assertEqual(self.get_quantities(erp_order), {"FILTER-10": 4})
        [activity] = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        line = late.order_line.name.split("\n")[0]
        self.assertIn(escape(line), activity.note)
        self.assertIn(f"{late.name} is missing there", activity.note)

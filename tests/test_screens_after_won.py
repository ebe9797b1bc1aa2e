from odoo.tests import tagged

from .erp_case import ErpCase
from .screens_case import ScreensCase


@tagged("post_install", "-at_install")
class TestScreensAfterWon(ErpCase, ScreensCase):
    """A deal that was changed after half of it had left the warehouse: what the ERP takes no
    more stands on the opportunity, with an activity."""

    kind = "odoo"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector.name = "ERP North"
        cls.make_person(
            "addy",
            "Addy Administrator",
            "base.group_system,integration_hub.group_integration_administrator",
        )

    def test_not_changed_there(self):
        partner = self.make_partner("Havenbedrijf Rijnmond")
        lead = self.make_lead(partner=partner)
        lead.name = "Pumps for the new lock"
        order = self.make_order(lead, [("PUMP-200", 4), ("VALVE-DN25", 12)])
        order.action_confirm()
        self.push(lead)
        self.clerk.ship(int(lead.erp_order_ids.remote_id), partial=True)
        pumps, valves = order.order_line
        pumps.product_uom_qty = 1
        valves.product_uom_qty = 20
        self.run_lane()
        self.pull()
        self.assert_status(lead, "attention")
        [activity] = self.get_activities(lead)
        self.assertEqual(activity.user_id, self.salesperson)
        [erp_order] = lead.erp_order_ids
        for device in ("desktop", "mobile"):
            with self.screens("anna", device) as screens:
                screens.take("after-won", f"/odoo/crm.lead/{lead.id}")
                self.show_activity(screens)
                screens.take(
                    "after-won-order",
                    f"/odoo/integration.erp.order/{erp_order.id}",
                )
        flow = self.connector._get_flow("sale_change_push")
        with self.screens("addy") as screens:
            screens.take("after-won-settings", f"/odoo/integration.flow/{flow.id}")

    def show_activity(self, screens):
        activity = "document.querySelector('.o-mail-Activity')"
        self.assertTrue(screens.wait_for(f"!!{activity}"))
        screens.evaluate(f"{activity}.scrollIntoView()")
        screens.check("after-won-activity", f"!!{activity}")
